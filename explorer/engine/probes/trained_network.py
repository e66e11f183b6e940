"""TrainedNetwork: the network of a run as it is evaluated, from the run's folder alone. No Qt."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from explorer.architecture.plan import Plan
from explorer.engine.devices import choose_device
from explorer.engine.kernels.rewrites import Rewrites, make_network, promised
from explorer.engine.probes.seen_images import SeenImages
from explorer.engine.training.run import buildable_plan
from explorer.engine.training.state import put_weights
from explorer.engine.training.weights import weights_of
from explorer.runs.folder import Run, find_run
from explorer.runs.questions.results import RunQuestion


@dataclass(frozen=True)
class TrainedNetwork:
    """The network of a `run` in eval mode on `device`, and the images as it sees them."""

    run: Run
    plan: Plan
    network: nn.Module
    device: torch.device
    rewrites: Rewrites
    images: SeenImages

    @property
    def class_names(self) -> tuple[str, ...]:
        """Return a name per logit; one that the data have no class for is called by its number."""
        return self.run.class_names

    def scores(self, inputs: Tensor) -> Tensor:
        """Return the logits (n, classes), float32, of images (n, channels, height, width) as the network sees them."""
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.rewrites.bf16):
            out: Tensor = self.network(inputs)
        return out.float()


def open_trained(question: RunQuestion) -> TrainedNetwork:
    """Build the network of a question about a run, with its best weights or its initial ones. Raises Refused."""
    run = find_run(question.run, question.runs)
    plan, device = buildable_plan(run.design), choose_device(question.recipe.device)
    rewrites = promised(plan, run.recipe, device)
    torch.manual_seed(run.seed)
    network = make_network(plan, device, rewrites)
    if not question.fresh:
        put_weights(network, weights_of(run))
    images = SeenImages(run.design, run.recipe, run.data, device)
    return TrainedNetwork(run, plan, network.eval(), device, rewrites, images)
