"""timm as an oracle for the presets that are its: the same keys, and with its weights the same outputs, bit for bit."""

import pytest
import torch

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_families
from explorer.engine.data.progress import unreported
from explorer.engine.model import build_model
from explorer.engine.training.known_weights import known_weights, read_to_end
from explorer.runs.questions.weights import WeightFit

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


@pytest.mark.matrix("wrapped")
@pytest.mark.parametrize("wrapped", ["", "module.", "model.backbone."])
@pytest.mark.parametrize("name", ["resnet26", "resnet50d"])
def test_its_files_are_known_weights(tmp_path, name, wrapped):
    torch.manual_seed(0)
    reference = scrambled(timm.create_model(name, num_classes=12))
    weights = {wrapped + key: values for key, values in reference.state_dict().items()}
    torch.save({"epoch": 3, "arch": name, "state_dict": weights}, tmp_path / "net.pth")
    plan = plan_network(preset(name).change(classes=12))
    known = read_to_end(known_weights(str(tmp_path / "net.pth"), plan, tmp_path), unreported)
    assert {row.fit for row in known.table.rows} == {WeightFit.MATCHED}
    network = build_model(plan)
    known.fit.load(network)
    images = torch.randn(2, 3, 75, 64)
    with torch.no_grad():
        assert torch.equal(network.eval()(images), reference(images))
