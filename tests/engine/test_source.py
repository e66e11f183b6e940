"""Exported source, executed with torch alone, against the engine's own network."""

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from explorer.architecture.names import VOCABULARIES
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.architecture.source.network import python_source
from explorer.cli.summary import view_of
from explorer.engine.model import build_model
from tests.designs import PRESETS, SMALL, designs

SIDE = 16  # pixels: no preset's source depends on the size of its images


def exported(plan, vocabulary):
    """What `build()` of the source returns, run in a module of its own."""
    namespace = {"__name__": "exported"}
    exec(python_source(plan, vocabulary), namespace)
    return namespace["build"]()


def computed(model, images):
    with torch.no_grad():
        return model.eval()(images)


def assert_same_network(model, written, vocabulary, images, expected):
    """Equal names in torchvision's vocabulary, equal order in the others, and equal outputs for equal weights."""
    weights, wanted = model.state_dict(), written.state_dict()
    assert [each.shape for each in wanted.values()] == [each.shape for each in weights.values()]
    if vocabulary == "torchvision":
        assert list(wanted) == list(weights)
    written.load_state_dict(dict(zip(wanted, weights.values(), strict=True)), assign=True)
    assert torch.equal(computed(written, images), expected)


def random_weights(model):
    """Weights in the place of none: small, and with norms that do something."""
    values = {
        name: torch.rand(value.shape) + 0.5 if "running_var" in name else 0.1 * torch.randn(value.shape)
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(values, assign=True)
    return model


@pytest.fixture
def undrawn(monkeypatch):
    """Initial weights are what memory happens to hold: drawing them takes longer than all the rest."""
    for name in ("kaiming_uniform_", "kaiming_normal_", "xavier_uniform_", "uniform_"):
        monkeypatch.setattr(torch.nn.init, name, lambda values, *_, **__: values)


@pytest.mark.slow
@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_computes_what_its_source_computes(name):
    plan = plan_network(preset(name))
    model = random_weights(build_model(plan))
    written = {vocabulary: exported(plan, vocabulary) for vocabulary in VOCABULARIES}
    images = torch.randn(1, plan.design.input[0], SIDE, SIDE)
    expected = computed(model, images)
    for vocabulary, each in written.items():
        assert_same_network(model, each, vocabulary, images, expected)


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@settings(max_examples=100)
@given(designs(SMALL), st.sampled_from(list(VOCABULARIES)))
def test_any_design_computes_and_starts_as_its_source_does(design, vocabulary):
    plan = plan_network(design)
    assume(not plan.obstacles)
    torch.manual_seed(0)
    model = build_model(plan)
    torch.manual_seed(0)
    written = exported(plan, vocabulary)
    for own, other in zip(model.state_dict().values(), written.state_dict().values(), strict=True):
        assert torch.equal(own, other)
    random_weights(model)
    images = torch.randn(2, *design.input)
    assert_same_network(model, written, vocabulary, images, computed(model, images))


@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@settings(max_examples=50)
@given(designs(SMALL))
def test_the_chapters_view_is_what_its_network_puts_out(design):
    plan = plan_network(design)
    assume(not plan.obstacles)
    x, shapes = torch.zeros(1, *design.input), []
    with torch.no_grad():
        for part in exported(plan, "chapter").eval():
            x = part(x)
            shapes.append(tuple(x.shape))
    assert shapes == [shape for _, shape in view_of(plan)]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_the_source_learns(vocabulary):
    """In training mode too, where a change in place of what backward needs would raise."""
    for name in ("mini", "preact-resnet18", "cifar-resnet20"):
        net = exported(plan_network(preset(name)), vocabulary).train()
        net(torch.randn(2, preset(name).input[0], 16, 16)).square().sum().backward()
        assert all(values.grad is not None and values.grad.isfinite().all() for values in net.parameters())
