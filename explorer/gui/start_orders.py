"""StartOrders: Start, and the other ways to start, which train something else beside what Start would train."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from explorer.architecture.design import Design
from explorer.architecture.layers import shape_text
from explorer.architecture.twins import NetworkKind, kind_of
from explorer.gui.choice import TrainingChoice
from explorer.gui.document import Document, title_of_run
from explorer.gui.widgets.text.language import say, whole
from explorer.gui.workers.estimates import Estimates
from explorer.gui.workers.pool import WorkerPool
from explorer.runs.commands import Train
from explorer.runs.recipe import RECIPES
from explorer.runs.sides import MAX_AT_ONCE, Side, on_same_batches, twin_side, with_seeds
from explorer.sentences import translatable
from explorer.validation import Refused, refuse

if TYPE_CHECKING:
    from explorer.runs.folder.run import Run

_Others = Callable[[Side], Sequence[Side]]  # what trains beside the first one; raises Refused
_SEEDS = 3


class _Company(NamedTuple):
    """An order to train other networks beside the design: `networks` in all, at most so many that train at once."""

    action: QAction
    others: _Others
    networks: int
    tip: str


class StartOrders(QObject):
    """The orders; `show_state` lets them say what they do."""

    def __init__(
        self,
        document: Document,
        choice: TrainingChoice,
        pool: WorkerPool,
        estimates: Estimates,
        add: Callable[..., QAction],
    ) -> None:
        """Make the orders by `add`, which takes the text of an action, what it does, and its keys."""
        super().__init__()
        self._document, self._choice, self._pool, self._estimates, self._add = document, choice, pool, estimates, add
        self._run: Run | None = None
        self._companies: list[_Company] = []
        self._asked: _Others = _nothing  # what was ordered last where memory is too small
        self.start = add(self.tr("Start"), self._start, "F5")
        self._make_choices()

    def _make_choices(self) -> None:
        """Make the orders to train something else on the same batches, beside what Start would train."""
        same = self.tr("Train both on the same images in the same order; weights that both have begin equal")
        self.twin = self._add_company(
            lambda first: [twin_side(first)],
            self.tr("Train this design with and without shortcuts on the same batches, and compare"),
        )
        self.twin.setShortcut("Ctrl+F5")
        self.beside_baseline = self._add_company(self._baseline_side, same)
        self.beside_run = self._add_company(self._run_side, same)
        self.beside_recipes = {name: self._add_company(self._recipe_side(name), same) for name in RECIPES}
        self._recipe_menu = QMenu()
        self._recipe_menu.setToolTipsVisible(True)
        self._recipe_menu.addActions(list(self.beside_recipes.values()))
        self.beside_recipe = self._recipe_menu.menuAction()
        self.another_seed = self._add_company(
            lambda first: [replace(first, seed=first.seed + 1)],
            self.tr("The same network with other initial weights, on the same images in the same order"),
        )
        self.as_study = self._add(self.tr("Start as a study …"))
        self.several_seeds = self._add_company(
            lambda first: with_seeds([first], _SEEDS)[1:],
            self.tr("How much of a result is luck: the same network from several initial weights"),
            _SEEDS,
        )

    @property
    def choices(self) -> tuple[QAction, ...]:
        """The other ways to start, which the arrow beside Start offers."""
        return (
            *(self.twin, self.beside_baseline, self.beside_run, self.beside_recipe),
            *(self.another_seed, self.several_seeds, self.as_study),
        )

    def _add_company(self, others: _Others, tip: str, networks: int = 2) -> QAction:
        action = self._add("", lambda: self._order(others))
        self._companies.append(_Company(action, others, networks, tip))
        return action

    def obstacle_beside(self, design: Design) -> str:
        """Return why `design`, fitted to the data, cannot be trained beside what Start would train; empty if it can."""
        fatal = self._document.fatal
        return say(fatal.what) if fatal else self._why_not(self._design_side(design))

    def start_beside(self, design: Design) -> None:
        """Train `design` beside what Start would train."""
        self._order(self._design_side(design))

    def _design_side(self, design: Design) -> _Others:
        return lambda first: [replace(first, design=self._choice.fit(design))]

    def offer_run(self, run: "Run | None") -> None:
        """Note the run that is chosen, beside which the design may be trained."""
        self._run = run
        self.show_state()

    def _baseline_side(self, first: Side) -> Sequence[Side]:
        baseline = self._document.baseline
        if baseline is None:
            raise refuse("", translatable("Pin a baseline first"))
        if baseline.obstacles:
            raise refuse("", translatable("The baseline cannot be built"))
        return self._design_side(baseline.design)(first)

    def _run_side(self, first: Side) -> Sequence[Side]:
        if self._run is None:
            raise refuse("", translatable("Choose a run in the list first"))
        return self._design_side(self._run.design)(first)

    def _recipe_side(self, name: str) -> _Others:
        """Return the order for a recipe at the batch size of the other, since both see the same batches."""

        def others(first: Side) -> Sequence[Side]:
            recipe = on_same_batches(RECIPES[name], first.recipe).change(batch_size=first.recipe.batch_size)
            return [replace(first, recipe=recipe)]

        return others

    def _recipe_text(self, name: str) -> str:
        batch_size = self._choice.recipe.batch_size
        if RECIPES[name].batch_size == batch_size:
            return say(name)
        return self.tr("{recipe}, at batch size {size}").format(recipe=say(name), size=whole(batch_size))

    @property
    def _first(self) -> Side:
        """What Start would train."""
        return Side(self._choice.fitted, self._choice.recipe, self._choice.recipe.seed)

    def _start(self) -> None:
        """Train the shown design, or what was ordered with it before and waits for a second order."""
        self._order(self._asked if self._choice.confirmed > 1 else _nothing)

    def _order(self, others: _Others) -> None:
        """Fit the design to the data, as one undoable step if need be, and start the run or add it to the queue.

        Where memory is too small for so many networks, the first order only asks for a second one.
        """
        choice, beside = self._choice, tuple(others(self._first))
        networks = min(1 + len(beside), MAX_AT_ONCE)
        design, too_large = choice.fitted, self._estimates.is_too_large(networks)
        if too_large and choice.confirmed < networks:
            choice.confirmed, self._asked = networks, others
            self.show_state()
            return
        choice.confirmed = 0
        choice.forget_refusal()
        self._document.propose(design, self.tr("Fit design to data"))
        self._pool.start(replace(self._train(beside), anyway=too_large))
        self.show_state()

    def _train(self, beside: Sequence[Side]) -> Train:
        """Return the order to train what Start would, and `beside` it. Raises Refused."""
        choice, runs = self._choice, self._pool.runs
        weights = choice.weights or None
        return Train(choice.fitted, choice.recipe, runs, weights=weights, beside=tuple(beside))

    def _why_not(self, others: _Others) -> str:
        """Return why the others cannot be trained beside what Start would train; empty if they can."""
        try:
            self._train(others(self._first))
        except Refused as refused:
            return say(refused.complaints[0].what)
        return ""

    def show_state(self) -> None:
        """Enable the orders that have an effect, and let their texts say what they do now."""
        fatal = self._document.fatal
        is_free = bool(self._pool.free_device(self._choice.recipe.device))
        reason = say(fatal.what) if fatal else self._why_not(_nothing)
        self.start.setEnabled(not reason)
        self.start.setText(self.tr("Start") if is_free else self.tr("Add to queue"))
        self.start.setIconText(self._start_text(is_free))
        queued = "" if is_free else self.tr("Starts automatically when a device is free")
        self.start.setToolTip(reason or queued)
        self._show_choices(is_free)

    def _start_text(self, is_free: bool) -> str:
        """Return the text of the large button.

        It also says what Start will change in the design first and, after other data were refused, which it trains on.
        """
        text, choice = self._order_text(is_free), self._choice
        data = self.tr("Data: {name}").format(name=say(choice.data.label))
        return f"{text}\n{data}" if choice.refusal else text

    def _order_text(self, is_free: bool) -> str:
        design = self._choice.fitted
        if self._choice.confirmed > 1:
            return self._anyway_text()
        if self._choice.confirmed and self._estimates.is_too_large():
            return self.tr("Train anyway")
        if design == self._document.design:
            return self.start.text()
        if is_free:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand start")
        else:
            text = self.tr("Fit design to data ({shape}, {classes} classes)\nand add to queue")
        return text.format(shape=shape_text(design.input), classes=whole(design.classes))

    def _show_choices(self, is_free: bool) -> None:
        """Let each of the other ways to start say what it does, or why it cannot be had."""
        fatal, confirmed = self._document.fatal, self._choice.confirmed
        texts = self._choice_texts(is_free)
        for action, others, networks, tip in self._companies:
            reason = say(fatal.what) if fatal else self._why_not(others)
            action.setEnabled(not reason)
            action.setText(self._anyway_text() if confirmed == networks else texts[action])
            action.setToolTip(reason or tip)
        self.beside_recipe.setText(texts[self.beside_recipe])
        self.as_study.setEnabled(fatal is None)
        tip = self.tr("Many runs that vary this design or its recipe, with one plot of all")
        self.as_study.setToolTip(say(fatal.what) if fatal else tip)

    def _choice_texts(self, is_free: bool) -> dict[QAction, str]:
        start = self.tr("Start") if is_free else self.tr("Add to queue")
        run = self.tr("{start} beside the chosen run")
        texts = {
            self.twin: self._twin_text(is_free),
            self.beside_baseline: self.tr("{start} beside the baseline"),
            self.beside_run: self.tr("{start} beside the run {name}") if self._run else run,
            self.beside_recipe: self.tr("{start} with the recipe"),
            self.another_seed: self.tr("{start} with another seed"),
            self.several_seeds: self.tr("{start} with {n} seeds"),
        }
        values = {"start": start, "name": title_of_run(self._run) if self._run else "", "n": whole(_SEEDS)}
        return {
            **{action: text.format(**values) for action, text in texts.items()},
            **{action: self._recipe_text(name) for name, action in self.beside_recipes.items()},
        }

    def _anyway_text(self) -> str:
        if self._choice.confirmed > 2:
            return self.tr("Train all {n} anyway").format(n=whole(self._choice.confirmed))
        return self.tr("Train both anyway")

    def _twin_text(self, is_free: bool) -> str:
        plain = kind_of(self._document.design) == NetworkKind.PLAIN
        if is_free:
            return self.tr("Start with its residual twin") if plain else self.tr("Start with its plain twin")
        return self.tr("Add to queue with its residual twin") if plain else self.tr("Add to queue with its plain twin")


def _nothing(first: Side) -> Sequence[Side]:
    """Train nothing beside the first side."""
    return ()
