"""Excerpt: what is copied runs alone and does the same, and nothing is copied that is not needed."""

import ast

import pytest
import torch

from explorer.engine.data import augment
from explorer.engine.export.script import excerpt as excerpt_module
from explorer.engine.export.script.excerpt import Excerpt

ERASES = """
import torch
from explorer.engine.data.augment import draw_boxes, erase, flip

def main(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    return erase(images, draw_boxes(len(images), 0.5, (8, 8), generator))
"""


def run(excerpt):
    """The names of a file with what is copied, run alone."""
    text = "\n".join([*excerpt.imports, *excerpt.lines])
    assert "explorer" not in text
    namespace = {}
    exec(text, namespace)
    return namespace


def test_a_copy_does_the_same_alone():
    copied = Excerpt()
    copied.add_text(ERASES, "main")
    images = torch.randint(0, 255, (20, 3, 8, 8), dtype=torch.uint8)
    found = run(copied)["main"](images, torch.Generator().manual_seed(1))
    boxes = augment.draw_boxes(20, 0.5, (8, 8), torch.Generator().manual_seed(1))
    assert torch.equal(found, augment.erase(images, boxes))


def test_only_what_is_needed_is_copied_once_and_after_what_it_needs():
    copied = Excerpt()
    copied.add_text(ERASES, "main")
    copied.add_text(ERASES.replace("main", "other"), "other")
    names = [each.name for each in ast.parse("\n".join(copied.lines)).body if isinstance(each, ast.FunctionDef)]
    assert len(names) == len(set(names))
    assert "flip" not in names
    assert names.index("boxes_of") < names.index("draw_boxes") < names.index("main")
    assert copied.imports == ["from math import log", "", "import torch", "from torch import Tensor"]


def test_imports_stand_as_ruff_has_them():
    copied = Excerpt()
    copied.add_text(
        "from torch.optim import SGD, Optimizer, lr_scheduler, AdamW\nimport torch.nn.functional as F\nimport os\n"
        "def main():\n    return SGD, Optimizer, lr_scheduler, AdamW, F, os\n"
    )
    assert copied.imports == [
        "import os",
        "",
        "import torch.nn.functional as F",
        "from torch.optim import SGD, AdamW, Optimizer, lr_scheduler",
    ]


def test_two_things_of_one_name_are_noticed():
    copied = Excerpt()
    copied.add_text("def erase(): pass")
    with pytest.raises(AssertionError, match="both define erase"):
        copied.add_text(ERASES, "main")


def test_what_is_declared_is_wanted_and_what_is_for_our_tools_left_out():
    copied = Excerpt()
    copied.add_text("EPOCHS: int\nOTHER: int\ndef main():\n    return EPOCHS  # type: ignore[misc]  # why\n", "main")
    assert copied.wanted == {"EPOCHS"}
    assert copied.lines[-1] == "    return EPOCHS  # why"


def test_a_copy_is_of_what_the_module_has_now():
    """Not of what was imported, so that a script can be made of a module that is slow to import."""
    contents = excerpt_module._contents("explorer.engine.export.script.readers")
    assert {"read_bundled", "read_idx", "read_cifar", "read_files"} <= contents.definitions.keys()
