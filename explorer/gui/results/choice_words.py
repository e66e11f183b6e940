"""Which images are looked at, in a sentence."""

from explorer.gui.results.results_state import ShownResults
from explorer.gui.widgets.text.language import percent, say, whole
from explorer.runs.results.choice import ImageChoice
from explorer.sentences import translatable


def choice_words(results: ShownResults, choice: ImageChoice) -> str:
    """Return in a sentence how many images a choice has, of how many."""
    names, classes = results.names, results.classes
    truth, predicted = choice.truth, choice.predicted
    if truth is None and predicted is None:
        images = len(results.labels)
        n = images - int(results.matrix.trace())
        return say(translatable("{n} of {total} images are taken for another class")).format(
            n=whole(n), total=whole(images)
        )
    if truth is None:
        assert predicted is not None
        return say(translatable("{n} images are taken for {predicted}, {share} of them rightly")).format(
            n=whole(classes[predicted].predictions),
            predicted=names[predicted],
            share=percent(classes[predicted].precision),
        )
    total, recall = whole(classes[truth].support), percent(classes[truth].recall)
    if predicted is None:
        what = translatable("{total} images are of {truth}, {share} of them are recognised")
        return say(what).format(total=total, truth=names[truth], share=recall)
    count = whole(int(results.matrix[truth, predicted]))
    if truth == predicted:
        return say(translatable("{n} of {total} {truth} are recognised")).format(
            n=count, total=total, truth=names[truth]
        )
    what = translatable("{n} of {total} {truth} are taken for {predicted}")
    return say(what).format(n=count, total=total, truth=names[truth], predicted=names[predicted])
