"""FeatureMapAnswers: the feature maps of one image in the untrained and in the trained network. No widgets.

A worker is asked for one network after the other, and only while a panel shows the maps. Of a run under way the newest
weights are used, and asked for again as it goes on.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from explorer.architecture.plan import Plan, plan_network
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document
from explorer.gui.widgets.text.language import say
from explorer.gui.workers.inquiry import SETTLE, Inquiry, InquiryState
from explorer.gui.workers.live_run import LiveRun
from explorer.gui.workers.pictures import read_pictures
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.data.catalogue import CATALOGUE, DataSet, describe_data
from explorer.runs.data.record import DataRecord
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import find_run, list_runs, newest_ended
from explorer.runs.questions.pictures import FeatureMaps, Maps
from explorer.runs.questions.question import Probe
from explorer.sentences import NOTHING, Sentence, translatable
from explorer.validation import Refused, refuse

UNTRAINED, TRAINED = "untrained", "trained"
_FOLLOWED, _LONGEST = 2_000, 60_000  # milliseconds from an answer about a run under way to the next question
_REST = 9  # between these, times as long as the answer took: a tenth of the time at most


@dataclass(frozen=True, slots=True)
class MapsAnswer:
    """The answer to a question: feature maps with their sheets ready to be drawn, or the reason why there are none.

    `plan` is that of the network in the question, `data` what names its classes.
    """

    question: Maps
    plan: Plan
    maps: FeatureMaps | None = None
    sheets: Mapping[str, QImage] = field(default_factory=dict)
    data: DataSet | DataRecord | None = None
    reason: Sentence = NOTHING

    @property
    def class_names(self) -> tuple[str, ...]:
        """The class names in the user's current language; empty if the data was gone."""
        return _names_in(self.data)


