"""Layers: the table of a plan's layers, in which equal blocks stand once. No Qt."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from explorer.architecture.layers import Layer, shape_text
from explorer.architecture.plan import Plan, Section
from explorer.engine.export.report.page import table
from explorer.sentences import Sentence, translatable
from explorer.translations import Say

_HEADINGS = (
    translatable("layer"),
    translatable("type"),
    translatable("output"),
    translatable("parameters"),
    translatable("MACs"),
)


def layer_table(plan: Plan, say: Say) -> Element:
    rows = (row for section in plan.sections for row in _section_rows(section, say))
    return table(map(say, _HEADINGS), rows)


def _section_rows(section: Section, say: Say) -> Iterator[tuple[str, ...]]:
    yield from map(_layer_row, section.loose)
    if section.first is not None:
        yield from map(_layer_row, section.first.layers)
    if section.repeated is not None:
        times = section.count - 1
        if times > 1:
            words = Sentence(translatable("{count:,} blocks like this:"), {"count": times})
            yield f"{section.name}.1 … {section.name}.{times}", say(words), "", "", ""
        yield from map(_layer_row, section.repeated.layers)


def _layer_row(layer: Layer) -> tuple[str, ...]:
    counts = (f"{count:,}" if count else "" for count in (layer.params, layer.macs))
    return layer.name, layer.type, shape_text(layer.output), *counts
