"""Lessons: the same in both languages, true to the window, and done by doing."""

import re
import shutil
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, QRect, QSettings, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QMenu, QMessageBox, QPushButton, QWidget

from explorer.architecture.blocks import BLOCKS, SHORTCUTS
from explorer.architecture.design import Design, Stage
from explorer.architecture.presets import preset, preset_files
from explorer.gui.data.problem_list import ProblemList
from explorer.gui.lessons import lesson_file as lesson_module
from explorer.gui.lessons.highlight import HALO
from explorer.gui.lessons.lesson import Lesson, LessonPage
from explorer.gui.lessons.lesson_file import TOUR, lesson_files, load_lesson
from explorer.gui.lessons.tasks import TASKS
from explorer.gui.lessons.vocabulary import CONTROLS, TaskKind
from explorer.gui.lessons.vocabulary import PAGES as NAMED_PAGES
from explorer.gui.main_window.pages import PAGES
from explorer.gui.training.setup.data_box import EXAMPLE
from explorer.gui.widgets.look.frame import seen_of
from explorer.gui.widgets.look.text_size import apply_size
from explorer.gui.widgets.text.language import apply_language, chosen_language, spoken_language
from explorer.gui.workspace import DATA
from explorer.resources import resource
from explorer.validation import Refused
from tests.clicks import block_view, click, click_choice, curves, show_block, teach, type_into
from tests.events import settle
from tests.gui.design.test_block_view import open_block
from tests.gui.diagram.test_diagram import place_of
from tests.gui.experiments.test_feature_map_panel import Looked, made_run, open_maps
from tests.gui.scripted_workers import worker

HAN = re.compile("[\u4e00-\u9fff]")
ON_THE_BLOCK_PAGE = {"figure", "alone", "alone_form", "zero", "insert"}
LESSON = 'title = "x"\ndesign = "mini"\n[[pages]]\ntext = """\n[[pages]]\n"""\n[[pages]]\ntext = "y"\n{}'
TRAIN = """
hello()
while told() != "train":
    pass
started(); step(1)
say("signals", step=1, names=["layer1.0", "layer2.0"], branches=[1.0, 2.0], shortcuts=[2.0, 2.0])
say("epoch", step=1, epoch=1, train_loss=1, train_accuracy=0.5, validation_loss=1, validation_accuracy=0.5, seconds=1)
while (word := told()) != "end":
    if word == "pause":
        say("paused", step=1)
"""
TWINS = """
hello()
while told() != "train":
    pass
for side, run in enumerate("ab"):
    say("started", run=run, folder="", params=1, referee={"agrees": True, "params": 1, "mult_adds": 1}, device="cpu",
        steps_per_epoch=100, epochs=2, step=0, side=side)
for run in "ab":
    say("step", run=run, step=1, epoch=1, loss=1, loss_min=1, loss_max=1, steps=1, accuracy=0.5, learning_rate=0.1,
        examples_per_second=100)
    say("epoch", run=run, step=1, epoch=1, train_loss=1, train_accuracy=0.5, validation_loss=1, validation_accuracy=0.5,
        seconds=1)
while told() != "end":
    pass
"""
TRIED = """
import tempfile
hello()
file = tempfile.NamedTemporaryFile()
file.write(bytes(range(16)))
file.flush()
for line in sys.stdin:
    asked = json.loads(line)
    kind = {"zero": "zeroed", "insert": "inserted", "norms": "batchstatistics"}.get(asked["command"])
    if kind:
        example = {"label": 0, "classes": [0, 1], "before": [0.9, 0.1], "after": [0.4, 0.6],
            "picture": {"path": "", "offset": 0, "shape": [4, 4]}}
        effect = {"difference": 0.1, "equal": False, "accuracy_before": 0.5, "accuracy_after": 0.4, "images": 200,
            "moved": 9, "file": file.name, "examples": [example]}
        blocks = asked["blocks"] if kind == "zeroed" else [asked["block"]]
        rest = {"norms": [], "steps": 9, "initial_share": 0.4} if kind == "batchstatistics" else {
            "blocks": blocks, "identities": blocks}
        say(kind, id=asked["id"], effect=effect, **rest)
"""


@pytest.fixture(autouse=True)
def english_again(qapp):
    yield
    apply_language("en")


@pytest.fixture
def usual_size(qapp):
    yield
    apply_size(0)


def every_lesson(language: str) -> dict[str, Lesson]:
    """Read as the tutor reads them."""
    return {name: load_lesson(path) for name, path in lesson_files(language).items()}


def asked_by(lesson: Lesson) -> list[str]:
    """The tasks of a lesson, in order."""
    return [step.done for page in lesson.pages for step in page.steps]


