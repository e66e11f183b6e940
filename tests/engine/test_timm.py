"""timm as an oracle for the presets that are its: the same keys, and with its weights the same outputs, bit for bit."""

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_families
from explorer.engine.model import build_model

timm = pytest.importorskip("timm", exc_type=ImportError)


def scrambled(model):
    """The model with norms that do something: timm's begin as identities, and the last of each block at zero."""
    for name, values in model.state_dict().items():
        if "running_var" in name:
            values.uniform_(0.5, 2)
        elif values.dim() == 1 and values.is_floating_point():
            values.normal_(std=0.5)
    return model.eval()


@pytest.mark.parametrize("name", preset_families()["timm"])
def test_computes_what_timm_computes(name):
    torch.manual_seed(0)
    reference = scrambled(timm.create_model(name))
    weights = reference.state_dict()
    with torch.device("meta"):
        model = build_model(plan_network(preset(name))).eval()
    assert list(model.state_dict()) == list(weights)
    assert [each.shape for each in model.state_dict().values()] == [each.shape for each in weights.values()]
    model.load_state_dict(weights, assign=True)
    images = torch.randn(2, 3, 75, 64)  # odd sizes meet the edges of its average pools
    with torch.no_grad():
        assert torch.equal(model(images), reference(images))
