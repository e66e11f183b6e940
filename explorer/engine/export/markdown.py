"""A design's layer table with its totals in Markdown; of a run, its data, recipe and results too. No torch, no Qt."""

import re
from collections.abc import Iterable, Iterator
from typing import assert_never

from explorer.architecture.folded import EqualBlocks, folded_rows
from explorer.architecture.layers import Layer, shape_text
from explorer.architecture.names import VOCABULARIES
from explorer.architecture.notation import to_line
from explorer.architecture.plan import Plan, Section
from explorer.engine.data.progress import Report
from explorer.engine.export.report.account import Account
from explorer.engine.export.report.facts import (
    Fact,
    data_facts,
    limits,
    network_facts,
    preprocessing_facts,
    recipe_facts,
    result_facts,
)
from explorer.engine.export.source import Source
from explorer.sentences import Sentence, translatable
from explorer.translations import Say, speaker, user_text

_HEADINGS = (
    translatable("layer"),
    translatable("type"),
    translatable("output"),
    translatable("parameters"),
    translatable("MACs"),
    translatable("receptive field"),
)


def markdown(source: Source, report: Report) -> str:
    """Return the content of the file. Raises Refused."""
    say, plan = speaker(source.language), source.plan
    if source.run is None:
        title = user_text(plan.design.name) if plan.design.name else Sentence(translatable("Untitled"))
        parts = [f"# {_plain(say(title))}", "", *_fact_table(_totals(plan), say)]
    else:
        account = Account.of(source)
        parts = [f"# {_plain(say(account.title))}", ""]
        for heading, facts in (
            (translatable("Results"), result_facts(account)),
            (translatable("Network"), network_facts(account)),
            (translatable("Data"), (*data_facts(account), *preprocessing_facts(account))),
            (translatable("Recipe"), recipe_facts(account)),
        ):
            parts += [f"## {say(heading)}", "", *_fact_table(facts, say)]
        parts += [f"## {say(translatable('Limits'))}", "", *(f"- {_plain(say(each))}" for each in limits(account)), ""]
    parts += [f"## {say(translatable('Layers'))}", "", *_layer_table(source, say)]
    return "\n".join([*parts, ""])


def _totals(plan: Plan) -> Iterator[Fact]:
    """Say what the network is made of and what it costs per image."""
    yield Fact(Sentence(translatable("Design")), user_text(to_line(plan.design)))
    for name, text in (
        (translatable("Parameters"), f"{plan.params:,}"),
        (translatable("MACs"), f"{plan.macs:,}"),
        (translatable("Depth"), f"{plan.depth:,}"),
    ):
        yield Fact(Sentence(name), Sentence(text))
    pixels = Sentence(translatable("{pixels:,} pixels"), {"pixels": plan.receptive_field})
    yield Fact(Sentence(translatable("Receptive field")), pixels)


def _fact_table(facts: Iterable[Fact], say: Say) -> Iterator[str]:
    yield "| | |"
    yield "|:--|:--|"
    for name, value in facts:
        yield f"| {_plain(say(name))} | {_plain(say(value))} |"
    yield ""


def _layer_table(source: Source, say: Say) -> Iterator[str]:
    """Yield a line per layer, those of equal blocks once, with the sums of each section and of all."""
    yield f"| {' | '.join(map(say, _HEADINGS))} |"
    yield "|:--|:--|--:|--:|--:|--:|"
    design, name = source.plan.design, VOCABULARIES[source.names]
    for row in folded_rows(source.plan):
        match row:
            case Section():
                words, kind = f"**{_plain(name(design, row.name))}**", ""
            case Layer():
                words, kind = _plain(name(design, row.name)), row.type
            case EqualBlocks():
                words = _plain(f"{name(design, row.first)} … {name(design, row.last)}")
                kind = say(Sentence(translatable("{count:,} blocks like this:"), {"count": row.count}))
            case _:
                assert_never(row)
        field = row.receptive_field or ""
        yield f"| {words} | {kind} | {shape_text(row.output)} | {row.params:,} | {row.macs:,} | {field} |"
    plan = source.plan
    total = f"**{say(translatable('all'))}**"
    yield f"| {total} |  |  | **{plan.params:,}** | **{plan.macs:,}** | {plan.receptive_field} |"


def _plain(text: str) -> str:
    """Return `text` as one line that means nothing but its characters."""
    return re.sub(r"([\\`*_{}\[\]<>|~#&$])", r"\\\1", " ".join(text.split()))
