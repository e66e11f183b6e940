import math

import pytest
import torch
import torchvision
from hypothesis import given, settings
from torch import nn

from explorer.architecture.blocks import BLOCKS, SHORTCUTS, Join
from explorer.architecture.checks import find_problems
from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.model import ResidualBlock, build_model
from tests.designs import SMALL, designs
from tests.reference import ReferenceNet

TORCHVISION = (
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
)


def model_of(line, **changes):
    return build_model(plan_network(from_line(line).change(**changes)))


def small(block, **changes):
    return model_of(f"{block}:2x9x9:3:4x2,8x2/2", stem="cifar", stem_width=4, **changes)


def scrambled(model):
    """The model with norms that do something: random scales, shifts and statistics."""
    for norm in model.modules():
        if isinstance(norm, nn.BatchNorm2d):
            for values in (norm.weight.data, norm.bias.data, norm.running_mean):
                values.normal_()
            norm.running_var.uniform_(0.5, 2)
    return model.eval()


@pytest.mark.matrix("name")
@pytest.mark.parametrize("name", TORCHVISION)
def test_computes_what_torchvision_computes(name):
    torch.manual_seed(0)
    reference = getattr(torchvision.models, name)().eval()
    with torch.device("meta"):
        model = build_model(plan_network(preset(name))).eval()
    weights = reference.state_dict()
    assert list(model.state_dict()) == list(weights)
    assert [each.shape for each in model.state_dict().values()] == [each.shape for each in weights.values()]
    model.load_state_dict(weights, assign=True)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(model(images), reference(images))


def reference_of(design):
    """The reference network if torch makes and runs it, else None."""
    try:
        net = ReferenceNet(design)
        with torch.no_grad():
            net.eval()(torch.zeros(1, *design.input))
    except (ValueError, RuntimeError):
        return None
    return net


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@settings(max_examples=200)
@given(designs(SMALL))
def test_can_be_built_exactly_if_no_problem_is_fatal(design):
    plan = plan_network(design)
    reference = reference_of(design)
    assert any(problem.fatal for problem in find_problems(plan)) == (reference is None)
    if reference is None:
        with pytest.raises(ValueError, match=r".+: .+"):
            build_model(plan)
        return
    model = scrambled(build_model(plan))
    weights = model.state_dict()
    expected = {name: values.shape for name, values in reference.state_dict().items()}
    assert {name: values.shape for name, values in weights.items()} == expected
    reference.load_state_dict(weights)
    images = torch.randn(2, *design.input)
    with torch.no_grad():
        assert torch.equal(model(images), reference.eval()(images))


@pytest.mark.parametrize("shortcut", SHORTCUTS)
@pytest.mark.parametrize("block", BLOCKS)
def test_every_parameter_learns(block, shortcut):
    model = small(block, shortcut=shortcut, conv_bias=True).train()
    model(torch.randn(4, 2, 9, 9)).square().sum().backward()
    for name, values in model.named_parameters():
        assert values.grad is not None, name
        assert values.grad.isfinite().all(), name


def test_names_of_a_preactivation_network():
    names = [name for name, each in small("preact-basic").named_modules() if not isinstance(each, nn.Sequential)]
    assert names[:8] == [
        "",
        "conv1",
        *(f"layer1.0{rest}" for rest in ("", ".bn1", ".relu", ".conv1", ".bn2", ".conv2")),
    ]
    assert names[-4:] == ["norm", "relu", "avgpool", "fc"]
    parameters = [name for name, _ in small("preact-basic").named_parameters() if name.startswith("layer2.0")]
    assert [name.removeprefix("layer2.0.") for name in parameters] == [
        *("bn1.weight", "bn1.bias", "downsample.0.weight", "conv1.weight", "bn2.weight", "bn2.bias", "conv2.weight")
    ]


def test_a_stage_without_blocks_keeps_its_name():
    model = model_of("basic:3x32x32:10:64x0/2,64x1")
    assert isinstance(model.layer1, nn.Sequential)
    assert len(model.layer1) == 0
    assert len(model.layer2) == 1


def test_a_downsample_without_norm_is_still_a_sequence():
    names = [name for name, _ in build_model(plan_network(preset("d2l-resnet18"))).named_parameters()]
    assert [name for name in names if "downsample" in name and name.startswith("layer2")] == [
        "layer2.0.downsample.0.weight",
        "layer2.0.downsample.0.bias",
    ]


def test_padding_puts_the_odd_channel_last():
    block = model_of("basic:1x8x8:2:5x1/2", stem="cifar", stem_width=2, shortcut="pad", zero_init=True).eval().layer1[0]
    x = torch.rand(1, 2, 8, 8)
    expected = torch.zeros(1, 5, 4, 4)
    expected[:, 1:3] = x[:, :, ::2, ::2]
    assert torch.equal(block(x), expected)


def test_he_is_normal_by_fan_out_and_leaves_the_linear_layer_to_torch():
    torch.manual_seed(0)
    model = model_of("basic:3x32x32:1000:64x1,128x1/2")
    weight = model.layer2[0].conv2.weight
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (128 * 9)), rel=0.02)
    assert weight.abs().max() > 3 * weight.std()
    bound = 1 / math.sqrt(128)
    assert 0.99 * bound < model.fc.weight.abs().max() <= bound


def test_xavier_is_uniform_by_both_fans():
    torch.manual_seed(0)
    model = model_of("basic:3x32x32:1000:64x1,128x1/2", init="xavier")
    for weight, fans in ((model.layer2[0].conv1.weight, (64 + 128) * 9), (model.fc.weight, 128 + 1000)):
        bound = math.sqrt(6 / fans)
        assert 0.99 * bound < weight.abs().max() <= bound


@pytest.mark.parametrize("block", BLOCKS)
def test_blocks_that_start_at_zero_are_the_identity(block):
    model = small(block, zero_init=True, conv_bias=True).eval()
    blocks = [each for each in model.modules() if isinstance(each, ResidualBlock) and each.join is Join.IDENTITY]
    assert blocks
    for each in blocks:
        x = torch.randn(2, each.outputs, 5, 5)
        x = x if block.startswith("preact") else x.relu()
        assert torch.equal(each(x), x)


@pytest.mark.parametrize(
    "line",
    [
        "basic:1x40x40:2:4x1/2,4x1:stem=cifar",
        "bottleneck:1x60x60:2:4x2,4x1/2:stem_width=3",
        "basic:1x40x40:2:4x1/2,4x1:stem=cifar,shortcut=average",
        "bottleneck:1x81x81:2:4x2/3,4x2/5:stem=cifar,shortcut=average",
        "bottleneck:1x81x81:2:4x2/3,4x2/5:stem=cifar,shortcut=projection",
    ],
)
def test_receptive_field_is_what_a_gradient_reaches(line):
    design = from_line(line)
    plan = plan_network(design)
    model = build_model(plan).double().eval()
    for values in model.parameters():
        values.data.fill_(1)
    features = nn.Sequential(*list(model.children())[:-2])
    image = torch.rand(1, *design.input, dtype=torch.float64, requires_grad=True)
    for pool in features.modules():  # a maximum sends its gradient to one position only; an average to all that it sees
        if isinstance(pool, nn.MaxPool2d):
            features[3] = nn.AvgPool2d(pool.kernel_size, pool.stride, pool.padding)
    out = features(image)
    out[..., out.shape[-2] // 2, out.shape[-1] // 2].sum().backward()
    rows = image.grad[0, 0].abs().sum(1).nonzero()
    assert rows.max() - rows.min() + 1 == plan.receptive_field