def pointed_at_by(page: LessonPage) -> list[str]:
    return [page.points_at, *(step.points_at for step in page.steps)]


def place_with(task: str) -> tuple[str, int]:
    """A lesson and its page that ask for `task`, first of all."""
    found = (
        (name, number)
        for name, lesson in every_lesson("en").items()
        for number, page in enumerate(lesson.pages)
        if task in [step.done for step in page.steps]
    )
    return next(found)


def ticks(tutor) -> str:
    """Before each step of the page, whether it is done."""
    signs = [line[0] for line in tutor.card.task.text().splitlines()]
    assert [line[2:].strip() for line in tutor.card.task.text().splitlines()] == [
        step.task for step in tutor.page.steps
    ]
    return "".join(signs)


def is_done(tutor) -> bool:
    return set(ticks(tutor)) == {"☑"}


def is_asked(tutor) -> bool:
    return set(ticks(tutor)) == {"▢"}


def place_in_window(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint()), widget.size())


def texts_of(lesson: Lesson) -> list[str]:
    """All that is read in a lesson."""
    pages = lesson.pages
    texts = [lesson.title, *(page.markdown(answered=True) for page in pages)]
    texts += [step.task for page in pages for step in page.steps]
    return [text for text in texts if text]


def test_both_languages_have_the_same_lessons():
    folders = [{path.name for path in resource("lessons", each).glob("*")} for each in ("en", "zh_CN")]
    assert folders[0] == folders[1]
    assert len([lesson for lesson in every_lesson("en").values() if not lesson.question]) == 7
    assert len(every_lesson("en")[TOUR].pages) == 6
    for english, chinese in zip(every_lesson("en").values(), every_lesson("zh_CN").values(), strict=True):
        assert (english.design, english.question) == (chinese.design, chinese.question)
        assert len(english.pages) == 1 or not english.question
        assert asked_by(english) == asked_by(chinese)
        assert [(page.opens, page.drawing, pointed_at_by(page)) for page in english.pages] == [
            (page.opens, page.drawing, pointed_at_by(page)) for page in chinese.pages
        ]
        assert not HAN.search("".join(texts_of(english)))
        assert all(HAN.search(text) for text in texts_of(chinese))


def test_a_language_without_lessons_gets_the_english_ones():
    assert lesson_files("fr") == lesson_files("en")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_is_bold_stands_in_the_window(language):
    """So a control that is renamed or translated anew is renamed in the lessons too."""
    entries = ElementTree.parse(resource("translations", "zh_CN.ts")).getroot().iter("message")
    kind = "source" if language == "en" else "translation"
    known = {re.sub(r"&|\(&.\)", "", entry.findtext(kind, "")) for entry in entries}
    known |= {preset(name).name for name in preset_files()} | {*SHORTCUTS, *BLOCKS, "preact"}
    texts = [text for lesson in every_lesson(language).values() for text in texts_of(lesson)]
    bold = {words for text in texts for words in re.findall(r"\*\*(.+?)\*\*", text.replace("\n", " "))}
    assert len(bold) > 15
    assert bold - known == set()


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_task_is_there_and_is_asked_for(session, language):
    apply_language(language)
    found = session.window.tutor.lessons()
    assert [str(each) for each in found.values() if isinstance(each, Refused)] == []
    assert {task for lesson in found.values() for task in asked_by(lesson)} == set(TASKS) == set(TaskKind)
    assert set(NAMED_PAGES) == set(PAGES)


