"""One search, several workers: each trial is done once, none is lost, and Optuna's own reader finds them all."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.runs.recipe import Recipe
from explorer.runs.studies import shared_search
from explorer.runs.studies.knobs import read_knob
from explorer.runs.studies.search import Objective, Search
from explorer.runs.studies.search_patience import Lost
from explorer.runs.studies.search_storage import open_storage
from explorer.runs.studies.search_trial import SearchState
from explorer.runs.studies.shared_search import GRACE, SharedSearch
from explorer.runs.studies.study import Study, StudyKind
from explorer.validation import Refused

optuna = pytest.importorskip("optuna")

KNOBS = ("stage3.blocks=1..8", "lr=0.01..0.5", "shortcut=pad,none")
STUDY = Study(StudyKind.SEARCH, preset("mini"), Recipe(), tuple(map(read_knob, KNOBS)), name="mini")
SEARCH = Search(STUDY)


@pytest.fixture(params=["{}/search.journal", "sqlite:///{}/search.db"], ids=["journal", "sqlite"])
def address(request, tmp_path):
    return request.param.format(tmp_path)


@pytest.fixture
def journal(tmp_path):
    return str(tmp_path / "search.journal")


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(shared_search.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(shared_search.time, "sleep", self.sleep)

    def sleep(self, seconds):
        self.now += seconds


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def begin(address, trials=3, search=SEARCH):
    return SharedSearch.create(open_storage(address, create=True), search, trials)


def join(address, name=None, trials=None):
    return SharedSearch.join(open_storage(address, create=False), name, trials)


def refusal(call):
    with pytest.raises(Refused) as refused:
        call()
    return str(refused.value)


def states(shared):
    return [trial.state for trial in shared.trials()]


def test_the_storage_has_all_that_another_worker_needs(journal):
    begin(journal)
    joined = join(journal)
    assert joined.search == SEARCH
    assert (joined.name, joined.budget) == ("mini", 3)


def test_optunas_own_reader_finds_every_trial(journal):
    search = Search(STUDY, objectives=tuple(Objective))
    shared = begin(journal, search=search)
    asked = shared.ask()
    shared.begin(asked, "run-1")
    shared.tell(asked, [0.9, 1000.0])
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(journal))
    study = optuna.load_study(study_name="mini", storage=storage)
    assert study.metric_names == ["accuracy", "macs"]
    assert [each.name for each in study.directions] == ["MAXIMIZE", "MINIMIZE"]
    trial = study.trials[0]
    assert (trial.values, trial.user_attrs["run"]) == ([0.9, 1000.0], "run-1")
    assert set(trial.params) == {"stage3.blocks", "lr", "shortcut"}
    assert [each.state.name for each in study.trials[1:]] == ["WAITING", "WAITING"]


def test_values_are_within_their_bounds(journal):
    shared = begin(journal, trials=10)
    for _ in range(10):
        blocks, rate, shortcut = shared.ask().values
        assert 1 <= int(blocks) <= 8
        assert 0.01 <= float(rate) <= 0.5
        assert len(rate) <= len("0.01234")
        assert shortcut in ("pad", "none")


def test_the_budget_is_of_all_workers_together(journal):
    workers = begin(journal, trials=4), join(journal), join(journal)
    asked = [worker.ask() for worker in workers * 2]
    assert len({each.number for each in asked if each}) == 4
    assert asked[4:] == [None, None]


def test_a_trial_made_because_two_wanted_the_last_one_is_not_trained(journal, monkeypatch):
    one, other = begin(journal, trials=1), join(journal)
    ask = other._study.ask

    def later(distributions):
        one.ask()
        return ask(distributions)

    monkeypatch.setattr(other._study, "ask", later)
    assert other.ask() is None
    assert states(other) == [SearchState.RUNNING]


def test_trials_end_in_several_ways(journal):
    shared = begin(journal, trials=5)
    for asked, end in [
        (shared.ask(), lambda asked: shared.tell(asked, [0.8])),
        (shared.ask(), lambda asked: shared.tell_pruned(asked)),
        (shared.ask(), lambda asked: shared.tell_pruned(asked, "cannot be built")),
        (shared.ask(), lambda asked: shared.tell_failed(asked, "out of memory")),
    ]:
        end(asked)
    shared.ask()
    assert states(shared) == [
        SearchState.FINISHED,
        SearchState.PRUNED,
        SearchState.NOT_TRAINED,
        SearchState.FAILED,
        SearchState.RUNNING,
    ]
    assert [trial.reason for trial in shared.trials()] == ["", "", "cannot be built", "out of memory", ""]
    assert shared.best() == (0,)


def test_a_trial_that_is_given_back_is_asked_for_again_with_its_run(journal):
    shared = begin(journal, trials=1)
    first = shared.ask()
    shared.begin(first, "run-1")
    shared.give_back(first)
    again = join(journal).ask()
    assert (again.values, again.run) == (first.values, "run-1")
    assert again.number != first.number
    assert states(shared) == [SearchState.GIVEN_BACK, SearchState.RUNNING]


def test_a_trial_whose_worker_is_silent_is_done_by_another_once(address, clock):
    killed, one, other = begin(address, trials=2), join(address), join(address)
    lost = killed.ask()
    killed.begin(lost, "run-1")
    assert one.ask()
    for worker in (one, other):
        assert worker.revive() == ()
    clock.now += GRACE + 1
    own = next(iter(one._trials))
    assert other.revive() == (lost.number, own)  # both were silent
    assert one.revive() == ()
    assert [other.ask().values, other.ask().run] == [lost.values, ""]
    with pytest.raises(Lost):  # it was only slow
        killed.beat(lost)
    killed.tell(lost, [0.1])
    assert states(killed)[:2] == [SearchState.GIVEN_BACK] * 2


def test_a_worker_that_gives_signs_of_life_keeps_its_trial(journal, clock, monkeypatch):
    monkeypatch.setattr(shared_search.time, "time", lambda: clock.now)
    slow, other = begin(journal, trials=1), join(journal)
    asked = slow.ask()
    for _ in range(5):
        slow.beat(asked)
        assert other.revive() == ()
        clock.now += GRACE - 1
    slow.tell(asked, [0.5])
    assert states(other) == [SearchState.FINISHED]


def test_a_trial_that_workers_die_of_is_given_up(journal):
    shared = begin(journal, trials=1)
    tries = 0
    while asked := shared.ask():
        tries += 1
        shared.give_back(asked)
    assert tries == 3


def test_a_trial_below_the_median_is_hopeless(journal):
    shared = begin(journal, trials=6, search=Search(STUDY, prune=True))
    for accuracy in (0.5, 0.6, 0.7, 0.8, 0.9):
        asked = shared.ask()
        assert not shared.is_hopeless(asked, 1, accuracy)
        shared.tell(asked, [accuracy])
    last = shared.ask()
    assert shared.is_hopeless(last, 1, 0.1)
    assert shared.trials()[last.number].epochs == 1


def test_no_trial_is_hopeless_unless_it_was_asked_for(journal):
    shared = begin(journal, trials=6)
    for accuracy in (0.5, 0.6, 0.7, 0.8, 0.9):
        shared.tell(shared.ask(), [accuracy])
    assert not shared.is_hopeless(shared.ask(), 1, 0.1)


def test_the_same_command_on_another_machine_joins(journal):
    begin(journal, trials=2)
    here = replace(STUDY, recipe=STUDY.recipe.change(device="cpu"))
    assert begin(journal, trials=2, search=Search(here)).search == SEARCH
    assert len(join(journal).trials()) == 2


def test_another_search_does_not_take_a_name(journal):
    begin(journal)
    other = Search(replace(STUDY, knobs=STUDY.knobs[:2]))
    assert refusal(lambda: begin(journal, search=other)).startswith("mini: is the name of another search")
    assert join(journal).search == SEARCH


def test_a_search_may_get_more_trials(journal):
    begin(journal, trials=1).ask()
    assert len(join(journal, trials=3).trials()) == 3
    assert len(join(journal, trials=2).trials()) == 3
    assert join(journal).budget == 3


def test_a_name_chooses_between_several(journal):
    begin(journal)
    begin(journal, search=Search(replace(STUDY, name="other")))
    assert refusal(lambda: join(journal)) == "name: the storage has 2 studies; choose one with --name: mini, other"
    assert refusal(lambda: join(journal, "third")) == "name: the storage has no study 'third'; it has: mini, other"
    assert join(journal, "other").name == "other"


def test_a_study_of_another_program_is_refused(journal, clock):
    storage = open_storage(journal, create=True)
    optuna.create_study(study_name="empty", storage=storage)
    study = optuna.create_study(study_name="theirs", storage=storage)
    study.tell(study.ask(), 1.0)
    for name in ("empty", "theirs"):
        assert refusal(lambda name=name: join(journal, name)).startswith(f"{name}: is a study of another program")


def test_a_search_of_a_newer_version_is_refused(journal):
    begin(journal)._study.set_user_attr("resnet-explorer", {"schema": 99})
    assert "newer version: it has schema 99" in refusal(lambda: join(journal))


def test_a_storage_that_is_away_for_a_while_loses_nothing(journal, clock, monkeypatch):
    shared = begin(journal)
    asked, tell = shared.ask(), shared._study.tell
    answers = iter([OSError("away"), OSError("away"), None])

    def sometimes(*arguments, **named):
        if error := next(answers):
            raise error
        return tell(*arguments, **named)

    monkeypatch.setattr(shared._study, "tell", sometimes)
    shared.tell(asked, [0.5])
    assert states(shared)[0] is SearchState.FINISHED


def test_what_a_storage_missed_while_it_was_away_is_written_later(journal, monkeypatch):
    shared = begin(journal)
    asked = shared.ask()

    def away(*arguments):
        raise OSError("away")

    with monkeypatch.context() as missing:
        missing.setattr(shared._trials[asked.number], "set_user_attr", away)
        shared.begin(asked, "run-1")
        assert not shared.is_hopeless(asked, 1, 0.5)
    shared.tell(asked, [0.5])
    trial = shared.trials()[0]
    assert (trial.run, trial.epochs, bool(trial.host)) == ("run-1", 1, True)


def test_a_storage_that_cannot_be_written_is_said_before_anything_is_trained(tmp_path):
    address = f"sqlite:///{tmp_path}/search.db"
    begin(address)
    storage = open_storage(address, create=False)
    from sqlalchemy import event

    event.listen(storage.engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA query_only = 1"))
    other = Search(replace(STUDY, name="other"))
    said = refusal(lambda: SharedSearch.create(storage, other, 1))
    assert said == "storage: does not answer: attempt to write a readonly database"


def test_a_storage_that_stays_away_is_said(journal, clock, monkeypatch):
    shared = begin(journal)
    asked = shared.ask()

    def away(*arguments, **named):
        raise OSError("connection refused")

    monkeypatch.setattr(shared._study, "get_trials", away)
    assert refusal(shared.ask) == "storage: does not answer: connection refused"
    assert shared.revive() == ()
    monkeypatch.setattr(shared._study, "tell", away)
    assert refusal(lambda: shared.tell(asked, [0.5])) == "storage: does not answer: connection refused"
