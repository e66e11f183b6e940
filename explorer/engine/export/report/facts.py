"""Facts: an account of a run in sentences, each in one place for all formats that tell it. No Qt."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from functools import reduce
from math import sqrt
from pathlib import PurePath
from statistics import fmean
from typing import NamedTuple, assert_never

from explorer.architecture.compare import value_text
from explorer.architecture.known import likeness
from explorer.architecture.layers import shape_text
from explorer.architecture.notation import to_line
from explorer.engine.export.report.account import Account, Outcome
from explorer.fields import fields_of
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.data.decisions import Fate
from explorer.runs.data.split import Split, SplitKind
from explorer.runs.data.storage import stored_size
from explorer.runs.folder.run import Run, RunState
from explorer.runs.recipe import PLACE, Recipe
from explorer.runs.recipe_flags import known_recipe
from explorer.sentences import Sentence, explained, translatable
from explorer.translations import user_text

_FEW = 10  # images to validate with: of a class with fewer, one mistake more is ten points
_MAX_NAMES = 8  # in a sentence
_DEVIATIONS = 1.96  # of a normal distribution, around 95 % of it
_IDLE: tuple[str, object] = ("backbone_rate", 1.0)  # does as little as 0 and off


class Fact(NamedTuple):
    """What is told, and what is to be said about it."""

    name: Sentence
    value: Sentence


def percent(share: float) -> str:
    return f"{100 * share:.1f}\N{NO-BREAK SPACE}%"


def listed(names: Iterable[Sentence]) -> Sentence:
    """Return at least one name, with what stands between two of them in each language."""
    text = translatable("{names}, {name}")
    return reduce(lambda names, name: Sentence(text, {"names": names, "name": name}), names)


def _fact(name: str, value: str, /, **values: object) -> Fact:
    """Return a fact; with `values`, the value is a template."""
    return Fact(Sentence(name), Sentence(value, values) if values else Sentence(value))


def network_facts(account: Account) -> Iterator[Fact]:
    """Say which network it is and how large."""
    plan = account.plan
    yield Fact(Sentence(translatable("Architecture")), likeness(plan.design).sentence)
    yield _fact(translatable("Design"), "{line}", line=to_line(plan.design))
    yield _fact(translatable("Parameters"), "{count:,}", count=plan.params)
    yield _fact(translatable("MACs"), "{count:,}", count=plan.macs)
    yield _fact(translatable("Depth"), "{count:,}", count=plan.depth)
    yield _fact(translatable("Receptive field"), translatable("{pixels:,} pixels"), pixels=plan.receptive_field)


def _data_name(account: Account) -> Sentence:
    """Return what the data are called; of the user's own only the last folder or the table is named."""
    data = account.run.recipe.data
    return Sentence(CATALOGUE[data].label) if account.is_named else user_text(PurePath(data).name or data)


def data_facts(account: Account) -> Iterator[Fact]:
    """Say what the run was trained on, how it was divided, and what was left out."""
    run, data = account.run, account.run.data
    yield Fact(Sentence(translatable("Data")), _data_name(account))
    yield _fact(translatable("Classes"), "{count:,}", count=run.design.classes)
    if data is None:
        return
    counts = translatable("{train:,} to train, {validation:,} to validate, {test:,} to test")
    yield _fact(translatable("Images"), counts, train=data.train, validation=data.validation, test=data.test)
    yield Fact(Sentence(translatable("Split")), _split_words(data.split))
    if fates := Counter(fate for fate, _ in data.decisions.fates.values()):
        text = translatable(
            "{left_out:,} images left out, {excluded:,} of none of the classes, {moved:,} moved to another class"
        )
        yield _fact(translatable("Decided by hand"), text, **{str(fate): fates[fate] for fate in Fate})
    if data.unreadable or data.skipped:
        text = translatable("{unreadable:,} unreadable images, {skipped:,} files of other kinds or in no class")
        yield _fact(translatable("Not used"), text, unreadable=data.unreadable, skipped=data.skipped)
    yield _fact(translatable("Fingerprint"), "sha256 {digest}", digest=data.fingerprint)


