"""The report: one page that holds all it shows, says true numbers, and lets no name become markup."""

import base64
import io
import math
import shlex
import shutil
from argparse import Namespace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from explorer.architecture.design import Design, Stage
from explorer.architecture.plan import plan_network
from explorer.cli import main
from explorer.cli.commands import COMMANDS
from explorer.cli.terminal import Parser
from explorer.cli.train_command import order_of
from explorer.engine.data.progress import Cancelled, unreported
from explorer.engine.export.export import exported
from explorer.engine.export.source import Source
from explorer.runs.events import Changed, Epoch
from explorer.runs.folder.manifest import remark
from explorer.runs.folder.run import Run, read_run
from explorer.runs.folder.run_folder import RunFolder
from explorer.runs.formats import FORMATS
from explorer.runs.json_lines import record_table
from explorer.runs.recipe import RECIPES, Recipe
from tests.engine.export.kept_run import keep_predictions, keep_run, record

DESIGN = Design((3, 16, 16), 4, (Stage(3, 4), Stage(1, 8, 2)), stem="cifar", stem_width=4, name="tiny")
HOSTILE = ("<script>alert(1)</script>", "\" onload='x' &amp; <b>", "猫 | `x`", "\x00\x1b[31m\u202e")
LABELS, PREDICTED = (0, 0, 1, 1, 2, 2, 3), (0, 1, 1, 1, 2, 3, 0)
CONFIDENCE = (0.5, 0.75, 0.5, 0.5, 0.5, 0.5, 0.99)
_EMPTY = {"meta", "img"}  # elements without an end


