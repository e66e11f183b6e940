"""The best weights of a run as safetensors; the metadata are what is needed to use them. No Qt."""

from safetensors.torch import save

from explorer.engine.data.progress import Report
from explorer.engine.export.source import Source
from explorer.engine.training.weights import weights_of
from explorer.engine.weights.facts import facts_of_run


def safetensors(source: Source, report: Report) -> bytes:
    """Return the content of the file. Raises Refused."""
    run = source.trained
    content: bytes = save(weights_of(run), {**facts_of_run(run).metadata(run.design), "run": run.id})
    return content
