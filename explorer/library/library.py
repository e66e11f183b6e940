"""The functions that `import explorer` promises. No Qt; torch is imported by those that need it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design
from explorer.architecture.plan import Plan, plan_network
from explorer.architecture.presets import find_design
from explorer.paths import expand_user, storable
from explorer.runs.commands import Stop, Train
from explorer.runs.data.catalogue import describe_data
from explorer.runs.events import Event
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import default_runs, list_runs
from explorer.runs.recipe import Recipe, read_recipe, recipe_table
from explorer.validation import Complaint, Refused

if TYPE_CHECKING:
    from torch.nn import Module


class SavedRuns(tuple[Run, ...]):
    """Runs, the newest first; a notebook shows them as a table."""


def design(text: str) -> Design:
    """Return the design that `text` means: the name of a preset, the path of a file, or one-line text.

    Raises Refused, a ValueError that says what is wrong with each value.

    >>> design("resnet18").stages[1]
    Stage(blocks=2, width=128, stride=2)
    >>> design("basic:1x28x28:10:16x2,32x2/2:stem=cifar").classes
    10
    """
    return find_design(text)


def plan(network: Design | str) -> Plan:
    """Return every layer of a design with its shapes and costs; what cannot be built is among its `obstacles`.

    >>> whole = plan("resnet18")
    >>> whole.params, whole.macs, whole.depth
    (11689512, 1814073344, 18)
    >>> [(section.name, section.output) for section in whole.sections][:2]
    [('stem', (64, 56, 56)), ('layer1', (64, 56, 56))]
    """
    return plan_network(_designed(network))


def module(network: Design | str) -> "Module":
    """Return a design as a torch module with torchvision's names, and initial weights drawn from torch's generator.

    Its input is float (n, channels, height, width), its output (n, classes). Raises Refused if it cannot be built.

    >>> network = module("resnet18")
    >>> network.layer1[0].conv1.weight.shape
    torch.Size([64, 64, 3, 3])
    """
    from explorer.engine.model import build_model

    return build_model(plan_network(_buildable(_designed(network))))


def train(
    network: Design | str, recipe: Recipe | None = None, runs: Path | str | None = None, **changes: object
) -> Iterator[Event]:
    """Train a network and yield the events of the run, which is kept below the folder `runs`.

    `recipe` is *quick* unless given, with `changes` of its fields; the design gets the channels and classes of the
    data. The last event is `Finished` or `Failed`. Whoever leaves the loop stops the run, which keeps a checkpoint.
    Raises Refused before the first event if anything cannot be trained.

    >>> small = "basic:1x28x28:10:4x1:stem=cifar,stem_width=4"
    >>> events = train(small, runs=folder, epochs=1, batch_size=1000, device="cpu")
    >>> [type(event).__name__ for event in events if type(event).__name__ in ("Started", "Epoch", "Finished")]
    ['Started', 'Epoch', 'Finished']
    """
    folder = default_runs() if runs is None else expand_user("runs", runs)
    wanted = read_recipe({**recipe_table(recipe or Recipe()), **changes})
    data = describe_data(wanted.data, wanted)
    if data.shape is None:  # a folder is found from anywhere when the run is resumed
        wanted = wanted.change(data=storable(str(data.path.resolve())))
    return _events(Train(_buildable(data.fit(_designed(network), own_size=True)), wanted, folder))


def saved_runs(runs: Path | str | None = None) -> SavedRuns:
    """Return the runs below a folder, by default where the window keeps them, the newest first.

    >>> [(run.id, run.best_accuracy) for run in saved_runs(folder)]
    []
    """
    return SavedRuns(list_runs(default_runs() if runs is None else expand_user("runs", runs)))


def _designed(network: Design | str) -> Design:
    return find_design(network) if isinstance(network, str) else network


def _buildable(network: Design) -> Design:
    """Return `network`. Raises Refused with every problem that keeps it from being built."""
    if fatal := [problem for problem in find_problems(plan_network(network)) if problem.fatal]:
        raise Refused(*(Complaint(problem.where, problem.what) for problem in fatal))
    return network


def _events(order: Train) -> Iterator[Event]:
    from explorer.engine.runs.opening import open_runs
    from explorer.engine.runs.run_in_progress import RunInProgress
    from explorer.engine.runs.side_by_side import SideBySide
    from explorer.engine.training.threads import Cores

    with Cores() as cores:
        opened = open_runs(order, cores)
        run = RunInProgress(opened[0])
        try:
            with SideBySide([run]) as under_way:
                try:
                    while under_way.next():
                        yield from run.reports()
                finally:
                    if not run.has_ended():  # the loop over the events was left
                        under_way.send(Stop())
                        while under_way.next():
                            for _ in run.reports():
                                pass
        finally:
            opened[0].folder.close()
