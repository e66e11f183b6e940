"""How widgets look: palettes, styles, text size, frames."""