def test_what_a_lesson_may_point_at_is_a_control_of_the_window(open_session):
    """Of one in which all that is made when first wanted has been made, and a problem is there to repair."""
    stages = tuple(Stage(1, 16 if number else 32) for number in range(8))
    session = open_session(Design(input=(1, 28, 28), classes=10, stages=stages, shortcut="pad"))
    window = session.window
    for name in PAGES:
        window.pages.show_page(name)
    window.orders.show_maps.setChecked(True)
    assert CONTROLS - {each.objectName() for each in window.findChildren(QWidget)} == set()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"title = ", "is not TOML"),
        (b"\xff\xfe", "is not UTF-8"),
        (b'title = "x"\n', "line 1, design: is required"),
        (b'title = "x"\n', "line 1, pages: is required"),
        (LESSON.format("colour = 1").encode(), "line 9, pages[1].colour: is not a known key"),
        (
            LESSON.format('[[pages.steps]]\ntask = "t"\ndone = "pined"').encode(),
            "line 11, pages[1].steps[0].done: there is no task 'pined'; did you mean pinned?",
        ),
        (LESSON.format('[[pages.steps]]\ntask = "t"').encode(), "line 9, pages[1].steps[0].done: is required"),
        (LESSON.format('steps = [{done = "pinned"}]').encode(), "line 9, pages[1].steps[0].task: is required"),
        (LESSON.format('answer = "yes"').encode(), "line 7, pages[1].steps: is required"),
        (LESSON.format('drawing = "no.svg"').encode(), "line 9, pages[1].drawing: there is no drawing 'no.svg'"),
        (LESSON.format('drawing = "../no.svg"').encode(), "there is no drawing '../no.svg'"),
        (LESSON.format('points_at = "blocks11"').encode(), "there is no control 'blocks11'; did you mean blocks1?"),
        (LESSON.format('opens = "nowhere"').encode(), "line 9, pages[1].opens: there is no page 'nowhere'"),
        (
            b'title = "x"\ndesign = "minx"\npages = [{text = "y"}]',
            "design: there is no preset 'minx'; did you mean mini?",
        ),
        (b'title = "x"\ndesign = "basic:1x9:10:8x1"\npages = [{text = "y"}]', "design.input[2]: is required"),
        (b'title = "x"\n#' + b"x" * 70_000, "too large, or a line is too long"),
    ],
)
def test_a_lesson_with_a_fault_is_listed_with_its_reason_and_the_rest_work(
    session, tmp_path, monkeypatch, content, reason
):
    shutil.copytree(resource("lessons"), tmp_path / "lessons")
    (tmp_path / "lessons/en/2-residual-block.toml").write_bytes(content)
    monkeypatch.setattr(lesson_module, "resource", lambda *parts: tmp_path.joinpath(*parts))
    menu, tutor = session.window.menus.chapter, session.window.tutor
    menu.aboutToShow.emit()
    broken = [action for action in menu.actions() if not action.isEnabled()]
    assert [action.text() for action in broken] == ["Could not read 2-residual-block"]
    assert reason in broken[0].toolTip()
    questions = next(action for action in menu.actions() if action.menu())
    assert len(menu.actions()[: menu.actions().index(questions) - 1]) == 6
    asked = [action.objectName() for action in questions.menu().actions()]
    assert asked
    assert asked == sorted(asked)
    tutor.teach("2-residual-block")
    assert not tutor.card.isVisible()
    next(action for action in menu.actions() if action.objectName() == "3-model").trigger()
    assert tutor.card.heading.text() == "The model"


def test_the_tour_by_clicks(open_session, qtbot):
    session = open_session("mini", warm=True, process=worker(TRAIN))
    window = session.window
    help_menu = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Help")
    next(action for action in help_menu.actions() if action.text() == "Tour").trigger()
    tutor, card = window.tutor, window.tutor.card

    def is_primary() -> bool:
        return card.next.property("style_name") == "primary"

    def go_on(number: int) -> None:
        assert is_done(tutor)
        assert is_primary()
        assert not tutor.highlight.isVisible()
        click(qtbot, card.next)
        assert card.count.text() == f"{number}/6"

    assert card.count.text() == "1/6"
    assert not card.back.isEnabled()
    qtbot.waitUntil(tutor.highlight.isVisible)
    assert not is_primary()
    qtbot.mouseClick(window.diagram.viewport(), Qt.MouseButton.LeftButton, pos=place_of(session, "layer1.0"))
    qtbot.waitUntil(lambda: not tutor.highlight.isVisible())
    go_on(2)
    qtbot.keyClick(window.editor.editors[0].sliders["blocks"], Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: not tutor.highlight.isVisible())
    go_on(3)
    assert card.task.text() == ""
    assert is_primary()
    click(qtbot, card.next)
    click(qtbot, card.back)
    click(qtbot, card.next)
    open_block(session, qtbot, "layer2.0")
    qtbot.waitUntil(lambda: not tutor.highlight.isVisible())
    go_on(5)
    click(qtbot, window.training.start)
    qtbot.waitUntil(lambda: is_done(tutor))
    qtbot.waitUntil(lambda: not tutor.highlight.isVisible())
    go_on(6)
    next(each for each in window.menus.names.actions() if each.objectName() == "chapter").trigger()
    assert is_done(tutor)
    assert card.next.text() == "Next lesson"
    click(qtbot, card.next)
    assert card.heading.text() == "Function classes"
    card.close()
    assert not tutor.highlight.isVisible()


def choose(session, qtbot, name: str, downs: int) -> None:
    for _ in range(downs):
        qtbot.keyClick(session.window.findChild(QComboBox, name), Qt.Key.Key_Down)


