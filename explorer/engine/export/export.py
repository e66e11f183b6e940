"""Exporting: writing what a format makes of a design or a run to a file or a folder, whole or not at all. No Qt."""

from collections.abc import Callable

from explorer.architecture.plan import plan_network
from explorer.engine.data.progress import Report, Warn
from explorer.engine.export.csv import csv
from explorer.engine.export.markdown import markdown
from explorer.engine.export.onnx import onnx
from explorer.engine.export.report.report import html
from explorer.engine.export.safetensors import safetensors
from explorer.engine.export.script.script import script
from explorer.engine.export.source import Source
from explorer.engine.export.tensorboard import tensorboard
from explorer.engine.export.timm_folder import timm
from explorer.engine.export.weights import trained_weights
from explorer.runs.destination import Content, check_destination, write_content
from explorer.runs.folder.survey import find_run
from explorer.runs.formats import FORMATS, Format
from explorer.runs.questions.export import Export, Exported
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

WRITERS: dict[str, Callable[[Source, Report], Content]] = {
    "safetensors": safetensors,
    "onnx": onnx,
    "csv": csv,
    "markdown": markdown,
    "tensorboard": tensorboard,
    "timm": timm,
    "html": html,
    "script": script,
}


def export_file(question: Export, report: Report, warn: Warn) -> Exported:
    """Write the file or the folder. Raises Refused, and what `report` raises."""
    form = FORMATS[question.format]
    check_destination(question.path, is_folder=not form.suffix)
    run = find_run(question.run, question.runs) if question.run else None
    plan = plan_network(run.design if run else question.design)
    source = Source(plan, question.names, run, question.language)
    content = exported(form, source, report)
    report(1, 1)  # the last chance to cancel
    write_content(question.path, content)
    return Exported(path=question.path, warning=warning_of(form, source))


def warning_of(form: Format, source: Source) -> Sentence:
    """Say which weights were taken for a format, if not the best ones of the run."""
    return trained_weights(source.run).warning if form.has_weights and source.run else NOTHING


def exported(form: Format, source: Source, report: Report) -> Content:
    """Return the content of a file or a folder of the format `form`. Raises Refused, and what `report` raises."""
    if form.needs_run and source.run is None:
        what = translatable("{format} needs a run, not a design")
        raise refuse("export", what, format=form.name)
    if source.plan.obstacles:
        raise Refused(*(Complaint(where, reason) for where, reason in source.plan.obstacles))
    form.check()
    return WRITERS[form.name](source, report)
