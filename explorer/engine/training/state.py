"""Training: all that changes while a network learns, and that a checkpoint must restore exactly. No Qt."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from explorer.architecture.layers import BatchNorm2d
from explorer.architecture.plan import Plan
from explorer.engine.kernels.cuda_graph import BackwardStep, Graph
from explorer.engine.kernels.rewrites import Rewrites, make_network, promised
from explorer.engine.model import ResidualBlock, set_branch_to_zero
from explorer.engine.training.loss import weighted_cross_entropy
from explorer.engine.training.optimizers import (
    average_of,
    bring_to_rest,
    make_optimizer,
    make_schedule,
    restore_optimizer,
)
from explorer.engine.training.parts import frozen_modules
from explorer.engine.training.ranks import ALONE, Ranks
from explorer.engine.training.tally import Tested, judge
from explorer.runs.data.balance import class_weights
from explorer.runs.late_blocks import late_blocks
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence, translatable
from explorer.validation import Complaint, Refused, refuse

_MODULE = "module."  # what the names of averaged weights begin with
_MAX_KEYS = 12  # mismatched weights that a refusal names


@dataclass(slots=True)
class Counters:
    """The progress of a run: `epoch` is the current one, from 1, and `position` how many of its batches are done."""

    step: int = 0
    epoch: int = 1
    position: int = 0
    images: int = 0
    hits: int = 0
    loss_sum: float = 0.0
    epoch_seconds: float = 0.0
    seconds: float = 0.0
    best_epoch: int = 0
    best_accuracy: float = -1.0
    rate_factor: float = 1.0  # by which the user has multiplied the rate of the schedule
    batches: str = ""  # a sha256 over the batches of all epochs begun
    joined: int = 0  # of the late blocks, in their order

    @property
    def last_epoch(self) -> int:
        """Return the epoch of the last step."""
        return self.epoch if self.position else self.epoch - 1

    def next_epoch(self) -> None:
        self.epoch += 1
        self.position = self.images = self.hits = 0
        self.loss_sum = self.epoch_seconds = 0.0


class Training:
    """A network at work on `device`, with its optimizer, schedule and counters."""

    def __init__(
        self,
        plan: Plan,
        recipe: Recipe,
        device: torch.device,
        steps_per_epoch: int,
        rewrites: Rewrites | None = None,
        seed: int | None = None,
        class_counts: Sequence[int] = (),
        ranks: Ranks = ALONE,
    ) -> None:
        """Build the network with weights drawn by `seed`, by default the recipe's. Raises Refused.

        `rewrites` are by default all that should be faster. `class_counts` are the numbers of training images, by which
        the recipe may balance the loss. Each of the `ranks` learns from its part of a batch.
        """
        if recipe.batch_size == 1:
            refuse_single_values(plan)
        if recipe.sync_norms and device.type != "cuda":
            raise refuse("sync_norms", translatable("norms share their statistics between NVIDIA GPUs only"))
        torch.manual_seed(recipe.seed if seed is None else seed)
        self.plan, self.recipe, self.device, self.steps_per_epoch = plan, recipe, device, steps_per_epoch
        self.ranks = ranks
        self.rewrites = rewrites or promised(plan, recipe, device)
        self.network = make_network(plan, device, self.rewrites)
        if recipe.sync_norms and ranks.size > 1:
            self.network = nn.SyncBatchNorm.convert_sync_batchnorm(self.network)  # type: ignore[no-untyped-call]
        self._parallel: nn.Module | None = None  # the network as all ranks compute it, from the first step on
        self.late = late_blocks(plan, recipe)
        for block in self._late_blocks:
            set_branch_to_zero(block)
        self.average = average_of(self.network, recipe.ema) if recipe.ema else None
        self.optimizer = make_optimizer(self.network, recipe)
        self._highest_rates = [group["lr"] for group in self.optimizer.param_groups]
        self.schedule = make_schedule(self.optimizer, recipe, self.steps_per_epoch)
        weighted = recipe.balance == "weights" and class_counts
        self._class_weights = torch.tensor(class_weights(class_counts), device=device) if weighted else None
        self.counters = Counters()
        self._freeze(head_only=recipe.head_epochs > 0)

    @property
    def steps(self) -> int:
        """Return the number of steps of the whole run."""
        return self.steps_per_epoch * self.recipe.epochs

    @property
    def learning_rate(self) -> float:
        """Return the rate of the last layer; those below it may be lower."""
        return float(self.optimizer.param_groups[0]["lr"]) * self.counters.rate_factor

    @property
    def evaluated(self) -> nn.Module:
        """Return the network that is validated and saved: the average if the recipe asks for one."""
        return self.average.module if self.average else self.network

    def use_rate(self, rate: float) -> None:
        """Take the next step with another rate, lower ones below the head where the recipe has them lower."""
        for group, highest in zip(self.optimizer.param_groups, self._highest_rates, strict=True):
            group["lr"] = rate * (highest / self.recipe.lr)

    def has_stalled(self) -> bool:
        """Return whether accuracy has not improved for as many epochs as the recipe allows."""
        allowed, counters = self.recipe.early_stop, self.counters
        return bool(allowed and counters.best_epoch and counters.last_epoch - counters.best_epoch >= allowed)

    def scores(self, network: nn.Module, pixels: Tensor) -> Tensor:
        """Return the logits (n, classes), float32, of images (n, channels, height, width) as the network sees them."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.rewrites.bf16):
            out: Tensor = network(pixels)
        return out.float() if self.rewrites.bf16 else out

    def _backward_step_eagerly(self, pixels: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """Leave a batch's gradients in the parameters; return its mean loss and number of hits."""
        scores = self.scores(self.network, pixels)
        loss = self._loss(scores, targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), _hits(scores, targets)

    def _backward_step_of_part(self, pixels: Tensor, targets: Tensor, share: float) -> tuple[Tensor, Tensor]:
        """Do the same for this rank's part of a batch, whose loss has this `share` in that of the batch.

        The gradients are those of the batch, on every rank; the losses and hits of all are still to be added up.
        """
        if self._parallel is None:
            self._parallel = self.ranks.parallel(self.network)
        scores = self.scores(self._parallel, pixels)
        loss = self._loss(scores, targets) * share
        self.optimizer.zero_grad(set_to_none=True)
        mean = loss * self.ranks.size  # which torch divides by their number
        mean.backward()  # type: ignore[no-untyped-call]
        return loss.detach(), _hits(scores, targets) * (share > 0)

    def _loss(self, scores: Tensor, targets: Tensor) -> Tensor:
        """Return the mean cross-entropy."""
        smoothing = self.recipe.label_smoothing
        if self._class_weights is None:
            return F.cross_entropy(scores, targets, label_smoothing=smoothing)
        return weighted_cross_entropy(scores, targets, self._class_weights, smoothing)

    @property
    def _late_blocks(self) -> list[ResidualBlock]:
        """The late blocks in the order in which they join."""
        found = [self.network.get_submodule(each.path) for each in self.late]
        return [block for block in found if isinstance(block, ResidualBlock)]

    def join_blocks(self) -> tuple[str, ...]:
        """Let the late blocks learn whose epochs are done; return their paths.

        Until then they are identities, so that they change nothing at first, neither the network nor its average.
        """
        waiting = self.late[self.counters.joined :]
        due = tuple(each.path for each in waiting if each.epoch < self.counters.epoch)
        if due:
            self.counters.joined += len(due)
            bring_to_rest(self.optimizer)
            self._freeze(self._head_only)
        return due

    def _freeze(self, head_only: bool) -> None:
        """Let all learn that the recipe allows, or the last layer alone; the rest is as in validation.

        What is frozen or has not joined yet gets no gradient, so that an optimizer leaves it as it is, and no backward
        pass reaches it.
        """
        self._head_only = head_only
        self._frozen = frozen_modules(self.network, self.recipe, head_only)
        self.network.requires_grad_()
        for place, block in enumerate(self._late_blocks):
            block.asleep = place >= self.counters.joined
            block.requires_grad_(not block.asleep)
        for module in self._frozen:
            module.requires_grad_(False)
        self._parallel = None  # it knows what gets gradients
        self.backward_step: BackwardStep = (  # a recorded step has the gradients of what it was recorded with
            Graph(self.network, self._backward_step_eagerly) if self.rewrites.graph else self._backward_step_eagerly
        )

    def _prepare_to_learn(self) -> None:
        """Bring all layers into the mode in which this epoch's steps need them."""
        head_only = self.counters.epoch <= self.recipe.head_epochs
        if head_only != self._head_only:
            self._freeze(head_only)
        self.network.train()
        for module in self._frozen:
            module.eval()

    @contextmanager
    def _changed_rate(self) -> Iterator[None]:
        """Apply the user's factor to the rate; a schedule computes the next rate from its own last one."""
        rates = [group["lr"] for group in self.optimizer.param_groups]
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * self.counters.rate_factor
        yield
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            group["lr"] = rate

    def learn(
        self, pixels: Tensor, targets: Tensor, eagerly: bool = False, share: float = 1.0
    ) -> tuple[Tensor, Tensor]:
        """Take one step; return its mean loss and number of hits, scalars on the device.

        `pixels` are floats of (n, channels, height, width), `targets` are (n,) labels or (n, classes) shares,
        of which the largest counts as the label. `eagerly` calls every layer, where a recorded graph calls none.
        Of several ranks each has a `share` of the batch, and of its loss and hits.
        """
        self._prepare_to_learn()
        if self.ranks.size > 1:
            loss, hits = self._backward_step_of_part(pixels, targets, share)
        else:
            backward_step = self._backward_step_eagerly if eagerly else self.backward_step
            loss, hits = backward_step(pixels, targets)
        if self.recipe.clip:
            nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        with self._changed_rate():
            self.optimizer.step()
        self.schedule.step()
        if self.average:
            self.average.update_parameters(self.network)
        self.counters.step += 1
        self.counters.position += 1
        return loss, hits

    @torch.inference_mode()
    def test(self, pixels: Tensor, labels: Tensor) -> Tested:
        """Return what the network that is validated makes of a batch, as in `learn` but always of labels (n,)."""
        return judge(self.scores(self.evaluated.eval(), pixels), labels)

    def state(self) -> dict[str, Any]:
        """Return the whole state as plain values and tensors."""
        return {
            "model": self.network.state_dict(),
            "average": self.average.state_dict() if self.average else None,
            "rewrites": asdict(self.rewrites),
            "device": self.device.type,
            "processes": self.ranks.size,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "steps_per_epoch": self.steps_per_epoch,
            "steps": self.steps,
            "counters": asdict(self.counters),
            "random": torch.get_rng_state(),
            "random_cuda": torch.cuda.get_rng_state(self.device) if self.device.type == "cuda" else None,
        }

    def add_epochs(self, count: int) -> None:
        """Train for `count` epochs more, on a schedule that is stretched over all of them."""
        self.recipe = self.recipe.change(epochs=self.recipe.epochs + count)
        self._stretch_schedule()

    def _stretch_schedule(self) -> None:
        """Go on where a schedule over the recipe's epochs would be after as many steps."""
        for group, rate in zip(self.optimizer.param_groups, self._highest_rates, strict=True):
            group["lr"] = rate
            group.pop("initial_lr", None)
        self.schedule = make_schedule(self.optimizer, self.recipe, self.steps_per_epoch)
        self.optimizer._opt_called = True  # type: ignore[attr-defined]  # else torch warns of the order
        for _ in range(self.counters.step):
            self.schedule.step()

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a `state`; for another number of epochs the schedule is stretched. Raises Refused."""
        if state["steps_per_epoch"] != self.steps_per_epoch:
            there, here = state["steps_per_epoch"], self.steps_per_epoch
            what = translatable("has changed since the run started: an epoch had {there} steps and now has {here}")
            raise refuse("data", what, there=there, here=here)
        refuse_other_ranks(state.get("processes", 1), self.ranks)
        put_weights(self.network, state["model"])
        if self.average:
            self.average.load_state_dict(state["average"])
        self.counters = Counters(**state["counters"])
        self._freeze(self._head_only)
        restore_optimizer(self.optimizer, state["optimizer"])
        if state["steps"] == self.steps:
            self.schedule.load_state_dict(state["schedule"])
        else:
            self._stretch_schedule()
        torch.set_rng_state(state["random"])
        if self.device.type == "cuda" and state["random_cuda"] is not None:
            torch.cuda.set_rng_state(state["random_cuda"], self.device)


def _hits(scores: Tensor, targets: Tensor) -> Tensor:
    """Return of how many images the most likely class is that of the target."""
    labels = targets if targets.ndim == 1 else targets.argmax(1)
    return (scores.detach().argmax(1) == labels).sum()


def refuse_other_ranks(before: int, ranks: Ranks) -> None:
    """Raise Refused unless a run that was trained by so many processes goes on with as many.

    Another number has other parts of each batch: norms would see other images, and sums would be rounded differently.
    """
    if before == ranks.size:
        return
    if before == 1:
        raise refuse("devices", translatable("the run was trained by one process; resume it without --devices"))
    what = translatable(
        "the run was trained by {count} processes; resume it with --devices {count}, or start a new run with its "
        "weights (--weights)"
    )
    raise refuse("devices", what, count=before)


def evaluated_weights(state: Mapping[str, Any]) -> dict[str, Tensor]:
    """Return the weights in a `state` of the network that is validated and saved."""
    weights: dict[str, Tensor] = state["model"]
    if average := state.get("average"):
        weights = {key.removeprefix(_MODULE): each for key, each in average.items() if key.startswith(_MODULE)}
    return weights


def averaged_steps(state: Mapping[str, Any]) -> Tensor | None:
    """Return how many steps the averages in a `state` are of, a scalar; None where nothing is averaged."""
    average = state.get("average")
    return average["n_averaged"] if average else None


def put_weights(network: nn.Module, weights: Mapping[str, Tensor]) -> None:
    """Load `weights` into `network`. Raises Refused with every weight that does not fit."""
    own = network.state_dict()
    missing = Sentence(translatable("is missing"))
    unknown = Sentence(translatable("is not a weight of this design"))
    wrong_shape = translatable("has shape {shape}; this design needs {wanted}")
    complaints = [Complaint(name, missing) for name in own if name not in weights]
    complaints += [Complaint(name, unknown) for name in weights if name not in own]
    complaints += [
        Complaint(name, Sentence(wrong_shape, {"shape": str(there), "wanted": str(tuple(values.shape))}))
        for name, values in own.items()
        if name in weights and (there := tuple(weights[name].shape)) != tuple(values.shape)
    ]
    if len(complaints) > _MAX_KEYS:
        rest = translatable("and {count} more do not fit")
        more = Complaint("weights", Sentence(rest, {"count": len(complaints) - _MAX_KEYS}))
        complaints = [*complaints[:_MAX_KEYS], more]
    if complaints:
        raise Refused(*complaints)
    network.load_state_dict(weights)


def refuse_single_values(plan: Plan) -> None:
    """Raise Refused for 1×1 maps, of which a batch must have two: a norm in training needs two values per channel."""
    if layer := single_valued_norm(plan):
        what = translatable("must be at least 2: {layer} has 1×1 maps, and a norm needs two values")
        raise refuse("batch_size", what, layer=layer)


def single_valued_norm(plan: Plan) -> str:
    """Return the name of the first norm that sees one value per channel and image; empty if there is none."""
    norms = (layer for layer in plan.layers() if isinstance(layer.kind, BatchNorm2d))
    return next((norm.name for norm in norms if norm.output[1:] == (1, 1)), "")