def open_preset(session, qtbot, name: str) -> None:
    session.window.menus.presets.aboutToShow.emit()
    next(action for action in session.window.menus.presets.actions() if action.objectName() == name).trigger()


def try_block_alone(session, qtbot) -> None:
    click(qtbot, open_block(session, qtbot, "layer2.0").alone)


def try_identity_alone(session, qtbot) -> None:
    try_block_alone(session, qtbot)
    for name, text in (("width", "3"), ("stride", "1")):
        box = block_view(session).form.boxes[name]
        type_into(qtbot, box, text)
        qtbot.keyClick(box, Qt.Key.Key_Return)


def try_preactivation(session, qtbot) -> None:
    choose(session, qtbot, "block", 2)
    open_block(session, qtbot, "layer1.0")


def try_bottleneck(session, qtbot) -> None:
    choose(session, qtbot, "block", 1)
    open_block(session, qtbot, "layer1.0")


def compare_table_1(session, qtbot) -> None:
    press("pin")(session, qtbot)
    open_preset(session, qtbot, "resnet50")


def pin_and(act):
    """Pin the lesson's design, then change it."""

    def acts(session, qtbot):
        press("pin")(session, qtbot)
        act(session, qtbot)

    return acts


def choose_named(name: str, text: str):
    """Choose by keys what begins with `text` in the box called `name`, which may be among those that are folded."""

    def acts(session, qtbot):
        box = session.window.findChild(QComboBox, name)
        qtbot.keyClicks(box, text)
        assert box.currentText() == text

    return acts


def average_an_opened_block(session, qtbot) -> None:
    open_block(session, qtbot, "layer2.0")
    choose_named("shortcut", "average")(session, qtbot)


def train_beside_preactivation(session, qtbot) -> None:
    pin_and(choose_named("block", "preact-basic"))(session, qtbot)
    click_choice(session, qtbot, "beside_baseline")


def show_signal(session, qtbot) -> None:
    press("start")(session, qtbot)
    switch = curves(session).gradients.switch
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.tabRect(1).center())


def press(name: str):
    return lambda session, qtbot: click(qtbot, session.window.findChild(QAbstractButton, name))


ACTS = {
    "selected": lambda session, qtbot: click(qtbot, session.window.editor.editors[1].heading),
    "stage_deepened": lambda session, qtbot: qtbot.keyClick(
        session.window.editor.editors[2].sliders["blocks"], Qt.Key.Key_Right
    ),
    "block_opened": lambda session, qtbot: open_block(session, qtbot, "layer3.1"),
    "block_alone": try_block_alone,
    "identity_alone": try_identity_alone,
    "pinned": press("pin"),
    "copied": press("copy"),
    "chapter_names": lambda session, qtbot: session.window.menus.names.actions()[1].trigger(),
    "stem_changed": lambda session, qtbot: choose(session, qtbot, "stem", 1),
    "bottleneck_opened": try_bottleneck,
    "preactivation_opened": try_preactivation,
    "params_doubled": press("add_stage"),
    "table_1_compared": compare_table_1,
    "shortcut_changed": pin_and(choose_named("shortcut", "average")),
    "projected_everywhere": pin_and(choose_named("shortcut", "projection-all")),
    "shortcut_norm_changed": pin_and(
        lambda session, qtbot: qtbot.keyClick(
            session.window.findChild(QAbstractButton, "shortcut_norm"), Qt.Key.Key_Space
        )
    ),
    "stride_moved": pin_and(choose_named("stride_on", "1x1")),
    "average_opened": average_an_opened_block,
    "small_network_compared": pin_and(lambda session, qtbot: open_preset(session, qtbot, "cifar-resnet20")),
}
TOLD = {  # what the worker has to say for it
    "trained": (TRAIN, press("start")),
    "validated": (TRAIN, press("start")),
    "twin_validated": (TWINS, lambda session, qtbot: click_choice(session, qtbot, "twin")),
    "paused": (TRAIN, press("start")),
    "branch_zeroed": (TRIED, lambda session, qtbot: open_block(session, qtbot, "layer1.0")),
    "identity_inserted": (TRIED, lambda session, qtbot: open_block(session, qtbot, "layer1.0")),
    "norms_compared": (TRIED, lambda session, qtbot: open_block(session, qtbot, "layer1.0")),
    "recipes_compared": (TWINS, lambda session, qtbot: session.window.orders.starts.beside_recipes["best"].trigger()),
    "preactivation_beside": (TWINS, train_beside_preactivation),
    "signal_shown": (TRAIN, show_signal),
}


def narrow(session, qtbot) -> None:
    slider = session.window.editor.editors[2].sliders["width"]
    qtbot.keyClick(slider, Qt.Key.Key_Home)


