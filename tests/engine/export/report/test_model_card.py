"""The model card: in both languages, read by the Hub, and only with what the run knows."""

import re

import pytest

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.engine.data.progress import unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.runs.data.decisions import Decisions, Move
from explorer.runs.data.image_list import Layout, Part
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.folder.manifest import count_test_look
from explorer.runs.folder.run import Again, Run, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.formats import FORMATS
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import RECIPES, Recipe
from explorer.sentences import LANGUAGES, Sentence
from tests.engine.export.kept_run import keep_predictions, keep_run, record

DESIGN = Design((1, 8, 8), 3, (Stage(1, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4, name="tiny")
TIMM_LIKE = DESIGN.change(
    stem="imagenet", stem_width=64, stages=tuple(Stage(1, 8, stride) for stride in (1, 2, 2, 2)), input=(1, 32, 32)
)
LABELS, PREDICTED, CONFIDENCE = (0, 0, 1, 1, 2), (0, 1, 1, 1, 2), (0.5, 0.75, 0.5, 0.5, 0.5)


def card_of(run: Run) -> str:
    return exported(FORMATS["timm"], Source(plan_network(run.design), run=run), unreported)["README.md"]


def parts_of(card: str) -> dict[str, str]:
    """The text in each language."""
    found = re.split("|".join(f"^## {name}$" for name in LANGUAGES.values()), card, flags=re.MULTILINE)[1:]
    return dict(zip(LANGUAGES, found, strict=True))


def english(run: Run) -> str:
    return parts_of(card_of(run))["en"].replace("\xa0", " ")


def predict(run: Run, part: Part = Part.VALIDATION) -> None:
    keep_predictions(run, tuple(map(str, range(5))), LABELS, PREDICTED, CONFIDENCE, part)


@pytest.mark.parametrize(("design", "library"), [(TIMM_LIKE, "timm"), (DESIGN, "pytorch")])
def test_the_hub_reads_its_head(tmp_path, design, library):
    hub = pytest.importorskip("huggingface_hub")
    run = keep_run(tmp_path, design)
    predict(run)
    read = hub.ModelCard(card_of(run))
    assert read.data.library_name == library
    assert {"image-classification", library} <= set(read.data.tags)
    assert read.data.metrics == ["accuracy", "precision", "recall", "f1"]
    assert read.data.license is None
    assert read.text.startswith("\n# tiny\n")


def test_what_was_not_predicted_has_no_metrics(tmp_path):
    card = card_of(keep_run(tmp_path, DESIGN))
    assert "metrics:" not in card
    assert "there are no results by class" in card


def test_both_languages_say_the_same_numbers(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    predict(run)
    texts = parts_of(card_of(run))
    results = [re.split("^### ", text, flags=re.MULTILINE)[6] for text in texts.values()]
    figures = [re.findall(r"\d+(?:[.,:]\d+)*", text) for text in results]
    assert figures[0] == figures[1]
    assert len(figures[0]) > 20
    assert "批量大小" in texts["zh_CN"]


def test_results_by_class(tmp_path):
    run = keep_run(tmp_path, DESIGN, record(("a", "b", "c")))
    predict(run)
    text = english(run)
    assert "| a | 100.0 % | 50.0 % | 66.7 % | 2 |" in text
    assert "| b | 66.7 % | 100.0 % | 80.0 % | 2 |" in text
    assert "- Macro F1: 82.2 %" in text
    assert "3 of the classes have fewer than 10 images to validate with: a, b, c" in text


def test_of_many_classes_those_that_are_recognised_least(tmp_path):
    run = keep_run(tmp_path, DESIGN.change(classes=150), record(tuple(f"c{number:03}" for number in range(150))))
    labels, predicted = [*range(150)], [*range(150)]
    predicted[120] = 7
    keep_predictions(run, tuple(map(str, labels)), tuple(labels), tuple(predicted), (0.5,) * 150)
    rows = re.findall(r"^\| (c\d+) ", english(run), flags=re.MULTILINE)
    assert len(rows) == 100
    assert rows[:2] == ["c120", "c007"]


def test_no_name_becomes_markup(tmp_path):
    names = ("<img src=x onerror=alert(1)>", "a|b`c`*d*_e_[f](g)\n# h", "\x00\u202e&lt;猫")
    run = keep_run(tmp_path, DESIGN.change(name=names[1]), record(names))
    predict(run)
    for text in parts_of(card_of(run)).values():
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert len(rows) == 5
        assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
        unescaped = re.sub(r"\\.|```.*?```", "", text, flags=re.DOTALL)
        assert not set("<>*") & set(unescaped)
        assert unescaped.count("`") == 2  # around a command
        assert "\x00" not in text
        assert len(re.findall("^### ", text, flags=re.MULTILINE)) == 8


def test_of_a_folder_only_the_name_is_told(tmp_path):
    recipe = Recipe(data="/home/somebody/private/pets", device="cpu")
    text = english(keep_run(tmp_path, DESIGN, recipe=recipe))
    assert "- Data: pets" in text
    assert "private" not in text


def test_data_split_and_decisions(tmp_path):
    data = record(
        ("a", "b", "c"),
        decisions=Decisions(left_out=("a/1", "a/2"), moved=(Move("b/3", "c"),), excluded=("c/4",)),
        unreadable=4,
        skipped=5,
        mean=(0.25,),
        deviation=(0.5,),
    )
    text = english(keep_run(tmp_path, DESIGN, data, RECIPES["photos"].change(data="images", epochs=7)))
    for fact in (
        "Images: 70 to train, 15 to validate, 15 to test",
        "drawn class by class with seed 3: 70 % to train, 15 % to validate, 15 % to test",
        "2 images left out, 1 of none of the classes, 1 moved to another class",
        "4 unreadable images, 5 files of other kinds or in no class",
        "cropped at the centre to 10×10 pixels, bilinear; of these the central 8×8",
        "less the mean 0.2500, divided by the deviation 0.5000",
        "Background: white: transparent images lie on white, as on paper.",
        "Recipe: photos",
        "Epochs: 7",
        "Schedule: cosine: the learning rate falls to 0.",
    ):
        assert fact in text
    for off in ("Erasing", "Averaged weights", "Rate below the head", "Class balance"):
        assert off not in text


@pytest.mark.parametrize(
    ("kind", "words"), [(SplitKind.FOUND, "as folders or the table say"), (SplitKind.PUBLISHED, "as published")]
)
def test_other_splits(tmp_path, kind, words):
    data = record(("a", "b", "c"), split=Split(kind), layout=Layout.NAMED, test=0)
    text = english(keep_run(tmp_path, DESIGN, data, Recipe(data="mnist")))
    assert words in text
    assert "There is no test part" in text
    assert "- Data: MNIST" in text


def test_the_interval_is_wilsons(tmp_path):
    # 21 of 40: Wilson's interval, as statsmodels' proportion_confint has it
    text = english(keep_run(tmp_path, DESIGN, record(("a", "b", "c"), validation=40)))
    assert "measured on 40 images" in text
    assert "between 37.5 % and 67.1 %" in text


def test_how_often_the_test_part_was_looked_at(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    assert "has never been evaluated on the 15 test images" in english(run)
    for _ in range(2):
        count_test_look(run.folder)
    predict(run, Part.TEST)
    text = english(read_run(run.folder))
    assert "evaluated on the 15 test images: 2." in text
    assert "- Test accuracy: 80.0 %" in text


def test_known_weights_are_named(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    folder = RunFolder(run.folder)
    folder.update(weights={"source": "/home/somebody/net.pth", "matched": 3, "others": []})
    folder.close()
    assert "- Initial weights: net.pth" in english(read_run(run.folder))


def test_a_run_that_repeats_another_says_what_is_different(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    folder = RunFolder(run.folder)
    folder.update(again=record_table(Again("earlier", Sentence("{n} images left out", {"n": 3}))))
    folder.close()
    assert "- Repeats: earlier: 3 images left out" in english(read_run(run.folder))


def test_a_run_that_is_not_finished_says_so(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    folder = RunFolder(run.folder)
    folder.update(state="stopped")
    folder.close()
    assert "the run was not finished but stopped" in english(read_run(run.folder))
