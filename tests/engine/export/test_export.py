"""Exporting as a whole: where the writers stand, what is refused, how far it is, and that nothing half is left."""

from dataclasses import replace

import pytest

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.cli import main
from explorer.engine.answering import LONG
from explorer.engine.data.progress import Cancelled, unreported, unwarned
from explorer.engine.export import export as export_module
from explorer.engine.export.export import export_file, exported
from explorer.engine.export.source import Source
from explorer.runs.events import Failed, Progress
from explorer.runs.folder.run import read_run
from explorer.runs.formats import FORMATS
from explorer.runs.questions.export import Export, Exported
from explorer.validation import Refused
from tests.engine import small


@pytest.fixture
def question(run, tmp_path) -> Export:
    return Export(
        run.design, run.recipe, 3, format="csv", path=tmp_path / "curves.csv", runs=run.folder.parent, run=run.id
    )


def test_a_run_without_weights_and_a_design_are_refused(tmp_path):
    folder = small.new_folder(tmp_path)
    folder.close()
    form, plan = FORMATS["safetensors"], plan_network(small.DESIGN)
    with pytest.raises(Refused, match="no weights yet"):
        exported(form, Source(plan, run=read_run(folder.path)), unreported)
    with pytest.raises(Refused, match="needs a run"):
        exported(form, Source(plan), unreported)


def test_a_design_that_cannot_be_built_is_refused():
    plan = plan_network(preset("mini").change(groups=2))
    with pytest.raises(Refused, match="groups"):
        exported(FORMATS["csv"], Source(plan), unreported)


def test_what_is_not_installed_is_refused_with_the_line_that_installs_it(run, monkeypatch, tmp_path, capsys):
    lacking = replace(FORMATS["tensorboard"], modules=("json", "no_such_module"))
    monkeypatch.setitem(FORMATS, "tensorboard", lacking)
    line = 'uv sync --extra tensorboard, or pip install "resnet-explorer[tensorboard]"'
    with pytest.raises(Refused) as refused:
        exported(lacking, Source(plan_network(run.design), run=run), unreported)
    assert str(refused.value) == f"tensorboard: needs packages that are not installed: {line}"
    assert main(["export", str(run.folder), "--to", "tensorboard", "-o", str(tmp_path / "logs")]) == 2
    assert capsys.readouterr().err.splitlines() == [str(refused.value)]
    assert not (tmp_path / "logs").exists()


def test_the_question_writes_the_same_as_the_command(question, run, tmp_path):
    *_, answer = LONG[Export](question)
    assert answer == Exported(id=3, path=question.path)
    assert main(["export", str(run.folder), "--to", "csv", "-o", str(tmp_path / "other.csv")]) == 0
    assert question.path.read_bytes() == (tmp_path / "other.csv").read_bytes()


def test_cancel_leaves_what_was_there(question, monkeypatch):
    question.path.write_text("old")
    left = 0  # reports until the user has had enough

    def writer(source, report):
        for done in range(3):
            report(done, 3)
        return "new"

    def report(done, total):
        nonlocal left
        left -= 1
        if left < 0:
            raise Cancelled

    monkeypatch.setitem(export_module.WRITERS, "csv", writer)
    for reports in range(4):
        left = reports
        with pytest.raises(Cancelled):
            export_file(question, report, unwarned)
        assert question.path.read_text() == "old"
        assert [path.name for path in question.path.parent.glob("curves*")] == ["curves.csv"]
    export_file(question, unreported, unwarned)
    assert question.path.read_text() == "new"


def test_a_run_that_is_gone_and_a_place_that_is_none_are_refused(question, tmp_path):
    *_, answer = LONG[Export](replace(question, run="gone"))
    assert isinstance(answer, Failed)
    assert "there is no run 'gone'" in answer.reason
    *_, answer = LONG[Export](replace(question, path=tmp_path / "missing" / "a.csv"))
    assert isinstance(answer, Failed)
    assert "there is no folder" in answer.reason
    assert not any(isinstance(each, Progress) for each in LONG[Export](replace(question, path=tmp_path)))
