import pytest
from hypothesis import given

from explorer.architecture.checks import find_problems
from explorer.architecture.design import Design, Stage
from explorer.architecture.notation import from_line
from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset, preset_files
from tests.designs import designs


def problems_of(design):
    return find_problems(plan_network(design))


@pytest.mark.parametrize("name", preset_files())
def test_presets_have_none(name):
    assert problems_of(preset(name)) == ()


@pytest.mark.parametrize(
    ("line", "where", "mended"),
    [
        ("basic:3x32x32:10:64x1:groups=2", "groups", {"groups": 1, "group_width": 64}),
        ("preact-basic:3x32x32:10:64x1:group_width=4,shortcut_norm=false", "group_width", {"group_width": 64}),
        ("bottleneck:3x32x32:10:4x1,64x1:group_width=8", "group_width", {"group_width": 16}),
        ("basic:3x32x32:10:64x1,32x1:shortcut=pad", "stages[1].width", {"shortcut": "projection"}),
    ],
)
def test_what_cannot_be_built_says_where_and_how_to_mend_it(line, where, mended):
    design = from_line(line)
    (problem,) = problems_of(design)
    assert problem.fatal
    assert problem.where == where
    assert problem.repair.design == design.change(**mended)
    assert problems_of(problem.repair.design) == ()


def test_no_block_at_all():
    (problem,) = problems_of(Design((3, 32, 32), 10, (Stage(0, 64), Stage(0, 64))))
    assert problem.where == "stages"
    assert problems_of(problem.repair.design) == ()


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("preact-basic:3x32x32:10:64x1", "shortcut_norm"),
        ("basic:3x32x32:10:64x1:shortcut=none,zero_init=true", "zero_init"),
        ("basic:3x4x4:10:64x1,64x1/2", "stages[1].stride"),
    ],
)
def test_what_is_unwise_can_still_be_built(line, where):
    (problem,) = problems_of(from_line(line))
    assert not problem.fatal
    assert problem.where == where
    assert problems_of(problem.repair.design) == ()


@given(designs())
def test_fatal_problems_are_the_obstacles(design):
    plan = plan_network(design)
    assert {problem.where for problem in find_problems(plan) if problem.fatal} == {where for where, _ in plan.obstacles}


@given(designs())
def test_repairs_end_in_a_design_without_problems(design):
    for _ in range(20):
        problems = problems_of(design)
        if not problems:
            break
        assert problems[0].repair.design != design
        design = problems[0].repair.design
    assert not plan_network(design).obstacles
    assert problems_of(design) == ()


@given(designs())
def test_sentences_can_be_filled_in(design):
    for problem in problems_of(design):
        for text in (str(problem.what), str(problem.repair.label)):
            assert text
            assert "{" not in text
