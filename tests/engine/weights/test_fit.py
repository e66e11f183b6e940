"""What fits of other networks' weights: the same logits, bit for bit, whatever they are called and wrapped in."""

import copy

import pytest
import torch
from torch import nn
from torchvision import models

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.architecture.source.network import python_source
from explorer.engine.model import build_model
from explorer.engine.weights.files import Group
from explorer.engine.weights.fit import fit_weights
from explorer.runs.questions.weights import WeightFit, WeightRow
from explorer.validation import Refused
from tests.engine.weights import chapter

MATCHED, FITTED, NEW_HEAD = WeightFit.MATCHED, WeightFit.FITTED, WeightFit.NEW_HEAD
OTHER_SHAPE, UNKNOWN, MISSING = WeightFit.OTHER_SHAPE, WeightFit.UNKNOWN, WeightFit.MISSING


def fitted(design, *groups):
    """The table of some weights and a network that has taken them."""
    plan = plan_network(design)
    fit = fit_weights(plan, [Group("", dict(group)) for group in groups])
    network = build_model(plan)
    fit.load(network)
    return fit, network.eval()


def kinds(fit):
    return {row.fit for row in fit.rows}


def names(fit, kind):
    return [row.name or row.there for row in fit.rows if row.fit is kind]


@pytest.fixture(scope="module")
def resnet18():
    """torchvision's, after some batches."""
    torch.manual_seed(0)
    return chapter.trained(models.resnet18(), torch.rand(4, 3, 64, 64))


def without_counters(weights):
    """As torchvision's first versions are stored."""
    return {name: values for name, values in weights.items() if "num_batches" not in name}


WRAPPED = {
    "bare": "",
    "module": "module.",
    "model": "model.",
    "backbone": "backbone.",
    "mixed": "module.model.backbone.",
    "compiled": "_orig_mod.module.",
}


@pytest.mark.matrix("kept")
@pytest.mark.parametrize("prefix", WRAPPED.values(), ids=WRAPPED)
@pytest.mark.parametrize("kept", [dict, without_counters], ids=["with counters", "without counters"])
def test_a_wrapped_network_computes_the_same(resnet18, prefix, kept):
    images = torch.rand(2, 3, 64, 64)
    weights = {prefix + name: values for name, values in kept(resnet18.state_dict()).items()}
    fit, network = fitted(preset("resnet18"), weights)
    assert kinds(fit) == {MATCHED}
    assert fit.rows[0] == WeightRow(MATCHED, "conv1.weight", f"{prefix}conv1.weight", (64, 3, 7, 7), (64, 3, 7, 7))
    with torch.no_grad():
        assert torch.equal(network(images), resnet18(images))
    assert int(network.bn1.num_batches_tracked) > 0  # else its statistics would be taken for initial ones


def test_a_head_outside_of_the_wrapped_backbone_is_found(resnet18):
    weights = {
        f"model.{'' if name.startswith('fc') else 'backbone.'}{name}": values
        for name, values in resnet18.state_dict().items()
    }
    assert kinds(fitted(preset("resnet18"), weights)[0]) == {MATCHED}


CHAPTERS = {
    "sequential": chapter.sequential,
    "class": chapter.Classifier,
    "several GPUs": chapter.for_several_gpus,
    "wrapped": lambda: nn.DataParallel(chapter.sequential()),
}


@pytest.mark.parametrize("make", CHAPTERS.values(), ids=CHAPTERS)
def test_the_chapters_network_computes_the_same(make):
    torch.manual_seed(0)
    images = torch.rand(4, 1, 96, 96)
    reference = chapter.trained(make(), images)
    fit, network = fitted(preset("d2l-resnet18"), reference.state_dict())
    assert kinds(fit) == {MATCHED}
    with torch.no_grad():
        assert torch.equal(network(images), reference(images))


@pytest.mark.matrix("vocabulary")
@pytest.mark.parametrize("vocabulary", ["torchvision", "chapter", "paper"])
@pytest.mark.parametrize("name", ["d2l-resnet18", "resnet50d", "preact-resnet18", "cifar-resnet20"])
def test_a_network_of_exported_source_is_known_again(vocabulary, name):
    design = preset(name).change(input=(3, 33, 33))
    found = {}
    exec(python_source(plan_network(design), vocabulary), found)
    reference = found["build"]().eval()
    images = torch.rand(2, 3, 33, 33)
    fit, network = fitted(design, reference.state_dict())
    assert kinds(fit) == {MATCHED}
    with torch.no_grad():
        assert torch.equal(network(images), reference(images))


