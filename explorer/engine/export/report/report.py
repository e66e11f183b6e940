"""Report: everything about a run on one page of HTML, in one language. No Qt."""

import shlex
from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element

from explorer.architecture.notation import to_line
from explorer.engine.data.progress import Report
from explorer.engine.export.report.account import Account, Outcome
from explorer.engine.export.report.curve_figure import Curve, curve_figure
from explorer.engine.export.report.facts import (
    Fact,
    data_facts,
    limits,
    network_facts,
    percent,
    preprocessing_facts,
    recipe_facts,
    result_facts,
)
from explorer.engine.export.report.layer_table import layer_table
from explorer.engine.export.report.matrix_table import matrix_table
from explorer.engine.export.report.mistake_list import mistake_list
from explorer.engine.export.report.page import document, folded, pairs, section, table
from explorer.engine.export.source import Source
from explorer.figures import Child, element
from explorer.runs.folder.run import Run
from explorer.runs.learning import learning_of
from explorer.runs.recipe_flags import recipe_flags
from explorer.runs.results.confusion import mistakes
from explorer.sentences import Sentence, translatable
from explorer.translations import Say, speaker, user_text

_MAX_ROWS = 50  # classes in a table that is shown at once


def html(source: Source, report: Report) -> str:
    """Return the page. Raises Refused, and what `report` raises."""
    account, say = Account.of(source), speaker(source.language)
    outcome = account.validation
    parts: list[Child] = [_header(account, say)]
    if account.epochs:
        parts.append(section(say(translatable("Curves")), *_curves(account, say)))
    if outcome:
        names = [str(say(name)) for name in account.class_names]
        matrix = matrix_table(outcome.matrix, names, say)
        parts.append(section(say(translatable("Confusion matrix")), *matrix))
        parts.append(section(say(translatable("Results by class")), _class_table(outcome, names, say)))
        parts.append(section(say(translatable("Most confident mistakes")), *_mistakes(account, outcome, report, say)))
    parts += [
        section(say(translatable("Limits")), element("ul", *(element("li", say(each)) for each in limits(account)))),
        section(
            say(translatable("Network")),
            _pairs(network_facts(account), say),
            folded(say(translatable("All layers")), layer_table(account.plan, say)),
        ),
        section(say(translatable("Data")), _pairs(data_facts(account), say), _pairs(preprocessing_facts(account), say)),
        section(say(translatable("Recipe")), _pairs(recipe_facts(account), say), *_changes(account.run, say)),
        section(say(translatable("Repeat it")), *_repetition(account, say)),
    ]
    return document(say(account.title), source.language, element("main", *parts))


def _pairs(facts: Iterable[Fact], say: Say) -> Element:
    return pairs((say(name), say(value)) for name, value in facts)


def _header(account: Account, say: Say) -> Element:
    run = account.run
    lines = [element("p", f"{run.id} · {run.created:%Y-%m-%d %H:%M}", class_="quiet")]
    if run.note:
        lines.append(element("p", say(user_text(" ".join(run.note.split())))))
    facts = _pairs(result_facts(account), say)
    facts.set("class", "figures")
    return element("header", element("h1", say(account.title)), *lines, facts)


def _curves(account: Account, say: Say) -> Iterator[Element]:
    epochs, best = account.epochs, account.run.best_epoch
    training, validation = say(translatable("training")), say(translatable("validation"))
    axis = say(translatable("epoch"))
    losses = [each.train_loss for each in epochs], [each.validation_loss for each in epochs]
    accuracies = [each.train_accuracy for each in epochs], [each.validation_accuracy for each in epochs]
    yield element(
        "div",
        *(
            curve_figure(title, axis, list(map(Curve, (training, validation), values)), write, best)
            for title, values, write in (
                (say(translatable("Accuracy")), accuracies, lambda value: f"{100 * value:.4g} %"),
                (say(translatable("Loss")), losses, lambda value: f"{value:.4g}"),
            )
        ),
        class_="curves",
    )
    words = translatable("The dashed line is the best epoch, whose weights are kept. The validation loss: {learning}.")
    yield element("p", say(Sentence(words, {"learning": learning_of(*losses).sentence})))
    yield folded(say(translatable("All epochs")), _epoch_table(account, say))


def _epoch_table(account: Account, say: Say) -> Element:
    headings = (
        translatable("epoch"),
        translatable("training loss"),
        translatable("training accuracy"),
        translatable("validation loss"),
        translatable("validation accuracy"),
    )
    rows = (
        (
            f"{each.epoch:,}",
            f"{each.train_loss:.4f}",
            percent(each.train_accuracy),
            f"{each.validation_loss:.4f}",
            percent(each.validation_accuracy),
        )
        for each in account.epochs
    )
    return table(map(say, headings), rows)


def _class_table(outcome: Outcome, names: Iterable[str], say: Say) -> Element:
    headings = (
        translatable("class"),
        translatable("precision"),
        translatable("recall"),
        "F1",
        translatable("validation images"),
        translatable("taken for it"),
    )
    rows = (
        (
            name,
            *(percent(share) for share in (each.precision, each.recall, each.f1)),
            f"{each.support:,}",
            f"{each.predictions:,}",
        )
        for name, each in zip(names, outcome.results, strict=True)
    )
    made = table(map(say, headings), rows)
    count = len(outcome.results)
    if count <= _MAX_ROWS:
        return made
    return folded(say(Sentence(translatable("All {count:,} classes"), {"count": count})), made)


def _mistakes(account: Account, outcome: Outcome, report: Report, say: Say) -> Iterator[Element]:
    text = translatable("{wrong:,} of {count:,} validation images were taken for another class.")
    counts = {"wrong": len(mistakes(outcome.predictions)), "count": len(outcome.predictions.predicted)}
    yield element("p", say(Sentence(text, counts)))
    yield mistake_list(account, outcome, report, say)


def _changes(run: Run, say: Say) -> Iterator[Element]:
    """Say what the user changed while the run trained, if anything."""
    if run.changes:
        yield element("h3", say(translatable("Changed while it trained")))
        yield element("ul", *(element("li", say(change.sentence)) for change in run.changes))


def _repetition(account: Account, say: Say) -> Iterator[Element]:
    yield element("pre", element("code", _command(account)))
    if account.run.beside:
        text = translatable("It was trained beside {runs}, on the same batches; alone it may begin with other weights.")
        yield element("p", say(Sentence(text, {"runs": ", ".join(account.run.beside)})))
    text = translatable(
        "With other data, packages, another device or number of threads, and after changes while it trained, "
        "the numbers are not the same."
    )
    yield element("p", say(text))
    yield pairs(account.origin.versions.items())


def _command(account: Account) -> str:
    """Return the line for a shell that trains as the run did."""
    run, origin = account.run, account.origin
    words = ["main.py", "train", to_line(run.design)]
    words += ["--weights", origin.source] if origin.source else []
    words += ["--grown", ",".join(origin.grown)] if origin.grown else []
    return shlex.join([*words, *recipe_flags(run.recipe)])
