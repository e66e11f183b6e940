"""Exporting: writing what a format makes of a design or a run to a file or a folder, whole or not at all. No Qt."""

from collections.abc import Callable
from functools import partial

from explorer.architecture.plan import plan_network
from explorer.atomic_files import write_atomically
from explorer.engine.data.progress import Report, Warn
from explorer.engine.export.safetensors import safetensors
from explorer.engine.export.source import Content, Source
from explorer.runs.folder import find_run
from explorer.runs.formats import FORMATS, Format, Need
from explorer.runs.questions.export import Export, Exported
from explorer.sentences import system_words, translatable
from explorer.validation import refuse

WRITERS: dict[str, Callable[[Source, Report], Content]] = {"safetensors": safetensors}


def export_file(question: Export, report: Report, warn: Warn) -> Exported:
    """Write the file or the folder. Raises Refused, and what `report` raises."""
    run = find_run(question.run, question.runs) if question.run else None
    plan = plan_network(run.design if run else question.design)
    source = Source(plan, question.names, run, question.language)
    content = exported(FORMATS[question.format], source, report)
    assert isinstance(content, str | bytes)
    try:
        write_atomically(question.path, content)
    except OSError as error:
        what = partial(refuse, "export", "{path}: {error}")
        raise what(path=str(question.path), error=system_words(error)) from None
    return Exported(path=question.path)


def exported(form: Format, source: Source, report: Report) -> Content:
    """Return the content of a file or a folder of the format `form`. Raises Refused, and what `report` raises."""
    if Need.RUN in form.needs and source.run is None:
        what = translatable("{format} needs a run, not a design")
        raise refuse("export", what, format=form.name)
    return WRITERS[form.name](source, report)