def _split_words(split: Split) -> Sentence:
    match split.kind:
        case SplitKind.FOUND:
            return Sentence(translatable("as folders or the table say"))
        case SplitKind.PUBLISHED:
            return Sentence(translatable("as published; the published test part validates"))
        case SplitKind.STRATIFIED:
            text = translatable(
                "drawn class by class with seed {seed}: {train:g} % to train, {validation:g} % to validate, "
                "{test:g} % to test; equal images are in the same part"
            )
            train, validation, test = (round(100 * share, 4) for share in split.ratio)
            return Sentence(text, {"seed": split.seed, "train": train, "validation": validation, "test": test})
        case _:
            assert_never(split.kind)


def preprocessing_facts(account: Account) -> Iterator[Fact]:
    """Say what becomes of an image before the network sees it."""
    run = account.run
    channels, height, width = run.design.input
    yield _fact(translatable("Input"), "{shape}", shape=shape_text(run.design.input))
    colours = {1: translatable("grey"), 3: translatable("red, green, blue")}
    if channels in colours:
        yield _fact(translatable("Channels"), colours[channels])
    stored = stored_size(run.design, run.recipe)
    values = {"size": shape_text((height, width)), "stored": shape_text(stored)}
    if account.is_named:
        text = translatable("resized to {size} pixels, bilinear")
    elif stored == (height, width):
        text = translatable("resized and cropped at the centre to {size} pixels, bilinear")
    else:
        text = translatable(
            "resized and cropped at the centre to {stored} pixels, bilinear; of these the central {size}"
        )
    yield _fact(translatable("Size"), text, **values)
    if not account.is_named:
        yield _recipe_fact("background", run.recipe.background)
    if run.data is None or not run.data.mean:
        yield _fact(translatable("Values"), translatable("from 0 to 1"))
    else:
        text = translatable("from 0 to 1, then less the mean {mean}, divided by the deviation {deviation}")
        mean, deviation = (", ".join(f"{each:.4f}" for each in both) for both in (run.data.mean, run.data.deviation))
        yield _fact(translatable("Values"), text, mean=mean, deviation=deviation)


def recipe_facts(account: Account) -> Iterator[Fact]:
    """Say how the network was trained, without what was off."""
    recipe = account.run.recipe
    known = known_recipe(recipe)
    yield Fact(Sentence(translatable("Recipe")), Sentence(known or translatable("values of its own")))
    for name in fields_of(Recipe):
        value = getattr(recipe, name)
        if name not in PLACE and value and value != "off" and (name, value) != _IDLE:
            yield _recipe_fact(name, value)
    yield _fact(translatable("Seed"), "{seed}", seed=account.run.seed)
    if again := account.run.again:
        text = translatable("{run}: {changes}") if again.changes else "{run}"
        yield Fact(Sentence(translatable("Repeats")), Sentence(text, {"run": again.run, "changes": again.changes}))
    if weights := account.origin.source:
        yield Fact(Sentence(translatable("Initial weights")), user_text(PurePath(weights).name))


def _recipe_fact(name: str, value: object) -> Fact:
    """Say the value of a field of a recipe, and what it means where it is one of several."""
    field = fields_of(Recipe)[name]
    if field.meanings:
        words = explained({str(value): field.meanings[str(value)]})
    else:
        words = Sentence(translatable("yes")) if value is True else user_text(value_text(value))
    return Fact(Sentence(field.label.text), words)


def result_facts(account: Account) -> Iterator[Fact]:
    """Say how well the network does, by the weights that are kept."""
    run, best = account.run, account.best
    state = Sentence(translatable("{done:,} of {planned:,} ({state})"), _epochs_done(account))
    yield Fact(Sentence(translatable("Epochs")), state)
    if best:
        yield _fact(translatable("Best epoch"), "{epoch:,}", epoch=best.epoch)
        yield _fact(translatable("Validation accuracy"), "{share}", share=percent(best.validation_accuracy))
        yield _fact(translatable("Validation loss"), "{loss:.4f}", loss=best.validation_loss)
        yield _fact(translatable("Training accuracy"), "{share}", share=percent(best.train_accuracy))
        yield _fact(translatable("Training loss"), "{loss:.4f}", loss=best.train_loss)
    if account.validation:
        yield from _means(account.validation)
    if account.test:
        predictions = account.test.predictions
        yield _fact(translatable("Test accuracy"), "{share}", share=percent(predictions.accuracy))
        yield _fact(translatable("Test loss"), "{loss:.4f}", loss=predictions.loss)
    if run.device:
        yield _fact(translatable("Device"), "{device}", device=run.device)
    if run.seconds:
        yield _fact(translatable("Training time"), "{time}", time=timedelta(seconds=round(run.seconds)))