def train_at_the_rate_of_the_box(rate: str):
    """Type the learning rate, and start."""

    def acts(session, qtbot):
        box = session.window.training.form.controls["lr"].entry
        box.setFocus()
        type_into(qtbot, box, rate)
        click(qtbot, session.window.training.start)

    return acts


def use_the_rate_that_is_found(session, qtbot) -> None:
    session.window.orders.stop.trigger()
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    session.window.orders.find_rate.trigger()
    use = session.window.findChild(QPushButton, "use")
    qtbot.waitUntil(use.isVisible)
    click(qtbot, use)


def find_a_run(session, qtbot) -> None:
    made_run(session)
    session.workspace.run_history.reload()


def choose_its_weights(session, qtbot) -> None:
    box = session.window.training.weights_box
    box.setCurrentIndex(1)
    box.activated.emit(1)


def fine_tune(session, qtbot) -> None:
    box = session.window.training.recipe_box
    box.setCurrentIndex(box.findData("fine-tune"))
    box.activated.emit(box.currentIndex())
    click(qtbot, session.window.training.start)


def agree_to_the_example_folder(session, qtbot) -> None:
    box = session.window.training.data_box
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
        box.setCurrentIndex(box.findData(EXAMPLE))
        box.activated.emit(box.currentIndex())
    assert session.workspace.choice.data.class_names == ("bags", "sandals", "trousers")


def leave_out(*rows: int):
    """Of the lines of problems in these rows, one after the other."""

    def acts(session, qtbot):
        problems = session.window.findChild(ProblemList)
        for row in rows:
            qtbot.waitUntil(lambda row=row: len(problems.lines) > row and bool(problems.lines[row].groups))
            session.window.pages.show_page(DATA)
            problems.setCurrentRow(row)
            click(qtbot, session.window.findChild(QAbstractButton, "leave_out_images"))

    return acts


RATES = """
hello()
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] == "train":
        started(); step(1)
        for epoch in (1, 2):
            say("epoch", step=epoch, epoch=epoch, train_loss=1, train_accuracy=0.5, validation_loss=1,
                validation_accuracy=0.5, seconds=1)
    if asked["command"] == "stop":
        say("stopped", step=1)
    if asked["command"] == "sweep":
        say("swept", id=asked["id"], rates=[0.1, 1.0], losses=[1.0, 2.0], advised=0.1)
"""
KNOWN = """
hello()
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] == "train":
        assert asked["weights"]
        say("started", run="a-run", folder="", params=1, referee={"agrees": True, "params": 1, "mult_adds": 1},
            device="cpu", steps_per_epoch=100, epochs=2, step=0, weights="run x: 20 tensors")
        step(1)
        say("epoch", step=1, epoch=1, train_loss=1, train_accuracy=0.5, validation_loss=1, validation_accuracy=0.5,
            seconds=1)
"""
SCANNED = """
hello()
problems = [
    {"kind": "leak", "count": 2, "groups": [["train/bags/bags-03.png", "val/bags/bags-copy.png"]]},
    {"kind": "odd-size", "count": 1, "groups": [["train/trousers/trousers-12.png"]]},
]
scans = 0
for line in sys.stdin:
    asked = json.loads(line)
    if asked["command"] == "scan":
        own = asked["recipe"]["data"].endswith("example-images")
        say("scanned", id=asked["id"], data="", layout="splits" if own else "named", skipped=0, bytes=0,
            problems=problems[scans:] if own else [],
            classes=[{"name": "bags", "train": 20, "validation": 20, "test": 0}],
            split={"kind": "found"})
        scans += own
"""
IN_A_ROW = {  # tasks that follow others of their page, or go before them
    "mismatched": (TRAIN, narrow),
    "repaired": (TRAIN, press("repair")),
    "grown_tenfold": (TRAIN, lambda session, qtbot: open_preset(session, qtbot, "cifar-resnet1202")),
    "high_rate_validated": (RATES, train_at_the_rate_of_the_box("10")),
    "rate_lowered": (RATES, use_the_rate_that_is_found),
    "low_rate_validated": (RATES, lambda session, qtbot: click(qtbot, session.window.training.start)),
    "weights_at_hand": (KNOWN, find_a_run),
    "weights_chosen": (KNOWN, choose_its_weights),
    "fine_tuned": (KNOWN, fine_tune),
    "images_chosen": (SCANNED, agree_to_the_example_folder),
    "leak_mended": (SCANNED, leave_out(0)),
    "images_decided": (SCANNED, leave_out(0)),
}
PRESSED_NEXT = {  # once it can be
    "paused": "pause",
    "branch_zeroed": "zero",
    "identity_inserted": "insert",
    "norms_compared": "compare norms",
}


