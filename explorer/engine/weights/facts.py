"""Facts: what the file of a trained network says besides its weights, so that one file is enough to use it. No Qt.

They are the metadata of a safetensors file, as texts.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from explorer.architecture.design import Design
from explorer.architecture.notation import to_toml
from explorer.runs.data.record import DataRecord
from explorer.runs.folder.run import Run
from explorer.runs.json_lines import MISREAD

_VALUES = "pixels / 255"
_NORMALISED = "(pixels / 255 - mean) / deviation"


@dataclass(frozen=True, slots=True)
class Facts:
    """The names of the classes in the order of the logits, and the mean and deviation of the input's channels.

    These are of values from 0 to 1 and empty if the network sees such values. `is_known`: somebody has said so.
    """

    class_names: tuple[str, ...] = ()
    mean: tuple[float, ...] = ()
    deviation: tuple[float, ...] = ()
    is_known: bool = False

    def metadata(self, design: Design) -> dict[str, str]:
        """Return the metadata of a file with the weights of `design`."""
        return {
            "format": "pt",  # the key by which other libraries know whose tensors they are
            "design": to_toml(design),
            "class_names": json.dumps(self.class_names, ensure_ascii=False),
            "mean": json.dumps(self.mean),
            "deviation": json.dumps(self.deviation),
            "normalisation": _NORMALISED if self.mean else _VALUES,
        }


def facts_of_run(run: Run) -> Facts:
    """Return what a run says of its network."""
    return facts_of_data(run.data)


def facts_of_data(data: DataRecord | None) -> Facts:
    """Return what a record of data says; the runs of older versions have none, and saw values from 0 to 1."""
    return Facts(data.class_names, data.mean, data.deviation, is_known=True) if data else Facts(is_known=True)


def read_facts(metadata: Mapping[str, str]) -> Facts:
    """Return what metadata say, nothing where they are not ours."""
    try:
        names, mean, deviation = (json.loads(metadata[key]) for key in ("class_names", "mean", "deviation"))
        return Facts(tuple(map(str, names)), tuple(map(float, mean)), tuple(map(float, deviation)), is_known=True)
    except MISREAD:
        return Facts()
