"""Paths of the files in resources/: icons, presets, lessons, translations, data. No torch, no Qt."""

from pathlib import Path


def resource(*parts: str) -> Path:
    """Return the path of a file in resources/: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parent
    inside = package / "resources"
    return (inside if inside.is_dir() else package.parent / "resources").joinpath(*parts)