PLAYED = {*ACTS, *TOLD, *IN_A_ROW, "feature_maps_compared"}


def test_every_task_is_tried():
    assert set(TASKS) == PLAYED


@pytest.mark.parametrize("task", ACTS)
def test_a_task_is_done_by_doing_it(session, qtbot, task):
    tutor = teach(session, *place_with(task))
    assert is_asked(tutor)
    ACTS[task](session, qtbot)
    assert is_done(tutor)


@pytest.mark.parametrize("task", TOLD)
def test_a_task_is_done_when_the_worker_has_done_it(open_session, qtbot, task):
    program, begin = TOLD[task]
    session = open_session("mini", warm=True, process=worker(program))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    tutor = teach(session, *place_with(task))
    assert is_asked(tutor)
    begin(session, qtbot)
    press_next(session, qtbot, task)
    qtbot.waitUntil(lambda: is_done(tutor))


def press_next(session, qtbot, task: str) -> None:
    if name := PRESSED_NEXT.get(task):
        button = session.window.findChild(QAbstractButton, name)
        qtbot.waitUntil(button.isEnabled)
        click(qtbot, button)


# Of each of the eighteen questions of readers, the lesson and its page; most have a lesson of one page.
ANSWERED = {
    1: ("5-degradation", 1),
    2: ("2-residual-block", 4),
    14: ("6-exercises", 1),
    **{lesson.question: (name, 0) for name, lesson in every_lesson("en").items() if lesson.question},
}


def test_every_question_has_its_lesson():
    assert sorted(ANSWERED) == [*range(1, 19)]


@pytest.mark.matrix("language")
@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("question", sorted(ANSWERED))
def test_a_question_is_answered_by_doing_it(open_session, qtbot, question, language):
    name, number = ANSWERED[question]
    lesson = every_lesson(language)[name]
    page = lesson.pages[number]
    tasks = [step.done for step in page.steps]
    programs = [TOLD[task][0] for task in tasks if task in TOLD] or [IN_A_ROW.get(tasks[-1], (TRAIN,))[0]]
    QSettings().setValue("language", language)
    apply_language(language)
    session = open_session("mini", warm=True, process=worker(programs[0]))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    tutor = teach(session, name, number)
    assert tutor.card.heading.text() == lesson.title
    assert said_in(page.answer) not in said_in(tutor.card.text.toPlainText()) or not page.answer
    for done, task in enumerate(tasks):
        assert ticks(tutor) == "☑" * done + "▢" * (len(tasks) - done)
        _, act = TOLD.get(task) or IN_A_ROW.get(task) or (TRAIN, ACTS.get(task))
        act(session, qtbot)
        press_next(session, qtbot, task)
        qtbot.waitUntil(lambda done=done: ticks(tutor)[done] == "☑")
    assert is_done(tutor)
    assert said_in(page.answer) in said_in(tutor.card.text.toPlainText())


def said_in(text: str) -> str:
    """The words, however the lines are broken."""
    return re.sub(r"[*`\s]", "", text)


def test_a_curve_that_nobody_saw_is_no_answer(open_session, qtbot):
    session = open_session("mini", warm=True, process=worker(TRAIN))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    tutor = teach(session, *place_with("validated"))
    session.workspace.has_trained = True  # so that the curves do not open by themselves
    session.window.pages.show_layers()
    session.window.docks[1].hide()
    session.window.orders.start.trigger()
    qtbot.waitUntil(lambda: session.pool.shown.run is not None and session.pool.shown.run.epoch is not None)
    settle()
    assert is_asked(tutor)
    session.window.docks[1].show()
    qtbot.waitUntil(lambda: is_done(tutor))


def test_a_curve_that_is_there_already_is_one(open_session, qtbot):
    session = open_session("mini", warm=True, process=worker(TRAIN))
    qtbot.waitUntil(lambda: session.pool.workers[0].state == "idle")
    tutor = teach(session, "4-training", 1)
    click(qtbot, session.window.training.start)
    qtbot.waitUntil(lambda: is_done(tutor))
    qtbot.waitUntil(lambda: session.pool.shown.run.epoch is not None)
    settle()
    tutor.turn(1)
    assert tutor.step.done == "validated"
    qtbot.waitUntil(lambda: is_done(tutor))


def test_feature_maps_are_compared_when_both_networks_have_theirs(session, qtbot, monkeypatch, tmp_path):
    tutor = teach(session, *place_with("feature_maps_compared"))
    played = Looked(session, monkeypatch, tmp_path)
    made_run(session)
    open_maps(session, qtbot, played)
    settle()
    assert is_asked(tutor)
    played.send_maps()
    qtbot.waitUntil(lambda: len(played.probes) == 2)
    settle()
    assert is_asked(tutor)
    played.send_maps()
    qtbot.waitUntil(lambda: is_done(tutor))


