"""The best weights of a run as safetensors, with all in the metadata that makes one file enough to use them. No Qt."""

from safetensors.torch import save

from explorer.engine.data.progress import Report
from explorer.engine.export.source import Source
from explorer.engine.export.weights import trained_weights


def safetensors(source: Source, report: Report) -> bytes:
    """Return the content of the file. Raises Refused."""
    weights = trained_weights(source.trained)
    content: bytes = save(dict(weights.tensors), dict(weights.metadata))
    return content
