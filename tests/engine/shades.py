"""A folder of images in three shades, for runs that come from a command."""

from pathlib import Path

from PIL import Image

from explorer.runs.recipe import Recipe


def shades(folder: Path, each: int = 10) -> Recipe:
    """Makes the images; with ten of each shade an epoch has three steps. The epochs outlast any test."""
    for label, shade in enumerate((20, 120, 220)):
        (folder / str(label)).mkdir(parents=True)
        for index in range(each):
            Image.new("L", (6, 6), shade + index).save(folder / str(label) / f"{index}.png")
    return Recipe(data=str(folder), device="cpu", epochs=100_000, batch_size=8, lr=0.01, schedule="constant")
