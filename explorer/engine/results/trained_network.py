"""TrainedNetwork: the network of a run as it is evaluated, from the run's folder alone. No Qt."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.architecture.checks import buildable_plan
from explorer.architecture.plan import Plan
from explorer.engine.devices import choose_device
from explorer.engine.kernels.plain_arithmetic import arithmetic_of
from explorer.engine.kernels.rewrites import Rewrites, make_network, promised, rewrites_called
from explorer.engine.probes.seen_images import SeenImages
from explorer.engine.training.state import put_weights
from explorer.engine.training.weights import StoredWeights, best_weights, last_weights
from explorer.runs.events import Epoch, Threads
from explorer.runs.folder.log import read_events
from explorer.runs.folder.run import Run
from explorer.runs.folder.survey import find_run
from explorer.runs.questions.results import RunQuestion
from explorer.runs.recipe import Recipe
from explorer.sentences import NOTHING, Sentence, joined, translatable
from explorer.validation import Refused


@dataclass(frozen=True)
class TrainedNetwork:
    """The network of a `run` in eval mode on `device`, with its weights after `epoch`, and the images as it sees them.

    It computes as the run does: with the same `rewrites`, and within `computing` with as many `threads`. `recipe` is
    the run's, with the data where they are now. `warning` says which weights were taken if not those asked for, and
    what else makes it differ from the run.
    """

    run: Run
    recipe: Recipe
    plan: Plan
    network: nn.Module
    device: torch.device
    rewrites: Rewrites
    images: SeenImages
    epoch: int
    threads: int
    warning: Sentence = NOTHING

    @property
    def class_names(self) -> tuple[str, ...]:
        """Return a name per logit; one that the data have no class for is called by its number."""
        return self.run.class_names

    def scores(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, classes), float32, of images (n, channels, height, width) as the network sees them."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.rewrites.bf16):
            out: Tensor = self.network(inputs)
        return out.float()

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Compute as the run's own validation did: without gradients, with as many threads if there are so many."""
        before = torch.get_num_threads()
        torch.set_num_threads(min(self.threads or before, before))  # a run under way needs the others
        try:
            with arithmetic_of(self.recipe, self.device), torch.inference_mode():
                yield
        finally:
            torch.set_num_threads(before)


def open_trained(question: RunQuestion, last: bool = False) -> TrainedNetwork:
    """Build the network of a question about a run, with its best or `last` weights, or the initial ones of a fresh one.

    Raises Refused.
    """
    run = find_run(question.run, question.runs)
    recipe = run.recipe.change(data=question.recipe.data)
    plan, device = buildable_plan(run.design), _device_of(run, question.recipe.device)
    rewrites = rewrites_called(run.rewrites) if run.device == device.type else promised(plan, recipe, device)
    with torch.random.fork_rng():
        torch.manual_seed(run.seed)
        network = make_network(plan, device, rewrites)
    weights = StoredWeights({}, 0)
    if not question.fresh:
        weights = last_weights(run) if last else best_weights(run)
        put_weights(network, weights.tensors)
    return TrainedNetwork(
        run=run,
        recipe=recipe,
        plan=plan,
        network=network.eval(),
        device=device,
        rewrites=rewrites,
        images=SeenImages(run.design, recipe, run.data, device),
        epoch=weights.epoch,
        threads=_threads_of(run, weights.epoch),
        warning=joined("; ", filter(None, (weights.warning, _other_device(run, device)))),
    )


def _device_of(run: Run, wanted: str) -> torch.device:
    """Return the device called `wanted`; `auto` prefers one of the kind that the run computes on."""
    for name in (run.device, wanted) if wanted == "auto" else (wanted,):
        try:
            return choose_device(name)
        except Refused:
            continue
    return choose_device("auto")


def _other_device(run: Run, device: torch.device) -> Sentence:
    if run.device in ("", device.type):
        return NOTHING
    what = translatable("computed on {now} instead of {before}: sums are rounded differently")
    return Sentence(what, {"now": device.type, "before": run.device})


def _threads_of(run: Run, epoch: int) -> int:
    """Return how many threads computed the run at the end of an epoch; 0 if that is unknown."""
    count = 0
    for event in read_events(run.folder, Threads, Epoch):
        if isinstance(event, Threads):
            count = event.threads
        elif isinstance(event, Epoch) and event.epoch == epoch:
            break
    return count
