"""Writers of the export formats that need torch or a run; `runs/formats.py` lists the formats. No Qt."""

from collections.abc import Callable
from typing import NamedTuple

from safetensors.torch import save

from explorer.architecture.plan import Plan
from explorer.engine.training.weights import weights_of
from explorer.engine.weights.facts import facts_of_run
from explorer.runs.folder import Run
from explorer.runs.formats import Format, Need
from explorer.sentences import translatable
from explorer.validation import refuse


class Source(NamedTuple):
    """What is exported: a plan, the vocabulary of its names, and the run that trained it, if there is one."""

    plan: Plan
    vocabulary: str
    run: Run | None = None


def export(form: Format, source: Source) -> str | bytes:
    """Return the content of a file of the format `form`. Raises Refused."""
    if Need.RUN in form.needs and source.run is None:
        what = translatable("{format} needs a run, not a design")
        raise refuse("export", what, format=form.name)
    return WRITERS[form.name](source)


def _safetensors(source: Source) -> bytes:
    """Return the best weights of a run; the metadata are what is needed to use them."""
    assert source.run is not None
    metadata = facts_of_run(source.run).metadata(source.run.design)
    content: bytes = save(weights_of(source.run), {**metadata, "run": source.run.id})
    return content


WRITERS: dict[str, Callable[[Source], str | bytes]] = {"safetensors": _safetensors}
