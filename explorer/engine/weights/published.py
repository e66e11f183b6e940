"""PublishedWeights: torchvision's weights of its ten networks, in the folder where torchvision keeps them. No Qt."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from explorer.architecture.design import Design
from explorer.engine.weights.facts import Facts
from explorer.runs.transfer import Transfer
from explorer.runs.weights import published_network
from explorer.sentences import Sentence, system_words, translatable
from explorer.validation import refuse


@dataclass(frozen=True, slots=True)
class PublishedWeights:
    """Weights of torchvision's `network`; `size` is about that of the file, in bytes."""

    network: str
    version: str
    url: str
    size: int
    facts: Facts

    @property
    def path(self) -> Path:
        """Return where torchvision keeps the file."""
        from torch.hub import get_dir

        return Path(get_dir(), "checkpoints", self.url.rpartition("/")[2])

    def is_published(self, path: Path) -> bool:
        """Return whether the sha256 of a file begins as the name of the published one says. Raises OSError."""
        start = re.search(r"-([0-9a-f]{8,})\.", self.path.name)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return start is not None and digest.startswith(start[1])


def published_weights(design: Design, version: str) -> PublishedWeights:
    """Return the weights of a version, or the newest without one, of the network that the design is. Raises Refused."""
    from torchvision.models import get_model_weights  # takes a second to import

    network = published_network(design)
    entries = {entry.name.rpartition("_")[2]: entry for entry in get_model_weights(network)}
    newest = max(entries)
    if version and version not in entries:
        what = translatable("{network} has no weights {version}, only {others}")
        raise refuse("weights", what, network=network, version=version, others=", ".join(entries))
    entry = entries[version or newest]
    transforms = entry.transforms()
    return PublishedWeights(
        network=network,
        version=version or newest,
        url=entry.url,
        size=round(entry.meta["_file_size"] * 2**20),
        facts=Facts(tuple(entry.meta["categories"]), tuple(transforms.mean), tuple(transforms.std), is_known=True),
    )


def fetch(weights: PublishedWeights) -> Iterator[tuple[int, int]]:
    """Download the file if it is not here or is damaged; yield how many bytes have come, and of how many.

    Raises Refused.
    """
    from filelock import FileLock, Timeout

    path = weights.path
    try:
        if path.is_file() and weights.is_published(path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=0):
            part = path.with_name(f"{path.name}.part")
            transfer = Transfer({weights.url: weights.url}, part, weights.is_published)
            for done in transfer.run():
                yield done, transfer.size or weights.size
            if transfer.served:
                part.replace(path)
                return
    except Timeout:
        raise refuse("weights", translatable("another process is downloading {name}"), name=path.name) from None
    except OSError as error:
        what = translatable("{path!r} cannot be written: {error}")
        raise refuse("weights", what, path=str(path), error=system_words(error)) from None
    what = translatable("{reason}\nYou can also use a file that you have, such as {name}.")
    raise refuse("weights", what, reason=transfer.failure(Sentence(path.name)), name=path.name)
