"""Make fashion_mnist_12k.npz: a class-balanced subset of Fashion-MNIST, 1,000 + 200 images a class, shuffled.

Run from the project's root with `uv run python resources/data/make_fashion_mnist_12k.py`; it needs the full data set,
which `main.py data get fashion-mnist` downloads. Prints the sha256 for explorer/engine/data/datasets.py.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from explorer.architecture.presets import preset
from explorer.engine.data.datasets import load_data

Pixels = npt.NDArray[np.uint8]


def balanced(images: Pixels, labels: Pixels, each: int, random: np.random.Generator) -> tuple[Pixels, Pixels]:
    """`each` images of every class, shuffled."""
    chosen = np.concatenate([random.choice(np.flatnonzero(labels == label), each, False) for label in range(10)])
    random.shuffle(chosen)
    return images[chosen], labels[chosen]


def main() -> None:
    parts = load_data("fashion-mnist", preset("mini"))
    (train_images, train_labels), (test_images, test_labels) = (
        (part.pixels[:, 0].numpy(), part.labels.numpy().astype(np.uint8)) for part in parts
    )
    random = np.random.default_rng(0)
    train_images, train_labels = balanced(train_images, train_labels, 1_000, random)
    test_images, test_labels = balanced(test_images, test_labels, 200, random)
    target = Path(__file__).with_name("fashion_mnist_12k.npz")
    np.savez_compressed(
        target,
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
    )
    print(hashlib.sha256(target.read_bytes()).hexdigest(), target.stat().st_size)


if __name__ == "__main__":
    main()
