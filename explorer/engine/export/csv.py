"""The curves of a run, or the layers of a design, as a CSV table for spreadsheets and pandas. No torch, no Qt."""

import io
from collections.abc import Iterator
from csv import DictWriter
from dataclasses import asdict, fields

from explorer.architecture.names import VOCABULARIES
from explorer.engine.data.progress import Report
from explorer.engine.export.curves import CurvePoint, read_curves
from explorer.engine.export.source import Source

_LAYERS = ("section", "layer", "type", "channels", "height", "width", "parameters", "macs", "receptive_field")


def csv(source: Source, report: Report) -> str:
    """Return the content of the file: a row per point of the curves, or per layer. What is unknown is empty."""
    if source.run:
        return _table(tuple(field.name for field in fields(CurvePoint)), map(asdict, read_curves(source.run)))
    return _table(_LAYERS, _layers(source))


def _table(columns: tuple[str, ...], rows: Iterator[dict[str, object]]) -> str:
    text = io.StringIO(newline="")
    writer = DictWriter(text, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _layers(source: Source) -> Iterator[dict[str, object]]:
    """Yield every layer in the order of execution; after the pooling maps have neither height nor width."""
    design, name = source.plan.design, VOCABULARIES[source.names]
    for section in source.plan.sections:
        for layer in section.layers():
            yield {
                "section": name(design, section.name),
                "layer": name(design, layer.name),
                "type": layer.type,
                **dict(zip(("channels", "height", "width"), layer.output, strict=False)),
                "parameters": layer.params,
                "macs": layer.macs,
                "receptive_field": layer.receptive_field,
            }
