"""Changes of the data since a run was trained on them, in words. No torch, no Qt."""

from collections.abc import Iterator

from explorer.runs.data.record import DataRecord
from explorer.sentences import Sentence, joined, translatable
from explorer.validation import refuse

_MAX_NAMES = 5


def refuse_changed(before: DataRecord, now: DataRecord) -> None:
    """Raise Refused with what has changed if the images, their classes or their parts are not what they were."""
    if (before.fingerprint, before.class_names) == (now.fingerprint, now.class_names):
        return
    found = list(_changes(before, now)) or [Sentence(translatable("files have another name or content"))]
    what = translatable("{data} has changed since the run began: {changes}")
    raise refuse("data", what, data=now.name, changes=joined("; ", found))


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