class Page(HTMLParser):
    """What is on a page: the attributes of its elements by their tags, and the texts of those that are closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[tuple[str, list[str]]] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self._open.append((tag, []))

    def handle_endtag(self, tag):
        opened, parts = self._open.pop()
        assert opened == tag
        self.texts.append((tag, "".join(parts)))

    def handle_data(self, data):
        for _, parts in self._open:
            parts.append(data)

    def all(self, tag: str) -> list[str]:
        return [text for found, text in self.texts if found == tag]

    @property
    def rows(self) -> list[list[str]]:
        """The cells of every row of every table."""
        rows, cells = [], []
        for tag, text in self.texts:
            if tag in ("th", "td"):
                cells.append(text)
            elif tag == "tr":
                rows.append(cells)
                cells = []
        return rows


def page_of(run: Run, language: str = "en", report=unreported) -> Page:
    source = Source(plan_network(run.design), run=run, language=language)
    return Page(exported(FORMATS["html"], source, report))


@pytest.fixture
def hostile(tmp_path) -> Run:
    run = keep_run(tmp_path, DESIGN.change(name=HOSTILE[0]), record(HOSTILE), Recipe(data=f"/x/{HOSTILE[0]}"))
    files = tuple(f"{HOSTILE[label]}/{number}.png" for number, label in enumerate(LABELS))
    keep_predictions(run, files, LABELS, PREDICTED, CONFIDENCE)
    remark(run.folder, name=HOSTILE[1], note=HOSTILE[0])
    return read_run(run.folder)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_no_name_becomes_markup_and_nothing_is_loaded(hostile, language):
    page = page_of(hostile, language)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "iframe", "link", "a", "object", "form"}
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "href"]
        assert attributes.get("src", "data:").startswith("data:"), tag
    assert len(page.all("style")) == 1
    assert "url(" not in page.all("style")[0]
    assert "@import" not in page.all("style")[0]
    text = page.all("body")[0]
    for name in (*HOSTILE[:3], "��[31m�"):
        assert name in text
    assert page.all("title")[0] == page.all("h1")[0] == HOSTILE[1]
    assert ("html", {"lang": language.replace("_", "-")}) in page.elements


def test_it_is_one_file_by_the_command_line(hostile, tmp_path):
    path = tmp_path / "report.html"
    assert main(["export", str(hostile.folder), "--to", "html", "--language", "zh_CN", "-o", str(path)]) == 0
    assert "批量大小" in Page(path.read_text(encoding="utf-8")).all("dt")


def test_its_numbers_are_those_of_the_predictions_and_the_epochs(hostile):
    page = page_of(hostile)
    names = [HOSTILE[0], HOSTILE[1], HOSTILE[2], "��[31m�"]
    for row in (
        [names[0], "1", "1", "", ""],  # truth, and what its images were taken for
        [names[1], "", "2", "", ""],
        [names[2], "", "", "1", "1"],
        [names[3], "1", "", "", ""],
        [names[0], "50.0 %", "50.0 %", "50.0 %", "2", "2"],
        [names[1], "66.7 %", "100.0 %", "80.0 %", "2", "3"],
        [names[3], "0.0 %", "0.0 %", "0.0 %", "1", "1"],
        ["2", "0.7500", "62.5 %", "0.8750", "52.5 %"],
    ):
        assert row in [[cell.replace("\xa0", " ") for cell in cells] for cells in page.rows]
    facts = dict(zip(page.all("dt"), page.all("dd"), strict=True))
    assert (facts["Best epoch"], facts["Validation loss"]) == ("2", "0.8750")
    assert facts["Parameters"] == f"{plan_network(hostile.design).params:,}"
    spans = [text.replace("\xa0", " ") for text in page.all("figcaption")]
    mistakes = [text for text in spans if "taken for" in text]
    assert [text.partition(" with ")[2].split("%")[0] for text in mistakes] == ["99.0 ", "75.0 ", "50.0 "]
    assert mistakes[0].startswith(f"{names[3]}, taken for {names[0]}")


def test_mistakes_are_shown_by_their_pictures_or_said_to_be_gone(tmp_path):
    chance = np.random.default_rng(0)
    pixels = {}
    for name in ("a/0.png", "a/1.png", "b/2.png"):
        (tmp_path / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        pixels[name] = chance.integers(0, 255, (16, 16, 3), np.uint8)
        Image.fromarray(pixels[name]).save(tmp_path / "images" / name)
    recipe = Recipe(data=str(tmp_path / "images"), device="cpu")
    run = keep_run(tmp_path, DESIGN.change(classes=2), record(("a", "b")), recipe)
    keep_predictions(run, tuple(pixels), (0, 0, 1), (1, 0, 0), (0.5, 0.9, 0.75))
    (tmp_path / "images/a/0.png").unlink()
    page = page_of(run)
    shown = [attributes["src"] for tag, attributes in page.elements if tag == "img"]
    content = base64.b64decode(shown[0].removeprefix("data:image/png;base64,"))
    assert (np.asarray(Image.open(io.BytesIO(content))) == pixels["b/2.png"]).all()
    assert (len(shown), page.all("div").count("gone")) == (1, 1)
    shutil.rmtree(tmp_path / "images")
    page = page_of(run)
    assert page.all("div").count("gone") == 2
    assert ["a", "1", "1"] in page.rows


def test_names_of_a_named_set_are_translated_and_the_users_are_not(tmp_path):
    names = ("Bag", "Coat", "Shirt", "Dress")
    for data, row in (("fashion-mnist", "包"), ("images", "Bag")):
        run = keep_run(tmp_path, DESIGN, record(names), Recipe(data=data))
        keep_predictions(run, tuple(f"{label}/0" for label in LABELS), LABELS, PREDICTED, CONFIDENCE)
        assert [row, "1", "1", "", ""] in page_of(run, "zh_CN").rows


def test_of_many_classes_the_matrix_shows_the_worst(tmp_path):
    classes = 1000
    design = DESIGN.change(classes=classes)
    run = keep_run(tmp_path, design, record(tuple(f"c{number:03}" for number in range(classes))))
    labels = tuple(range(classes)) * 2
    predicted = [*range(classes)] * 2
    predicted[500], predicted[501], predicted[1500] = 7, 500, 8
    keep_predictions(run, tuple(map(str, range(2 * classes))), labels, tuple(predicted), (0.5,) * 2 * classes)
    page = page_of(run)
    rows = page.rows
    matrix = [row for row in rows if len(row) == 32]
    assert len(matrix) == 31
    heads = matrix[0][1:]
    assert {"c007", "c008", "c500", "c501"} < set(heads)
    assert heads[-1] == "others"
    wrong = next(row for row in matrix if row[0] == "c500")
    cells = dict(zip(heads, wrong[1:], strict=True))
    assert {name: count for name, count in cells.items() if count} == {"c007": "1", "c008": "1"}
    assert len([row for row in rows if len(row) == 6]) == classes + 1  # the table of all classes
    assert "All 1,000 classes" in page.all("summary")


def test_a_loss_that_is_no_number_leaves_a_gap(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    folder = RunFolder(run.folder)
    for epoch, loss in ((4, math.inf), (5, math.nan), (6, 1.0)):
        folder.log(
            Epoch(
                epoch=epoch,
                step=5 * epoch,
                train_loss=loss,
                train_accuracy=0.5,
                validation_loss=loss,
                validation_accuracy=0.5,
                seconds=1.0,
            )
        )
    folder.close()
    page = page_of(read_run(run.folder))
    lines = [attributes["points"] for tag, attributes in page.elements if tag == "polyline"]
    assert sorted(len(points.split()) for points in lines) == [1, 1, 3, 3, 6, 6]
    places = [[float(number) for number in point.split(",")] for points in lines for point in points.split()]
    assert all(0 <= x <= 480 and 0 <= y <= 250 for x, y in places)


def test_a_run_without_an_epoch_has_a_report_too(tmp_path):
    folder = RunFolder.create(tmp_path, DESIGN, Recipe(), 1)
    folder.close()
    page = page_of(read_run(folder.path))
    assert "svg" not in {tag for tag, _ in page.elements}
    limits = " ".join(page.all("li"))
    assert "No epoch was finished" in limits
    assert "no results by class" in limits
    assert "not finished but interrupted" in limits


def test_one_epoch_is_a_dot(tmp_path):
    folder = RunFolder.create(tmp_path, DESIGN, Recipe(), 1)
    folder.log(Epoch(1, 5, 0.5, 0.5, 0.5, 0.5, 1.0))
    folder.close()
    circles = [attributes for tag, attributes in page_of(read_run(folder.path)).elements if tag == "circle"]
    assert len(circles) == 4
    assert len({circle["cx"] for circle in circles}) == 1


def test_changes_while_it_trained_are_told(tmp_path):
    run = keep_run(tmp_path, DESIGN)
    folder = RunFolder(run.folder)
    change = Changed(step=7, learning_rate=0.05, epochs=3, factor=0.5)
    folder.update(changes=[record_table(change)])
    folder.close()
    assert change.sentence in page_of(read_run(run.folder)).all("li")


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(data="fashion-mnist-12k", epochs=3),
        RECIPES["chapter"].change(data="/a folder/it's", seed=7, validation_share=0.1),
        Recipe(nesterov=False, flip=True, lr=0.123, schedule="cosine"),
    ],
)
def test_its_command_trains_the_same(tmp_path, monkeypatch, recipe):
    run = keep_run(tmp_path, DESIGN, recipe=recipe)
    command = shlex.split(page_of(run).all("code")[0])
    assert command[:2] == ["main.py", "train"]
    parser = Parser()
    COMMANDS["train"].add_flags(parser)
    monkeypatch.setattr("explorer.cli.train_command.task_of", lambda options: given(options))
    order = order_of(parser.parse_args(command[2:]))
    assert (order.design, order.recipe) == (run.design, run.recipe)


def given(options: Namespace):
    """Design and recipe of a command, of data that are not there."""
    from explorer.cli.flags import design_of, recipe_of

    return design_of(options), recipe_of(options)


def test_it_may_be_cancelled(hostile):
    def give_up(done: int, total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        page_of(hostile, report=give_up)


def test_equal_blocks_stand_once(tmp_path):
    rows = page_of(keep_run(tmp_path, DESIGN)).rows
    names = [row[0] for row in rows]
    assert "layer1.1 … layer1.2" in names
    assert "layer1.1.conv1" in names
    assert "layer1.2.conv1" not in names
