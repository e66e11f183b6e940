import pytest

from explorer.architecture.design import Stage
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_files
from explorer.architecture.twins import LONGEST, NetworkKind, kind_of, twin_of

DEEP, PLAIN_DEEP, MINI = preset("deep-residual-56"), preset("deep-plain-56"), preset("mini")


def test_the_two_presets_are_twins():
    assert (kind_of(DEEP), kind_of(PLAIN_DEEP)) == (NetworkKind.RESIDUAL, NetworkKind.PLAIN)
    for one, other in ((DEEP, PLAIN_DEEP), (PLAIN_DEEP, DEEP)):
        assert twin_of(one) == other
        assert twin_of(one).name == other.name


@pytest.mark.parametrize("name", preset_files())
def test_every_preset_has_a_twin_that_can_be_built_and_differs_in_its_shortcuts_alone(name):
    design = preset(name)
    twin = plan_network(twin_of(design))
    assert not twin.obstacles
    assert kind_of(twin.design) != kind_of(design)
    assert twin.design.change(shortcut=design.shortcut, zero_init=design.zero_init) == design
    assert len(twin.design.name) <= LONGEST


@pytest.mark.parametrize("name", ["cifar-resnet20", "cifar-resnet110", "deep-residual-56", "deep-plain-56"])
def test_with_padded_shortcuts_both_have_the_same_parameters(name):
    design = preset(name)
    assert plan_network(design).params == plan_network(twin_of(design)).params


def test_where_a_stage_narrows_the_shortcuts_are_projections():
    narrowing = MINI.change(shortcut="none", stages=(Stage(1, 32), Stage(1, 16)))
    assert twin_of(narrowing).shortcut == "projection"
    assert not plan_network(twin_of(narrowing)).obstacles


def test_a_plain_twin_lets_something_through():
    assert twin_of(MINI.change(zero_init=True)).zero_init is False


def test_a_twin_of_a_twin_is_called_as_before():
    own = MINI.change(name="Mine", shortcut="pad")
    assert twin_of(own).name == "Mine (plain)"
    assert twin_of(twin_of(own)).name == "Mine (residual)"
    assert twin_of(twin_of(twin_of(own))).name == "Mine (plain)"
    assert twin_of(MINI.change(name="")).name == ""
    assert twin_of(MINI.change(name="x" * LONGEST)).name == "x" * (LONGEST - len(" (plain)")) + " (plain)"
