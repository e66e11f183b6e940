"""Markdown read back as a table."""

import pytest

from explorer.architecture.plan import plan_network
from explorer.architecture.presets import preset
from explorer.engine.data.progress import unreported
from explorer.engine.export.markdown import markdown
from explorer.engine.export.source import Source


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its own head."""
    section = text.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return found[2:]


@pytest.mark.parametrize("name", ["mini", "resnet50", "cifar-resnet110"])
def test_the_sections_of_a_design_add_up_to_its_totals(name):
    plan = plan_network(preset(name))
    text = markdown(Source(plan), unreported)
    *table, total = rows(text, "Layers")
    sections = [row for row in table if row[0].startswith("**")]
    assert [row[0] for row in sections] == [f"**{section.name}**" for section in plan.sections]
    for place, figure in ((3, plan.params), (4, plan.macs)):
        assert sum(int(row[place].replace(",", "")) for row in sections) == figure
        assert total[place].strip("*").replace(",", "") == str(figure)
    assert f"{plan.depth:,}" in text


def test_equal_blocks_stand_once():
    table = rows(markdown(Source(plan_network(preset("cifar-resnet110")), "chapter"), unreported), "Layers")
    assert next(row for row in table if "blocks like this" in row[1])[:2] == ["b2.1 … b2.17", "17 blocks like this:"]
    assert len(table) < 70


def test_a_name_means_nothing_but_its_characters():
    design = preset("mini").change(name="a | b # <script> *x*")
    first, second = markdown(Source(plan_network(design)), unreported).splitlines()[:2]
    assert (first, second) == (r"# a \| b \# \<script\> \*x\*", "")


def test_words_are_in_the_language_that_is_asked_for():
    text = markdown(Source(plan_network(preset("mini")), language="zh_CN"), unreported)
    assert "| 参数量 |" in text


def test_of_a_run_data_recipe_and_results_are_told(export, run):
    text = export("markdown")
    (accuracy,) = (row[1] for row in rows(text, "Results") if row[0] == "Validation accuracy")
    assert accuracy == f"{100 * run.best_accuracy:.1f} %"
    assert ["Batch size", "8"] in rows(text, "Recipe")
    assert "## Limits" in text
    assert rows(text, "Layers")[-1][3] == f"**{plan_network(run.design).params:,}**"
