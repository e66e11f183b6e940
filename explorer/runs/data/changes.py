"""Changes of the data since a run was trained on them, in words. No torch, no Qt."""

from collections import Counter
from collections.abc import Iterator

from explorer.runs.data.decisions import Decisions, Fate
from explorer.runs.data.record import DataRecord
from explorer.sentences import Sentence, joined, translatable
from explorer.validation import refuse

_MAX_NAMES = 5
_DECIDED = {  # about one image and about several, by what becomes of it; None: it is as in the folder again
    Fate.LEFT_OUT: (translatable("1 image left out"), translatable("{n:,} images left out")),
    Fate.MOVED: (translatable("1 image given another class"), translatable("{n:,} images given another class")),
    Fate.EXCLUDED: (
        translatable("1 image marked as none of the classes"),
        translatable("{n:,} images marked as none of the classes"),
    ),
    None: (
        translatable("1 image used again as it is in the folder"),
        translatable("{n:,} images used again as they are in the folder"),
    ),
}


def refuse_changed(before: DataRecord, now: DataRecord) -> None:
    """Raise Refused with what has changed if the images, their classes or their parts are not what they were."""
    if (before.fingerprint, before.class_names) == (now.fingerprint, now.class_names):
        return
    found = list(_changes(before, now)) or [Sentence(translatable("files have another name or content"))]
    what = translatable("{data} has changed since the run began: {changes}")
    raise refuse("data", what, data=now.name, changes=joined("; ", found))


def data_changes(before: DataRecord, now: DataRecord) -> Iterator[Sentence]:
    """Yield what is different in the data `now`: first what the user has decided since, then what has come of it."""
    yield from decision_changes(before.decisions, now.decisions)
    yield from _changes(before, now)


def decision_changes(before: Decisions, now: Decisions) -> Iterator[Sentence]:
    """Yield how many images the user has decided about in another way since, by what becomes of them."""
    old, new = before.fates, now.fates
    counts = Counter(new.get(file, (None, ""))[0] for file in {**old, **new} if old.get(file) != new.get(file))
    for fate, (one, several) in _DECIDED.items():
        if counts[fate]:
            yield Sentence(one) if counts[fate] == 1 else Sentence(several, {"n": counts[fate]})


def _changes(before: DataRecord, now: DataRecord) -> Iterator[Sentence]:
    yield from _class_changes(before.class_names, now.class_names)
    for what, old, new in (
        (translatable("{now:,} images to train with instead of {before:,}"), before.train, now.train),
        (translatable("{now:,} to validate with instead of {before:,}"), before.validation, now.validation),
        (translatable("{now:,} to test with instead of {before:,}"), before.test, now.test),
        (translatable("{now:,} unreadable instead of {before:,}"), before.unreadable, now.unreadable),
    ):
        if old != new:
            yield Sentence(what, {"before": old, "now": new})


def _class_changes(before: tuple[str, ...], now: tuple[str, ...]) -> Iterator[Sentence]:
    gone = [name for name in before if name not in now]
    new = [name for name in now if name not in before]
    if len(gone) == len(new) == 1:
        what = translatable("the class {before!r} is called {now!r}")
        yield Sentence(what, {"before": gone[0], "now": new[0]})
        return
    for what, names in (
        (translatable("without the classes {names}"), gone),
        (translatable("with the classes {names}"), new),
    ):
        if names:
            yield Sentence(what, {"names": ", ".join(names[:_MAX_NAMES]) + (" …" if len(names) > _MAX_NAMES else "")})