def test_another_number_of_classes_gets_a_new_head_and_nothing_else_changes(resnet18):
    torch.manual_seed(1)
    design = preset("resnet18").change(classes=12)
    fit, network = fitted(design, resnet18.state_dict())
    assert names(fit, NEW_HEAD) == ["fc.weight", "fc.bias"]
    assert kinds(fit) == {MATCHED, NEW_HEAD}
    theirs = resnet18.state_dict()
    for name, values in network.state_dict().items():
        assert name.startswith("fc.") or torch.equal(values, theirs[name])
    torch.manual_seed(1)
    assert torch.equal(network.fc.weight, build_model(plan_network(design)).fc.weight)


def test_grey_images_are_seen_as_colour_images_without_colour(resnet18):
    grey = torch.rand(2, 1, 64, 64)
    fit, network = fitted(preset("resnet18").change(input=(1, 64, 64)), resnet18.state_dict())
    assert names(fit, FITTED) == ["conv1.weight"]
    assert fit.rows[0].shape == (64, 1, 7, 7)
    assert fit.rows[0].shape_there == (64, 3, 7, 7)
    with torch.no_grad():
        torch.testing.assert_close(network(grey), resnet18(grey.expand(-1, 3, -1, -1)), rtol=1e-4, atol=1e-4)


def test_weights_for_grey_images_see_colour_images_as_grey():
    torch.manual_seed(0)
    reference = chapter.trained(chapter.sequential(), torch.rand(4, 1, 96, 96))
    grey = torch.rand(2, 1, 96, 96)
    fit, network = fitted(preset("d2l-resnet18").change(input=(3, 96, 96)), reference.state_dict())
    assert kinds(fit) == {MATCHED, FITTED}
    with torch.no_grad():
        torch.testing.assert_close(network(grey.expand(-1, 3, -1, -1)), reference(grey), rtol=1e-4, atol=1e-4)


def test_of_another_depth_the_common_blocks_are_taken(resnet18):
    fit, network = fitted(preset("resnet34"), resnet18.state_dict())
    assert {name.rpartition(".")[0].rpartition(".")[0] for name in names(fit, MISSING)} == {
        *("layer1.2", "layer2.2", "layer2.3", "layer3.2", "layer3.3", "layer3.4", "layer3.5", "layer4.2")
    }
    assert torch.equal(network.layer3[1].conv2.weight, resnet18.layer3[1].conv2.weight)
    back, _ = fitted(preset("resnet18"), network.state_dict())
    assert names(back, MISSING) == []
    assert {name.partition(".")[0] for name in names(back, UNKNOWN)} == {"layer1", "layer2", "layer3", "layer4"}


def test_other_widths_are_shapes_that_differ(resnet18):
    design = preset("resnet18").with_stage(3, width=256)
    fit, _ = fitted(design, resnet18.state_dict())
    assert {name.partition(".")[0] for name in names(fit, OTHER_SHAPE)} == {"layer4"}
    assert names(fit, NEW_HEAD) == ["fc.weight", "fc.bias"]


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_are_converted(resnet18, kind):
    fit, network = fitted(preset("resnet18"), copy.deepcopy(resnet18).to(kind).state_dict())
    assert kinds(fit) == {MATCHED}
    expected = resnet18.fc.weight.to(kind).float()
    assert network.fc.weight.dtype == torch.float32
    assert torch.equal(network.fc.weight, expected)


def test_the_group_that_fits_best_is_taken(resnet18):
    other = models.resnet34().state_dict()
    fit, network = fitted(preset("resnet18"), {"step": torch.tensor(3)}, other, resnet18.state_dict())
    assert kinds(fit) == {MATCHED}
    assert torch.equal(network.fc.weight, resnet18.fc.weight)


def test_of_two_names_for_one_tensor_the_plainer_is_taken(resnet18):
    weights = resnet18.state_dict()
    fit, network = fitted(
        preset("resnet18"), {"module.fc.bias": torch.ones(1000), **weights, "encoder.fc.bias": torch.ones(1000)}
    )
    assert torch.equal(network.fc.bias, weights["fc.bias"])
    assert names(fit, UNKNOWN) == ["module.fc.bias", "encoder.fc.bias"]


def test_values_that_are_not_finite_are_refused(resnet18):
    weights = resnet18.state_dict()
    weights["layer1.0.conv1.weight"] = weights["layer1.0.conv1.weight"] / 0
    with pytest.raises(Refused, match=r"^weights: layer1\.0\.conv1\.weight contains values that are not finite"):
        fitted(preset("resnet18"), weights)
