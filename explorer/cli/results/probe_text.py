"""The answer to a question about a trained network as text. No torch, no Qt."""

from collections.abc import Iterator, Sequence

from explorer.cli.columns import grid
from explorer.runs.questions.blocks import BatchStatistics, Comparison, Effect
from explorer.runs.questions.pictures import FeatureMaps
from explorer.runs.questions.question import Answer
from explorer.runs.questions.results import BlockWorths, EvidenceMaps, NearestImages


def answer_text(names: Sequence[str], answer: Answer) -> str:
    """Return the lines of an answer; `names` are those of the classes. Raises TypeError for one that has no text."""
    match answer:
        case Comparison():
            return "\n".join(_change_lines(answer))
        case BatchStatistics():
            return "\n".join([*_effect_lines(answer.effect), _norm_table(answer)])
        case BlockWorths():
            return _worth_table(answer)
        case FeatureMaps():
            maps = ", ".join(sheet.path for sheet in answer.sheets if sheet.path)
            return f"{names[answer.predicted]}: {answer.probability:.4f}\nmaps of {maps}"
        case EvidenceMaps():
            likely = zip(answer.likely.classes, answer.likely.probabilities, strict=True)
            return "\n".join(f"{names[label]}: {probability:.4f}" for label, probability in likely)
        case NearestImages():
            rows = zip(answer.files, answer.labels, answer.similarities, strict=True)
            found = [(file, names[label], f"{similarity:.4f}") for file, label, similarity in rows]
            return grid([("image", "class", "similarity"), *found], "<<>")
        case _:
            raise TypeError(answer)


def _change_lines(answer: Comparison) -> Iterator[str]:
    if answer.identities:
        yield f"identities, bit for bit: {', '.join(answer.identities)}"
    yield from _effect_lines(answer.effect)


def _effect_lines(effect: Effect) -> Iterator[str]:
    before, after = effect.accuracy_before, effect.accuracy_after
    yield f"{effect.images:,} validation images: accuracy {before:.4f} before, {after:.4f} after"
    same = "all logits equal, bit for bit" if effect.equal else f"largest difference of a logit {effect.difference:.4g}"
    yield f"{effect.moved:,} images are taken for another class; {same}"


def _norm_table(answer: BatchStatistics) -> str:
    rows = [("norm", "mean: batch", "running", "variance: batch", "running")]
    for each in answer.norms:
        values = each.batch_mean, each.running_mean, each.batch_variance, each.running_variance
        batch_mean, running_mean, batch_variance, running_variance = (f"{value:.4g}" for value in values)
        rows.append((each.name, batch_mean, running_mean, batch_variance, running_variance))
    return grid(rows, "<>>>>")


def _worth_table(answer: BlockWorths) -> str:
    images = f"{answer.images:,} validation images, epoch {answer.epoch}"
    found = zip(answer.blocks, answer.accuracies, answer.worths, answer.losses, strict=True)
    rows = [(block, f"{accuracy:.4f}", f"{worth:.4f}", f"{loss:.4f}") for block, accuracy, worth, loss in found]
    table = grid([("without", "accuracy", "lost", "loss"), *rows], "<>>>")
    return f"{images}: accuracy {answer.accuracy:.4f}, loss {answer.loss:.4f}\n{table}"
