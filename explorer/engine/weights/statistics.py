"""Statistics of the images that known weights were trained on, by which their input is normalised. No Qt."""

from pathlib import Path

from explorer.engine.weights.facts import Facts, facts_of_run, read_facts
from explorer.engine.weights.files import read_metadata
from explorer.runs.folder.run import Run
from explorer.runs.weights import Published, find_weights

IMAGENET = Facts(
    mean=(0.485, 0.456, 0.406), deviation=(0.229, 0.224, 0.225), is_known=True
)  # torchvision's, of all its weights

Statistics = tuple[tuple[float, ...], tuple[float, ...]]  # mean and deviation per channel, of values from 0 to 1


def weights_statistics(source: str, runs: Path) -> Statistics:
    """Return the mean and deviation that the weights of a source expect, ImageNet's where nobody has said.

    Both are empty if they expect values from 0 to 1. Raises Refused.
    """
    match find_weights(source, runs):
        case Published():
            facts = IMAGENET
        case Run() as run:
            facts = facts_of_run(run)
        case path:
            facts = read_facts(read_metadata(path))
    facts = facts if facts.is_known else IMAGENET
    return facts.mean, facts.deviation