def test_a_lesson_begins_with_its_design_as_one_step(session, qtbot):
    document, card = session.document, session.window.tutor.card
    document.propose(preset("mini"), "")
    steps = document.undo_stack.count()
    tutor = teach(session, "3-model")
    assert document.design == preset("d2l-resnet18")
    assert document.undo_stack.count() == steps + 1
    note = "This lesson starts with ResNet-18 (Dive into Deep Learning); Undo brings back yours."
    assert note in card.text.toPlainText().replace("\n", " ")
    session.use_language("zh_CN")
    assert session.workspace.lesson.replaced
    session.use_language("en")
    tutor = session.window.tutor
    tutor.turn(1)
    assert "Undo brings" not in tutor.card.text.toPlainText()
    document.undo_stack.undo()
    assert document.design == preset("mini")


def test_a_lesson_on_the_design_that_is_shown_proposes_nothing(session):
    tutor = teach(session, "3-model")
    assert session.document.undo_stack.count() == 0
    assert "Undo brings" not in tutor.card.text.toPlainText()


def test_the_design_of_a_lesson_does_no_task_of_the_lesson_before(session, qtbot):
    session.document.propose(preset("mini"), "")
    tutor = teach(session, TOUR, 1)
    session.document.propose(preset("mini"), "")
    tutor.go(1)
    place = session.workspace.lesson
    tutor.teach("1-function-classes")  # its network has more blocks than mini
    assert not place.done


def test_after_the_last_page_comes_the_next_lesson(session, qtbot):
    lessons = every_lesson("en")
    card = teach(session, TOUR, len(lessons[TOUR].pages) - 1).card
    for name in list(lessons)[1:]:
        assert card.next.text() == "Next lesson"
        assert card.next.toolTip() == lessons[name].title
        click(qtbot, card.next)
        assert card.heading.text() == lessons[name].title
        session.window.tutor.go(len(lessons[name].pages) - 1)
    assert card.next.text() == "Finish"
    click(qtbot, card.next)
    assert not card.isVisible()


def test_a_lesson_done_has_a_tick_also_after_a_restart(open_session, qtbot):
    def ticks(session) -> list[bool]:
        menu = session.window.menus.chapter
        menu.aboutToShow.emit()
        return [action.isChecked() for action in menu.actions()[:6]]

    session = open_session()
    tutor = teach(session, "3-model")
    for task in ("chapter_names", "stem_changed", "selected", "", "copied"):
        assert ticks(session) == [False] * 6
        if task:
            ACTS[task](session, qtbot)
        tutor.turn(1)
    assert ticks(session) == [False, False, True, False, False, False]
    session.end()
    session.window.hide()
    assert ticks(open_session()) == [False, False, True, False, False, False]


def test_a_lesson_with_a_task_left_out_has_no_tick(session, qtbot):
    tutor = teach(session, "3-model", 4)
    ACTS["copied"](session, qtbot)
    assert is_done(tutor)
    assert not QSettings().value("lessons_done")


def test_enter_turns_the_page(session, qtbot):
    tutor = teach(session, "2-residual-block")
    for number, widget in enumerate((tutor.card.next, tutor.card.text, tutor.card), start=2):
        qtbot.keyClick(widget, Qt.Key.Key_Return)
        assert tutor.card.count.text() == f"{number}/5"
    qtbot.keyClick(tutor.card.back, Qt.Key.Key_Return)
    assert tutor.card.count.text() == "3/5"


def test_what_was_done_stays_done_until_the_lesson_is_opened_anew(session, qtbot):
    tutor = teach(session, TOUR, 1)
    qtbot.keyClick(session.window.editor.editors[0].sliders["blocks"], Qt.Key.Key_Right)
    session.document.undo_stack.undo()
    assert is_done(tutor)
    tutor.teach(TOUR)
    tutor.go(1)
    assert is_asked(tutor)


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_card_covers_nothing_and_the_mark_stands_around_its_control(session, qtbot, language):
    """At the smallest size that is looked after, for every page of every lesson."""
    apply_language(language)
    session.use_language(language)
    window = session.window
    window.resize(1024, 700)
    tutor, marked = window.tutor, 0
    for name, lesson in tutor.lessons().items():
        window.pages.show_layers()
        tutor.teach(name)
        for number, page in enumerate(lesson.pages):
            if {*pointed_at_by(page)} & ON_THE_BLOCK_PAGE:
                show_block(session, "layer2.1")
            tutor.go(number)
            settle()
            tutor.highlight.place()
            control = tutor.control()
            assert not tutor.card.text.verticalScrollBar().isVisible()
            if control is None or not control.isVisible() or (page.steps and not tutor.step):
                continue
            seen = seen_of(control)
            assert not seen.intersects(place_in_window(tutor.card)), page.points_at
            assert tutor.highlight.geometry() == seen.adjusted(-HALO, -HALO, HALO, HALO) & window.rect()
            assert window.rect().contains(place_in_window(tutor.card))
            assert place_in_window(tutor.card).contains(place_in_window(tutor.card.task))
            marked += 1
    assert marked > 10
    assert (window.width(), window.height()) == (1024, 700)


