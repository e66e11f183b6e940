"""FeatureMapAnswers: what the worker said of one image's way through the untrained and the trained network. No widgets.

It is asked for one network after the other, and only while someone is watching.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from mmap import ACCESS_READ, mmap
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from explorer.architecture.plan import Plan, plan_network
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.widgets.language import say
from explorer.gui.workers.inquiry import Inquiry, InquiryState
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.answers import FeatureMaps, Maps
from explorer.runs.catalogue import CATALOGUE, DataSet, describe_data
from explorer.runs.folder import Run, list_runs, newest_ended
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, QT_TRANSLATE_NOOP, Sentence
from explorer.validation import Refused, refuse

SETTLE = 300  # milliseconds without an edit before the worker is asked
UNTRAINED, TRAINED = "untrained", "trained"


@dataclass(frozen=True, slots=True)
class MapsAnswer:
    """What came back to a question: feature maps with their sheets ready to be drawn, or the reason why there is none.

    `plan` is that of the network asked about.
    """

    question: Maps
    plan: Plan
    maps: FeatureMaps | None = None
    sheets: Mapping[str, QImage] = field(default_factory=dict)
    data: DataSet | None = None
    reason: Sentence = NOTHING

    @property
    def class_names(self) -> tuple[str, ...]:
        """In the user's language, which may be another by now; nothing if the data was gone."""
        return _names_in(self.data)


