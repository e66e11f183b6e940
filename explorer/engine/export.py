"""Formats that torch or a run is needed for: what `runs/formats.py` declares, written. No Qt."""

from collections.abc import Callable
from typing import NamedTuple

from safetensors.torch import save

from explorer.architecture.notation import to_toml
from explorer.architecture.plan import Plan
from explorer.engine.training.weights import weights_of
from explorer.runs.folder import Run
from explorer.runs.formats import Format, Need
from explorer.sentences import QT_TRANSLATE_NOOP
from explorer.validation import refuse


class Source(NamedTuple):
    """What is exported: a plan, the vocabulary of its names, and the run that trained it, if one did."""

    plan: Plan
    vocabulary: str
    run: Run | None = None


def export(form: Format, source: Source) -> str | bytes:
    """The content of a file of that format. Raises Refused."""
    if Need.RUN in form.needs and source.run is None:
        what = QT_TRANSLATE_NOOP("explorer", "{format} needs a run, not a design")
        raise refuse("export", what, format=form.name)
    return WRITERS[form.name](source)


def _safetensors(source: Source) -> bytes:
    """The best weights of a run; the metadata say of which network, and what its images have to be."""
    assert source.run is not None
    metadata = {
        "format": "pt",  # the key by which other libraries know whose tensors they are
        "run": source.run.id,
        "design": to_toml(source.run.design),
        "normalisation": "pixels / 255",
    }
    content: bytes = save(weights_of(source.run), metadata)
    return content


WRITERS: dict[str, Callable[[Source], str | bytes]] = {"safetensors": _safetensors}
