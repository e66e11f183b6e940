"""What a study may vary: what it is called, its usual values, and those that are typed."""

import pytest

from explorer.architecture.presets import preset
from explorer.gui.studies.knob_field import varied_fields
from explorer.gui.widgets.text.language import apply_language, say
from explorer.runs.recipe import Recipe
from explorer.runs.studies.study import Knob, Study, StudyKind
from explorer.runs.studies.trials import check_study

MINI = preset("mini")
FIELDS = varied_fields(MINI, Recipe())


@pytest.mark.parametrize(
    ("key", "text", "values"),
    [
        ("stage2.blocks", "1, 2, 4, 8", ("1", "2", "4", "8")),
        ("stage2.blocks", "1 2，4、2", ("1", "2", "4")),
        ("stage2.blocks", "1.5, x", ("1.5", "x")),  # for a reader to refuse
        ("lr", "0.1, 1e-2", ("0.1", "0.01")),
        ("lr", "0,1; 0,05", ("0.1", "0.05")),
        ("lr", "", ()),
    ],
)
def test_values_are_typed_with_what_stands_between_them_in_any_language(qapp, key, text, values):
    apply_language("en")
    assert FIELDS[key].typed(text) == values


@pytest.mark.parametrize(
    ("key", "title", "usual"),
    [
        ("stage2.blocks", "stage 2: Blocks", ("1", "2", "4")),
        ("stages.width", "all stages: Width", ("8", "16", "32")),
        ("depth", "Depth", ("8", "14", "20", "26", "32")),
        ("nesterov", "Nesterov", ("false", "true")),
    ],
)
def test_each_has_a_title_and_values_to_begin_with(qapp, key, title, usual):
    apply_language("en")
    assert (say(FIELDS[key].title), FIELDS[key].usual) == (title, usual)


def test_numbers_to_begin_with_are_within_their_bounds(qapp):
    apply_language("en")
    for key, field in FIELDS.items():
        if not field.options and key not in ("groups", "group_width"):  # which a basic block has not
            assert field.typed(field.shown(field.usual)) == field.usual
            study = Study(StudyKind.GRID, MINI, Recipe(), (Knob(key, field.usual),))
            assert len(check_study(study)) == len(field.usual) > 0, key


def test_what_the_data_determine_and_where_it_is_trained_is_not_offered():
    assert not {"input", "classes", "data", "device", "seed"} & set(FIELDS)