def test_the_mark_follows_its_control_and_leaves_with_it(session, qtbot):
    window, document = session.window, session.document
    tutor = teach(session, TOUR, 1)
    qtbot.waitUntil(tutor.highlight.isVisible)
    before = tutor.highlight.geometry()
    window.editor.form.more.click()
    qtbot.waitUntil(lambda: tutor.highlight.geometry() != before)
    slider = window.editor.editors[0].sliders["blocks"]
    qtbot.waitUntil(lambda: tutor.highlight.geometry().contains(place_in_window(slider)))
    window.docks[0].hide()
    qtbot.waitUntil(lambda: not tutor.highlight.isVisible())
    tutor.go(1)
    assert window.docks[0].isVisible()
    last = teach(session, "1-function-classes", 2)
    document.propose(Design(input=(1, 28, 28), classes=10, stages=document.design.stages[:1]), "")
    qtbot.waitUntil(last.highlight.isVisible)


def test_escape_closes_the_block_first_and_then_the_card(session, qtbot):
    window = session.window
    tutor = teach(session, "2-residual-block")
    qtbot.keyClick(open_block(session, qtbot, "layer2.0"), Qt.Key.Key_Escape)
    assert window.table.isVisible()
    assert tutor.card.isVisible()
    qtbot.keyClick(window.diagram, Qt.Key.Key_Escape)
    assert not tutor.card.isVisible()


def test_the_diagram_gets_its_room_back(session, qtbot):
    window = session.window
    window.resize(1280, 768)
    settle()
    before = window.centre.sizes()[0]
    tutor = teach(session, TOUR)
    view = open_block(session, qtbot, "layer2.0")
    qtbot.waitUntil(lambda: view.height() >= view.minimumSizeHint().height())
    assert window.centre.sizes()[0] < before
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    tutor.card.close()
    qtbot.waitUntil(lambda: abs(window.centre.sizes()[0] - before) <= 2)


def test_the_tour_greets_once(session):
    session.greet()
    card = session.window.tutor.card
    assert card.heading.text() == "A tour in six steps"
    card.close()
    session.greet()
    assert not card.isVisible()
    assert QSettings().value("toured")


def test_another_language_goes_on_with_the_lesson(session, qtbot):
    tutor = teach(session, "2-residual-block", 2)
    place = session.workspace.lesson
    place.done[0] = 1
    session.use_language("zh_CN")
    other = session.window.tutor
    assert other is not tutor
    assert session.workspace.lesson is place
    assert (place.name, place.page, place.done) == ("2-residual-block", 2, {0: 1})
    assert other.card.heading.text() == "残差块"
    assert other.card.count.text() == "3/5"


@pytest.mark.slow
@pytest.mark.slow
@pytest.mark.parametrize("name", lesson_files("en"))
def test_every_page_outlives_another_language_and_another_text_size(session, usual_size, name):
    teach(session, name)
    changes = (session.use_language, "zh_CN"), (session.use_size, 1)
    for number, _ in enumerate(every_lesson("en")[name].pages):
        session.window.tutor.go(number)
        for change, value in changes:
            change(value)
            tutor = session.window.tutor
            assert tutor.page == every_lesson(spoken_language(chosen_language()))[name].pages[number]
            assert tutor.card.isVisible()
            assert tutor.card.text.toMarkdown()


def test_a_lesson_that_the_other_language_cannot_read_is_left(session, tmp_path, monkeypatch):
    shutil.copytree(resource("lessons"), tmp_path / "lessons")
    (tmp_path / "lessons/zh_CN/3-model.toml").write_text("title = ", encoding="utf-8")
    monkeypatch.setattr(lesson_module, "resource", lambda *parts: tmp_path.joinpath(*parts))
    teach(session, "3-model", 2)
    session.use_language("zh_CN")
    assert not session.window.tutor.card.isVisible()
    assert session.window.isVisible()
