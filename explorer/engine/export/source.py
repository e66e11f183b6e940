"""Source: what is exported. No Qt."""

from dataclasses import dataclass

from explorer.architecture.plan import Plan
from explorer.runs.folder.run import Run
from explorer.sentences import translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class Source:
    """A plan, the vocabulary of its names, the run that trained it if there is one, and the language of words."""

    plan: Plan
    names: str = "torchvision"
    run: Run | None = None
    language: str = "en"

    @property
    def trained(self) -> Run:
        """Return the run. Raises Refused if there is none."""
        if self.run is None:
            raise refuse("export", translatable("this format needs a run, not a design"))
        return self.run
