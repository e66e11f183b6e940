"""What the window knows of the data: when a worker is asked, and what decisions become of."""

import pytest

from explorer.gui.data.data_state import DataState
from explorer.runs.data.decisions import Decisions, Move, read_decisions
from explorer.runs.events import Progress
from explorer.runs.questions.data import Scan
from explorer.validation import refuse
from tests.gui.data.conftest import scans
from tests.gui.data.made_data import made_scan, make_folder


def test_a_folder_is_scanned_as_soon_as_it_is_chosen(session, played, folder):
    assert played.asked(Scan) == []
    session.workspace.choice.use_data(str(folder))
    (question,) = scans(session, played)
    assert question.recipe.data == str(folder)
    state = session.workspace.data_state
    assert state.is_scanning
    assert not state.is_unknown
    played.answer(question, made_scan())
    assert state.scanned == made_scan(id=question.id)
    assert not state.is_scanning


def test_another_split_is_scanned_for_and_an_edited_design_is_not(session, played, state):
    choice, before = session.workspace.choice, len(played.asked(Scan))
    for name, value in (("validation_share", 0.2), ("test_share", 0.3), ("split_seed", 7)):
        choice.use_recipe(choice.recipe.change(**{name: value}))
        before += 1
        questions = scans(session, played)
        assert len(questions) == before
        assert getattr(questions[-1].recipe, name) == value
    choice.use_recipe(choice.recipe.change(epochs=3))
    session.document.propose(session.document.design.with_stage(1, blocks=3), "")
    assert len(scans(session, played)) == before


def test_what_was_known_stays_until_the_next_scan_has_ended_and_goes_with_the_data(session, played, state, tmp_path):
    played.answer(played.asked(Scan)[-1], made_scan())
    state.scan()
    assert state.scanned
    other = make_folder(tmp_path / "others", ("ant", "bee"))
    session.workspace.choice.use_data(str(other))
    assert state.scanned is None


def test_a_scan_is_cancelled_and_begun_again(played, state):
    question, told = played.asked(Scan)[-1], len(played.sent)
    state.cancel()
    assert len(played.sent) == told + 1
    assert (state.is_scanning, state.was_cancelled, state.is_unknown) == (False, True, False)
    played.answer(question, made_scan())  # it was on its way
    assert state.scanned is None
    state.scan()
    assert (state.is_scanning, state.was_cancelled) == (True, False)


def test_how_far_it_is_and_how_long_it_will_take(played, state):
    told = []
    state.progressed.connect(lambda done, total: told.append((done, total)))
    question = played.asked(Scan)[-1]
    for done in (0, 50):
        played.say(Progress("scan", done, 100, question.id))
    assert told == [(0, 100), (50, 100)]
    assert state.seconds_left is not None


def test_a_refusal_is_kept_until_the_next_scan(played, state):
    played.refuse(played.asked(Scan)[-1], "no image can be read")
    assert state.refusal == "no image can be read"
    assert not state.is_unknown
    state.scan()
    assert not state.refusal


@pytest.fixture
def scanned(played, state) -> DataState:
    played.answer(played.asked(Scan)[-1], made_scan())
    return state


def test_decisions_are_kept_beside_the_data_and_scanned_with(session, played, scanned, folder):
    before = len(played.asked(Scan))
    scanned.decided.leave_out(["cat/001.jpg", "cat/002.jpg"])
    scanned.decided.move(["dog/001.jpg"], "owl")
    scanned.decided.keep(["dog/001.jpg"])
    wanted = Decisions(("cat/001.jpg", "cat/002.jpg"), (Move("dog/001.jpg", "owl"),), ("dog/001.jpg",))
    assert scanned.decisions == read_decisions(folder) == wanted
    assert len(scans(session, played)) == before + 1  # they came without a moment's pause
    assert len(scanned.files_of("cat")) == 10
    assert "dog/001.jpg" in scanned.files_of("owl")
    assert sorted(path.name for path in folder.glob("cat/*")) == [f"{number:03}.jpg" for number in range(12)]


def test_each_decision_is_undone_alone(scanned, folder):
    scanned.decided.leave_out(["cat/001.jpg"])
    scanned.decided.keep(["dog/001.jpg"])
    scanned.decided.undo()
    assert read_decisions(folder) == Decisions(left_out=("cat/001.jpg",))
    scanned.decided.undo()
    assert read_decisions(folder) == Decisions()
    assert not scanned.decided.can_undo


def test_a_decision_for_an_image_takes_the_place_of_the_one_before(scanned):
    scanned.decided.keep(["cat/001.jpg"])
    scanned.decided.leave_out(["cat/001.jpg"])
    assert scanned.decisions == Decisions(left_out=("cat/001.jpg",))
    scanned.decided.take_back(["cat/001.jpg"])
    for name in ("dog", "owl"):
        scanned.decided.move(["cat/001.jpg"], name)
    assert scanned.decisions == Decisions(moved=(Move("cat/001.jpg", "owl"),))
    scanned.decided.move(["cat/001.jpg"], "cat")
    assert scanned.decisions == Decisions()


def test_decisions_of_earlier_are_there_when_the_folder_is_chosen_again(session, played, scanned, folder):
    scanned.decided.leave_out(["cat/001.jpg"])
    session.workspace.choice.use_data("fashion-mnist-12k")
    assert scanned.decisions == Decisions()
    assert scanned.decided is None
    session.workspace.choice.use_data(str(folder))
    assert scanned.decisions == Decisions(left_out=("cat/001.jpg",))
    scanned.decided.undo()
    assert scanned.decisions == Decisions()


def test_a_decision_that_cannot_be_kept_is_none(scanned, monkeypatch):
    def full(*_: object) -> None:
        raise refuse("decisions", "No space left on device")

    monkeypatch.setattr("explorer.runs.data.decisions.write_decisions", full)
    scanned.decided.leave_out(["cat/001.jpg"])
    assert scanned.refusal == "decisions: No space left on device"
    assert scanned.decisions == Decisions()
    assert not scanned.decided.can_undo


def test_images_of_a_named_set_are_called_by_class_and_number(session, played):
    state = session.workspace.data_state
    state.scan()
    played.answer(played.asked(Scan)[-1], made_scan(layout="named"))
    assert state.files_of("owl") == tuple(f"2/{number}" for number in range(14))
