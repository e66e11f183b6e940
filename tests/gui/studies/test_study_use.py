"""A study from beginning to end: the dialog, real workers, a restart of the program in the middle, and the plot."""

from dataclasses import replace

import pytest

from explorer.architecture.presets import preset
from explorer.gui.session import Session
from explorer.gui.studies.study_dialog import StudyDialog
from explorer.runs.folder.run import RunState
from explorer.runs.folder.survey import list_runs
from tests.clicks import click

MINI = preset("mini")
NARROW = MINI.change(stem_width=4, stages=tuple(replace(stage, width=4) for stage in MINI.stages))
PATIENCE = 600_000  # milliseconds


@pytest.mark.uses
@pytest.mark.timeout(1800)
def test_a_study_goes_on_after_a_restart_until_its_plot_is_complete(qtbot, tmp_path):
    runs = tmp_path / "runs"

    def until(done) -> None:
        qtbot.waitUntil(lambda: bool(done()), timeout=PATIENCE)

    def open_session(design=None) -> Session:
        session = Session(design, runs, state=tmp_path / "state")
        session.window.show()
        until(lambda: session.complete)
        return session

    def close(session: Session) -> None:
        session.end()
        session.window.hide()
        until(lambda: not session.pool.is_running())
        session.window.deleteLater()
        session.deleteLater()

    session = open_session(NARROW)
    session.workspace.choice.use_recipe(session.workspace.choice.recipe.change(epochs=1))
    session.window.orders.starts.as_study.trigger()
    dialog = session.window.findChild(StudyDialog)
    dialog.rows[0].line.setText("1, 2")
    dialog.seeds.setValue(1)
    until(dialog.start.isEnabled)
    click(qtbot, dialog.start)
    until(lambda: session.pool.shown.run and session.pool.shown.run.step)
    close(session)
    (begun,) = list_runs(runs)
    assert begun.state is RunState.STOPPED

    session = open_session()
    assert session.window.queue.tree.topLevelItem(0).text(1) == "0 of 4"
    until(lambda: not session.pool.queue.studies)
    found = list_runs(runs)
    assert {run.trial.values for run in found} == {(blocks, kind) for blocks in "12" for kind in ("projection", "none")}
    assert {run.state for run in found} == {RunState.FINISHED}
    assert begun.id in {run.id for run in found}
    session.window._show_study("")
    plot = session.window.pages.current.studies.plot.study
    assert [len(series.points) for series in plot.series] == [2, 2]
    close(session)