class FeatureMapAnswers(QObject):
    """The image is number `number` of `images`, or what is in `file`; `refusal` says why `refused` was not taken.

    `answers` has the latest by lane; those whose question is no longer the one in `wanted` are out of date. `changed`
    when any of this did, or when something else may have to be drawn.
    """

    changed = Signal()

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.choice, self.pool = document, choice, pool
        self.watchers = 0  # a new window may look before the one before it is gone
        self.number, self.images = 0, 0
        self.file: Path | None = None
        self.refusal = NOTHING
        self.refused: Path | None = None
        self.runs: tuple[Run, ...] | None = None  # not read, or out of date
        self.answers: dict[str, MapsAnswer] = {}
        self.inquiry: Inquiry | None = None
        self.timer = QTimer(self, interval=SETTLE, singleShot=True)
        self.timer.timeout.connect(self.ask)
        for signal in (choice.changed, pool.changed):
            signal.connect(self.follow)
        pool.run_ended.connect(self.forget_runs)

    def watch(self, watched: bool) -> None:
        """One more looks from now on, or one less."""
        self.watchers += 1 if watched else -1
        self.timer.stop()
        self.forget_runs()

    def use_number(self, number: int) -> None:
        """Send the validation image `number` through, counted round."""
        self.number, self.file, self.refusal = number % self.images if self.images else number, None, NOTHING
        self.follow()

    def use_file(self, path: Path) -> None:
        """Send the image in a file through; the worker refuses what is none, and the image before comes back."""
        self.file, self.refusal = path, NOTHING
        self.follow()

    def run(self) -> Run | None:
        """The newest run of the shown design that has come to its end."""
        return newest_ended(self.runs or (), self.document.design)

    def wanted(self) -> dict[str, Maps]:
        """The question of each lane. The untrained network is the one that the trained one was in the beginning."""
        run, recipe = self.run(), self.choice.recipe
        if run:
            recipe = run.recipe.change(device=recipe.device)
        fresh = Maps(self.document.design, recipe, runs=self.pool.runs, image=self.number)
        if self.file:
            fresh = replace(fresh, image=0, file=str(self.file))
        return {UNTRAINED: fresh, TRAINED: replace(fresh, run=str(run.folder))} if run else {UNTRAINED: fresh}

    def unanswered(self) -> dict[str, Maps]:
        """Those of the questions that have another answer, or none."""
        answered = {lane: answer.question for lane, answer in self.answers.items()}
        return {lane: question for lane, question in self.wanted().items() if answered.get(lane) != question}

    def follow(self) -> None:
        """Something is different: let it be seen, and ask as soon as it settles."""
        if not self.watchers:
            return
        self.changed.emit()
        if self.runs is None or self.unanswered():
            self.timer.start()

    def forget_runs(self) -> None:
        """There may be others now, and what could not be answered may be asked again."""
        self.runs = None
        self.answers = {lane: answer for lane, answer in self.answers.items() if answer.maps}
        self.follow()

    def ask(self) -> None:
        """Put the next question to the worker, once what it was asked before is answered."""
        if self.runs is None:
            self.runs = list_runs(self.pool.runs)
        question = next(iter(self.unanswered().values()), None)
        if self.inquiry and self.inquiry.state is InquiryState.WAITING and self.inquiry.question != question:
            self.inquiry.cancel()
            self.inquiry = None
        if question and self.inquiry is None and not self.obstacle():
            self._wait_for(Inquiry(self.pool, question))
        self.changed.emit()

    def _wait_for(self, inquiry: Inquiry) -> None:
        self.inquiry = inquiry
        inquiry.answered.connect(self._note_answer)
        inquiry.refused.connect(self._note_refusal)

    def _note_answer(self, maps: FeatureMaps) -> None:
        self.images = maps.images
        try:
            sheets = read_sheets(maps)
        except (OSError, ValueError) as error:
            what = QT_TRANSLATE_NOOP("explorer", "cannot be read: {error}")
            self._note_refusal(refuse(maps.file, what, error=str(error)).sentence)
            return
        question = self._question()
        data = _data_of(question.recipe)
        self._go_on(MapsAnswer(question, plan_network(question.design), maps, sheets, data))

    def _note_refusal(self, reason: Sentence) -> None:
        question = self._question()
        if self.file and question.file == str(self.file):
            self.refusal, self.refused, self.file = reason, self.file, None
            self._go_on()
        else:
            self._go_on(MapsAnswer(question, plan_network(question.design), reason=reason))

    def _question(self) -> Maps:
        """What was asked."""
        assert self.inquiry
        assert isinstance(self.inquiry.question, Maps)
        return self.inquiry.question

    def _go_on(self, answer: MapsAnswer | None = None) -> None:
        """Keep the answer if there is one, and ask for the next lane if someone looks."""
        self.inquiry = None
        if answer:
            self.answers[TRAINED if answer.question.run else UNTRAINED] = answer
        if self.watchers:
            self.ask()

    def obstacle(self) -> str:
        """Why the worker is not asked now; empty if it is."""
        if fatal := next((each for each in self.document.problems if each.fatal), None):
            return say(fatal.what)
        return self.pool.busy_reason()


def read_sheets(maps: FeatureMaps) -> dict[str, QImage]:
    """The pictures by their paths, copied out of the worker's file. Raises OSError and ValueError."""
    found = {}
    with Path(maps.file).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as pixels:
        for sheet in maps.sheets:
            height, width, *channels = sheet.shape
            content = pixels[sheet.offset : sheet.offset + prod(sheet.shape)]
            if len(content) < prod(sheet.shape):
                raise ValueError(maps.file)
            kind = QImage.Format.Format_RGB888 if channels else QImage.Format.Format_Grayscale8
            found[sheet.path] = QImage(content, width, height, len(content) // height, kind).copy()
    return found


def class_names(recipe: Recipe) -> tuple[str, ...]:
    """What the classes of the recipe's data are called, in the user's language; nothing if the data is gone."""
    return _names_in(_data_of(recipe))


def _data_of(recipe: Recipe) -> DataSet | None:
    try:
        return describe_data(recipe.data)
    except Refused:
        return None


def _names_in(data: DataSet | None) -> tuple[str, ...]:
    if data is None:
        return ()
    return tuple(map(say, data.class_names)) if data.name in CATALOGUE else data.class_names
