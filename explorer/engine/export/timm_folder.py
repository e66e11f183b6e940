"""A run's network as a folder: config.json, model.safetensors and README.md, as timm writes them for the Hub. No Qt.

`timm.create_model("local-dir:FOLDER", pretrained=True)` opens it if timm's `ResNet` class can be the network; the names
of its weights are torchvision's. Else config.json has the design, and network.py, which needs only torch, builds it.
"""

import json

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, STEMS
from explorer.architecture.design import Design
from explorer.architecture.differences import effective
from explorer.architecture.notation import design_table
from explorer.architecture.presets import preset, preset_families
from explorer.architecture.source.network import python_source
from explorer.engine.data.progress import Report
from explorer.engine.export.report.account import Account
from explorer.engine.export.report.model_card import model_card
from explorer.engine.export.safetensors import safetensors
from explorer.engine.export.source import Source
from explorer.runs.data.storage import stored_size
from explorer.runs.destination import Content
from explorer.runs.versions import PROGRAM

_FAMILIES = ("torchvision", "timm")  # the presets that timm has under the same names
_STRIDES, _WIDTHS = (1, 2, 2, 2), (64, 128, 256, 512)  # of its class, which has no other strides
_STEM_WIDTH = 64  # of its plain stem, which has no other


def timm(source: Source, report: Report) -> Content:
    """Return the content of each file. Raises Refused, and what `report` raises."""
    account = Account.of(source)
    run, plan = account.run, account.plan
    arguments = _arguments(run.design)
    table = {
        **_architecture(run.design, arguments),
        "num_classes": run.design.classes,
        "num_features": plan.stages[-1].output[0],
        "label_names": run.class_names,
        "pretrained_cfg": _images(account),
    }
    files: dict[str, str | bytes] = {
        "config.json": json.dumps(table, ensure_ascii=False, indent=2) + "\n",
        "model.safetensors": safetensors(source, report),
        "README.md": model_card(account, is_timm=arguments is not None),
    }
    return files if arguments is not None else {**files, "network.py": python_source(plan)}


def _architecture(design: Design, arguments: dict[str, object] | None) -> dict[str, object]:
    """Return what config.json says of the network: a function of timm's with its `arguments`, or the design."""
    if arguments is None:
        return {"architecture": PROGRAM, "design": design_table(design)}
    given = {"in_chans": design.input[0]}
    if name := _timm_name(design):
        return {"architecture": name, "model_args": given}
    return {"architecture": BLOCKS[design.block].timm, "model_args": given | arguments}


def _arguments(design: Design) -> dict[str, object] | None:
    """Return the arguments of timm's `ResNet` class that are not its defaults; None if it cannot be the network."""
    design = effective(design)
    stem_type, is_averaged = STEMS[design.stem].timm, SHORTCUTS[design.shortcut].timm
    can_be = (
        BLOCKS[design.block].timm
        and stem_type is not None
        and is_averaged is not None
        and design.shortcut_norm
        and not design.conv_bias
        and design.stride_on == "3x3"
        and tuple(stage.stride for stage in design.stages) == _STRIDES
        and all(stage.blocks for stage in design.stages)
        and (design.stem_width % 2 == 0 if stem_type else design.stem_width == _STEM_WIDTH)
    )
    if not can_be:
        return None
    arguments: dict[str, object] = {"layers": [stage.blocks for stage in design.stages]}
    if (widths := tuple(stage.width for stage in design.stages)) != _WIDTHS:
        arguments["channels"] = widths
    if stem_type:
        arguments |= {"stem_type": stem_type, "stem_width": design.stem_width // 2}
    if is_averaged:
        arguments["avg_down"] = True
    if (design.groups, design.group_width) != (1, 64):
        arguments |= {"cardinality": design.groups, "base_width": design.group_width}
    return arguments


def _timm_name(design: Design) -> str | None:
    """Return what timm calls the network; None if it has no name for it."""
    place = {key: getattr(design, key) for key in ("input", "classes", "init", "zero_init")}  # no other network
    names = (name for family in _FAMILIES for name in preset_families()[family])
    return next((name for name in names if effective(preset(name).change(**place)) == effective(design)), None)


def _images(account: Account) -> dict[str, object]:
    """Return what timm wants to know about images and about the ends of the network."""
    run, plan = account.run, account.plan
    design, data = run.design, run.data
    channels, height, _ = design.input
    stored = height if account.is_named else stored_size(design, run.recipe)[0]
    return {
        "input_size": design.input,
        "fixed_input_size": False,
        "interpolation": "bilinear",
        "crop_pct": height / stored,
        "mean": data.mean if data and data.mean else (0.0,) * channels,
        "std": data.deviation if data and data.mean else (1.0,) * channels,
        "num_classes": design.classes,
        "pool_size": plan.stages[-1].output[1:],
        "first_conv": next(plan.layers()).name,
        "classifier": "fc",
    }
