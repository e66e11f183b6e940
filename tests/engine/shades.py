"""A folder of thirty images in three shades, for runs that come from a command."""

from pathlib import Path

from PIL import Image

from explorer.runs.recipe import Recipe


def shades(folder: Path) -> Recipe:
    """Makes the images; the recipe has three steps an epoch, and epochs enough to outlast any test."""
    for label, shade in enumerate((20, 120, 220)):
        (folder / str(label)).mkdir(parents=True)
        for index in range(10):
            Image.new("L", (6, 6), shade + index).save(folder / str(label) / f"{index}.png")
    return Recipe(data=str(folder), device="cpu", epochs=100_000, batch_size=8, lr=0.01, schedule="constant")
