"""Trial: what becomes of the network behind the design when branches go to zero or an identity is put in. No widgets.

The worker tries it on a copy: neither the network nor the run that it comes from changes, until a person goes on
training from there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal

from explorer.architecture.identity import deepened
from explorer.gui.crew import Crew
from explorer.gui.document import Document
from explorer.gui.language import say
from explorer.gui.preflight import Preflight
from explorer.runs.commands import Probe, Train, Value
from explorer.runs.recipe import Recipe

if TYPE_CHECKING:
    from explorer.runs.folder import Run


class Origin(NamedTuple):
    """Where a network's weights come from: a run, with blocks `inserted` since; without one they are fresh."""

    run: "Run | None" = None
    inserted: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What the worker found when the blocks `paths` were put to zero, or the one there was put in."""

    of: str
    paths: tuple[str, ...]
    values: Mapping[str, Value]

    @property
    def is_identity(self) -> bool:
        """Whether the last of the blocks put out what came in, bit for bit, on every image."""
        return self.paths[-1] in str(self.values["identities"]).split(",")


class Trial(QObject):
    """`changed` when there is another outcome, refusal or origin, or when the worker may be asked again, or not."""

    changed = Signal()

    def __init__(self, document: Document, crew: Crew, preflight: Preflight) -> None:
        super().__init__()
        self.document, self.crew, self.preflight = document, crew, preflight
        self.runs: tuple[Run, ...] | None = None  # not read, or out of date
        self.grown = Origin()
        self.asked: tuple[int, Probe] | None = None
        self.found: Outcome | None = None
        self.refusal = ""
        self.design = document.design  # which all of this is about
        document.changed.connect(self.follow)
        crew.changed.connect(self.follow)
        crew.run_ended.connect(self.end_growth)
        crew.answered.connect(self.take)

    def forget_runs(self) -> None:
        """There may be others now."""
        self.runs = None
        self.changed.emit()

    def end_growth(self) -> None:
        """A run has ended; if it is of the shown design, it has taken the place of what was put together here."""
        if any(run.outcome and run.design == self.document.design for run in self.crew.live):
            self.grown = Origin()
        self.forget_runs()

    def follow(self) -> None:
        """Of another network nothing is known; a worker that is gone or trains will not answer."""
        if self.document.design != self.design:
            self.design = self.document.design
            self.forget()
        elif self.crew.listener.state != "idle":
            self.asked = None
        self.changed.emit()

    def forget(self) -> None:
        self.asked = self.found = None
        self.refusal = ""

    def origin(self) -> Origin:
        """The run that was grown into the shown design, else the newest of that design that has come to its end."""
        from explorer.runs.folder import list_runs, newest_ended  # what the window's start need not wait for

        run, inserted = self.grown
        for count in range(len(inserted), 0, -1):
            if run and deepened(run.design, *inserted[:count]) == self.document.design:
                return Origin(run, inserted[:count])
        if self.runs is None:
            self.runs = list_runs(self.crew.runs)
        return Origin(newest_ended(self.runs, self.document.design))

    @property
    def outcome(self) -> Outcome | None:
        """The latest that was found about the shown design."""
        return self.found if self.document.design == self.design else None

    @property
    def zeroed(self) -> tuple[str, ...]:
        """The blocks that are at zero now, in the order in which they went there."""
        return self.outcome.paths if self.outcome and self.outcome.of == "zero" else ()

    def zero(self, path: str) -> None:
        """Put the branch of one block more to zero."""
        self.ask("zero", {"blocks": ",".join((*self.zeroed, path))})

    def put_back(self) -> None:
        """All branches as they were."""
        self.forget()
        self.changed.emit()

    def insert(self, path: str) -> None:
        """Put an identity in as the block `path`; once the worker has proved it one, the design has it too."""
        self.ask("insert", {"block": path})

    def recipe(self) -> Recipe:
        """The run's, on the device that is chosen now; for fresh weights the chosen one."""
        run, chosen = self.origin().run, self.preflight.recipe
        return run.recipe.change(device=chosen.device) if run else chosen

    def ask(self, of: str, values: Mapping[str, Value]) -> None:
        run, inserted = self.origin()
        folder, values = str(run.folder) if run else "", {**values, "grown": ",".join(inserted)}
        probe = Probe(of, self.document.design, self.recipe(), self.crew.runs, 0, folder, values)
        number = self.crew.ask(lambda number: replace(probe, id=number))
        self.asked = (number, probe) if number else None
        self.refusal = ""
        self.changed.emit()

    def take(self, number: int, values: Mapping[str, Value]) -> None:
        if self.asked is None or number != self.asked[0]:
            return
        _, probe = self.asked
        self.asked = None
        if isinstance(reason := values.get("reason"), str):
            self.refusal = say(reason)
        elif probe.of == "zero":
            self.found = Outcome("zero", tuple(str(probe.values["blocks"]).split(",")), values)
        else:
            self.take_inserted(str(probe.values["block"]), values)
        self.changed.emit()

    def take_inserted(self, path: str, values: Mapping[str, Value]) -> None:
        """Give the document the block more, as one undoable step, and show it."""
        run, inserted = self.origin()
        if run:
            self.grown = Origin(run, (*inserted, path))
        self.document.propose(deepened(self.document.design, path), self.tr("Insert an identity block"))
        self.found = Outcome("insert", (path,), values)
        self.document.select(path)

    def can_go_on(self) -> bool:
        """Whether there is a trained network with blocks put in, to be trained further."""
        return bool(self.origin().inserted)

    def go_on(self) -> None:
        """Train from here, as a new run."""
        run, inserted = self.origin()
        assert run is not None
        self.forget()
        parent, grown = str(run.folder), ",".join(inserted)
        self.crew.start(Train(self.document.design, self.recipe(), self.crew.runs, parent, grown=grown))

    def obstacle(self) -> str:
        """Why nothing can be tried now; empty if it can."""
        if fatal := next((each for each in self.document.problems if each.fatal), None):
            return say(fatal.what)
        if self.asked:
            return self.tr("Trying it on real images …")
        return self.crew.deafness()
