from explorer.architecture.compare import changed_fields, design_changes
from explorer.architecture.presets import preset
from explorer.runs.recipe import Recipe
from explorer.sentences import Sentence


def test_changes_are_said_in_the_words_of_the_form():
    before = preset("mini")
    after = before.change(conv_bias=True, name="other").with_stage(1, blocks=3)
    found = list(design_changes(before, after))
    assert found == ["Biases false → true", "stage 2: Blocks 1 → 3"]
    (rate,) = changed_fields(Recipe(), Recipe(lr=0.3))
    assert rate == "Learning rate 0.1 → 0.3"
    assert isinstance(rate.values["key"], Sentence)  # which the window translates


def test_stages_come_and_go():
    mini = preset("mini")
    shorter = mini.change(stages=mini.stages[:2])
    assert list(design_changes(mini, shorter)) == ["stage 3 removed"]
    assert list(design_changes(shorter, mini)) == ["stage 3 added"]
    assert list(design_changes(mini, mini.change(name="mine"))) == []
