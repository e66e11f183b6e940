"""Journeys: what the worker said of one image's way through the untrained and the trained network. No widgets.

It is asked for one network after the other, and only while someone is watching.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.reading import Refused
from explorer.gui.crew import Crew
from explorer.gui.document import Document
from explorer.gui.language import say
from explorer.gui.preflight import Preflight
from explorer.runs.catalogue import CATALOGUE, describe_data
from explorer.runs.commands import Probe
from explorer.runs.folder import Run, list_runs, newest_ended
from explorer.runs.journey import Journey, read_journey
from explorer.runs.recipe import Recipe

SETTLE = 300  # milliseconds without an edit before the worker is asked
UNTRAINED, TRAINED = "untrained", "trained"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back to a question: a journey with its sheets ready to be drawn, or the reason why there is none.

    `plan` is that of the network asked about.
    """

    probe: Probe
    plan: Plan
    journey: Journey | None = None
    sheets: Mapping[str, QImage] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()
    reason: str = ""


class Journeys(QObject):
    """The image is number `number` of `images`, or what is in `file`; `refusal` says why a file was not taken.

    `answers` has the latest by lane; those whose question is no longer the one in `wanted` are out of date. `changed`
    when any of this did, or when something else may have to be drawn.
    """

    changed = Signal()

    def __init__(self, document: Document, crew: Crew, preflight: Preflight) -> None:
        super().__init__()
        self.document, self.crew, self.preflight = document, crew, preflight
        self.watched = False
        self.number, self.images = 0, 0
        self.file: Path | None = None
        self.refusal = ""
        self.runs: tuple[Run, ...] | None = None  # not read, or out of date
        self.answers: dict[str, Answer] = {}
        self.asked: tuple[int, str, Probe] | None = None
        self.timer = QTimer(self, interval=SETTLE, singleShot=True)
        self.timer.timeout.connect(self.ask)
        for signal in (document.changed, crew.changed, preflight.changed):
            signal.connect(self.follow)
        crew.answered.connect(self.take)
        crew.run_ended.connect(self.forget_runs)

    def watch(self, watched: bool) -> None:
        """Someone looks from now on, or nobody does any more."""
        self.watched = watched
        self.timer.stop()
        self.forget_runs()

    def take_over(self, old: "Journeys") -> None:
        """Go on with the image of `old`."""
        self.number, self.images, self.file = old.number, old.images, old.file

    def use_number(self, number: int) -> None:
        """Send the validation image `number` through, counted round."""
        self.number, self.file, self.refusal = number % self.images if self.images else number, None, ""
        self.follow()

    def use_file(self, path: Path) -> None:
        """Send the image in a file through; the worker refuses what is none, and the image before comes back."""
        self.file, self.refusal = path, ""
        self.follow()

    def run(self) -> Run | None:
        """The newest run of the shown design that has come to its end."""
        return newest_ended(self.runs or (), self.document.design)

    def wanted(self) -> dict[str, Probe]:
        """The question of each lane. The untrained network is the one that the trained one was in the beginning."""
        run, recipe = self.run(), self.preflight.recipe
        if run:
            recipe = run.recipe.change(device=recipe.device)
        image = self.number if self.file is None else str(self.file)
        fresh = Probe("travel", self.document.design, recipe, self.crew.runs, id=0, values={"image": image})
        return {UNTRAINED: fresh, TRAINED: replace(fresh, run=str(run.folder))} if run else {UNTRAINED: fresh}

    def unanswered(self) -> dict[str, Probe]:
        """Those of the questions that have another answer, or none."""
        answered = {lane: answer.probe for lane, answer in self.answers.items()}
        return {lane: probe for lane, probe in self.wanted().items() if answered.get(lane) != probe}

    def follow(self) -> None:
        """Something is different: let it be seen, and ask as soon as it settles."""
        if not self.watched:
            return
        if self.crew.listener.state in ("gone", "warming"):  # whoever was asked answers no more
            self.asked = None
        self.changed.emit()
        if self.runs is None or self.unanswered():
            self.timer.start()

    def forget_runs(self) -> None:
        """There may be others now, and what could not be answered may be asked again."""
        self.runs = None
        self.answers = {lane: answer for lane, answer in self.answers.items() if answer.journey}
        self.follow()

    def ask(self) -> None:
        """Put the next question to the worker if it has time."""
        if self.runs is None:
            self.runs = list_runs(self.crew.runs)
        lane, probe = next(iter(self.unanswered().items()), ("", None))
        if probe and self.asked is None and not self.obstacle():
            number = self.crew.ask(lambda number: replace(probe, id=number))
            self.asked = (number, lane, probe) if number else None
        self.changed.emit()

    def take(self, number: int, values: Mapping[str, object]) -> None:
        if self.asked is None or number != self.asked[0]:
            return
        _, lane, probe = self.asked
        self.asked = None
        reason = values.get("reason")
        if not isinstance(reason, str):
            journey = read_journey(values)
            sheets = {path: QImage.fromData(sheet) for path, sheet in journey.sheets.items()}
            self.images = journey.images
            self.answers[lane] = Answer(probe, plan_network(probe.design), journey, sheets, class_names(probe.recipe))
        elif self.file and probe.values["image"] == str(self.file):
            self.refusal = say(reason).replace(str(self.file), self.file.name)
            self.file = None
        else:
            self.answers[lane] = Answer(probe, plan_network(probe.design), reason=say(reason))
        if self.watched:
            self.ask()

    def obstacle(self) -> str:
        """Why the worker is not asked now; empty if it is."""
        if fatal := next((each for each in self.document.problems if each.fatal), None):
            return say(fatal.what)
        return self.crew.deafness()


def class_names(recipe: Recipe) -> tuple[str, ...]:
    """What the classes of the recipe's data are called, in the person's language; nothing if the data is gone."""
    try:
        data = describe_data(recipe.data)
    except Refused:
        return ()
    return tuple(map(say, data.class_names)) if data.name in CATALOGUE else data.class_names