def _epochs_done(account: Account) -> dict[str, object]:
    run = account.run
    return {"done": run.epochs_done, "planned": run.recipe.epochs, "state": Sentence(run.state)}


def _means(outcome: Outcome) -> Iterator[Fact]:
    """Say the means over the classes that have images."""
    found = [result for result in outcome.results if result.support]
    for name, values in (
        (translatable("Macro precision"), [result.precision for result in found]),
        (translatable("Macro recall"), [result.recall for result in found]),
        (translatable("Macro F1"), [result.f1 for result in found]),
    ):
        yield _fact(name, "{share}", share=percent(fmean(values)))


def limits(account: Account) -> Iterator[Sentence]:
    """Say what the figures do not show."""
    run, data = account.run, account.run.data
    if run.state is not RunState.FINISHED:
        text = translatable("When this was written, the run was not finished but {state}.")
        yield Sentence(text, {"state": Sentence(run.state)})
    if account.best is None:
        yield Sentence(translatable("No epoch was finished, so nothing is known about the accuracy."))
    elif data:
        low, high = _chance(account.best.validation_accuracy, data.validation)
        text = translatable(
            "The accuracy was measured on {count:,} images; by chance alone, as many others like them would give "
            "between {low} and {high} (95 % interval)."
        )
        yield Sentence(text, {"count": data.validation, "low": percent(low), "high": percent(high)})
        yield Sentence(
            translatable("The best epoch was chosen by the same images, so other images may be recognised less well.")
        )
    yield from _test_limits(run)
    yield from _class_limits(account)
    if data:
        text = translatable(
            "Every image is taken for one of these {count:,} classes, also one of anything else. How the network does "
            "on images from another source has not been measured."
        )
        yield Sentence(text, {"count": run.design.classes})
    text = translatable("These are the results of one run with seed {seed}; other seeds give other results.")
    yield Sentence(text, {"seed": run.seed})


def _test_limits(run: Run) -> Iterator[Sentence]:
    if run.data is None:
        return
    if not run.data.test:
        yield Sentence(translatable("There is no test part: no image was kept from every choice."))
    elif not run.test_looks:
        text = translatable("The network has never been evaluated on the {count:,} test images.")
        yield Sentence(text, {"count": run.data.test})
    else:
        text = translatable(
            "Times that the run was evaluated on the {count:,} test images: {looks:,}. The more often, the less their "
            "accuracy says about other images."
        )
        yield Sentence(text, {"count": run.data.test, "looks": run.test_looks})


def _class_limits(account: Account) -> Iterator[Sentence]:
    if account.validation is None:
        text = translatable("What it made of each image is not kept, so there are no results by class.")
        yield Sentence(text)
        return
    pairs = zip(account.class_names, account.validation.results, strict=True)
    few = [name for name, result in pairs if result.support < _FEW]
    if few:
        text = translatable("{count:,} of the classes have fewer than {few} images to validate with: {names}")
        names = [*few[:_MAX_NAMES], *[Sentence("…")] * (len(few) > _MAX_NAMES)]
        yield Sentence(text, {"count": len(few), "few": _FEW, "names": listed(names)})


def _chance(share: float, count: int) -> tuple[float, float]:
    """Return Wilson's interval, which has the true share in 95 of 100 cases, for a share of `count` images."""
    square = _DEVIATIONS**2 / count
    middle, half = share + square / 2, _DEVIATIONS * sqrt(share * (1 - share) / count + square / (4 * count))
    return (middle - half) / (1 + square), (middle + half) / (1 + square)