class FeatureMapAnswers(QObject):
    """The image is number `number` of `images`, or that in `file`; `refusal` tells why the file `refused` was refused.

    `answers` has the latest answer by network, UNTRAINED or TRAINED; one whose question is no longer in `wanted` is out
    of date. `changed` when any of this is different, or when something else may have to be drawn.
    """

    changed = Signal()

    def __init__(self, document: Document, choice: TrainingChoice, pool: WorkerPool) -> None:
        super().__init__()
        self.document, self.choice, self.pool = document, choice, pool
        self.watchers = 0  # a rebuilt window may watch before the old one is gone
        self.number, self.images = 0, 0
        self.file: Path | None = None
        self.refusal = NOTHING
        self.refused: Path | None = None
        self.runs: tuple[Run, ...] | None = None  # None: not read, or out of date
        self.answers: dict[str, MapsAnswer] = {}
        self.inquiry: Inquiry | None = None
        self.timer = QTimer(self, interval=SETTLE, singleShot=True)
        self.timer.timeout.connect(self.ask)
        self._asked = 0.0
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._follow)
        for signal in (choice.changed, pool.changed):
            signal.connect(self.update)
        pool.progressed.connect(self._follow)
        pool.run_ended.connect(self.forget_runs)
        pool.runs_changed.connect(self.forget_runs)

    def watch(self, watched: bool) -> None:
        """Count one watcher more from now on, or one less."""
        self.watchers += 1 if watched else -1
        self.timer.stop()
        self.forget_runs()

    def use_number(self, number: int) -> None:
        """Use the validation image `number`, counted round."""
        self.number, self.file, self.refusal = number % self.images if self.images else number, None, NOTHING
        self.update()

    def use_file(self, path: Path) -> None:
        """Use the image in a file; if the worker refuses it, the previous image is used again."""
        self.file, self.refusal = path, NOTHING
        self.update()

    def run(self) -> Run | None:
        """Return the newest ended run of the shown design, or None."""
        return newest_ended(self.runs or (), self.document.design)

    def live(self) -> LiveRun | None:
        """Return the run of the shown design that is under way, or None."""
        return self.pool.run_of(self.document.design)

    def wanted(self) -> dict[str, Maps]:
        """Return the question about each network; the trained one started from the weights of the untrained one."""
        run, live, recipe = self.run(), self.live(), self.choice.recipe
        if trained := live or run:
            recipe = trained.recipe.change(device=recipe.device)
        fresh = Maps(self.document.design, recipe, runs=self.pool.runs, fresh=True, image=self.number)
        if self.file:
            fresh = replace(fresh, image=0, file=str(self.file))
        name = live.id if live else str(run.folder) if run else ""
        return {UNTRAINED: fresh} | ({TRAINED: replace(fresh, run=name, fresh=False)} if name else {})

    def unanswered(self) -> dict[str, Maps]:
        """Return those wanted questions that are not answered yet."""
        answered = {network: answer.question for network, answer in self.answers.items()}
        return {network: question for network, question in self.wanted().items() if answered.get(network) != question}

    def are_compared(self) -> bool:
        """Return whether there are maps of both networks, as they are now."""
        answers = self.answers.values()
        return len(answers) == len(self.wanted()) == 2 and not self.unanswered() and all(each.maps for each in answers)

    def update(self) -> None:
        """Emit `changed`, and ask what is unanswered once nothing changes for a moment; nothing without a watcher."""
        if not self.watchers:
            return
        self.changed.emit()
        if self.runs is None or self.unanswered():
            self.timer.start()

    def forget_runs(self) -> None:
        """Read the runs again when next asked, and ask again what could not be answered."""
        self.runs = None
        self.answers = {network: answer for network, answer in self.answers.items() if answer.maps}
        self.update()

    def ask(self) -> None:
        """Send the next question once the one before is answered; a question that waits is replaced."""
        if self.runs is None:
            self.runs = list_runs(self.pool.runs)
        question = next(iter(self.unanswered().values()), None)
        if question is None and self._is_behind():
            question = self.wanted()[TRAINED]
        if self.inquiry and self.inquiry.state is InquiryState.WAITING and self.inquiry.question != question:
            self.inquiry.cancel()
            self.inquiry = None
        if question and self.inquiry is None and not self.obstacle():
            self._wait_for(Inquiry(self.pool, question))
        self.changed.emit()

    def _is_behind(self) -> bool:
        """Whether the run under way has gone on since it was asked, and it is time to ask again."""
        live, answer = self.live(), self.answers.get(TRAINED)
        step = answer.maps.step if answer and answer.maps else None
        return live is not None and step is not None and live.done > step and not self._rest.isActive()

    def _follow(self) -> None:
        """Ask about a run under way again; nothing without a watcher."""
        if self.watchers and self.inquiry is None and self._is_behind():
            self.ask()

    def _wait_for(self, inquiry: Inquiry) -> None:
        self.inquiry, self._asked = inquiry, monotonic()
        inquiry.answered.connect(self._note_answer)
        inquiry.refused.connect(self._note_refusal)

    def _note_answer(self, maps: FeatureMaps) -> None:
        self.images = maps.images
        if maps.step is not None:
            took = round(1000 * (monotonic() - self._asked))
            self._rest.start(min(_LONGEST, max(_FOLLOWED, _REST * took)))
        try:
            pictures = read_pictures(maps.file, maps.sheets)
        except (OSError, ValueError) as error:
            what = translatable("cannot be read: {error}")
            self._note_refusal(refuse(maps.file, what, error=str(error)).sentence)
            return
        question = self._question()
        sheets = dict(zip((sheet.path for sheet in maps.sheets), pictures, strict=True))
        data = _data_of(question)
        answer = MapsAnswer(question=question, plan=plan_network(question.design), maps=maps, sheets=sheets, data=data)
        self._keep_and_ask(answer)

    def _note_refusal(self, reason: Sentence) -> None:
        question = self._question()
        if self.file and question.file == str(self.file):
            self.refusal, self.refused, self.file = reason, self.file, None
            self._keep_and_ask()
        else:
            self._keep_and_ask(MapsAnswer(question=question, plan=plan_network(question.design), reason=reason))

    def _question(self) -> Maps:
        """Return the question of the current inquiry."""
        assert self.inquiry
        assert isinstance(self.inquiry.question, Maps)
        return self.inquiry.question

    def _keep_and_ask(self, answer: MapsAnswer | None = None) -> None:
        """Keep the answer if there is one, and ask the next question while a panel shows the maps."""
        self.inquiry = None
        if answer:
            self.answers[TRAINED if answer.question.run else UNTRAINED] = answer
        if self.watchers:
            self.ask()

    def obstacle(self) -> str:
        """Return why no worker is asked now; empty if one may be."""
        if fatal := self.document.fatal:
            return say(fatal.what)
        return self.pool.probe_obstacle()


def class_names(question: Probe) -> tuple[str, ...]:
    """Return the class names of a question's network in the user's language; empty if nobody knows them."""
    return _names_in(_data_of(question))


def _data_of(question: Probe) -> DataSet | DataRecord | None:
    """Return what the network's run has learned from, which may be gone or renamed since; else the recipe's data."""
    with suppress(Refused):
        if question.run and (record := find_run(question.run, question.runs).data):
            return record
        return describe_data(question.recipe.data)
    return None


def _names_in(data: DataSet | DataRecord | None) -> tuple[str, ...]:
    if data is None:
        return ()
    return tuple(map(say, data.class_names)) if data.name in CATALOGUE else data.class_names
