"""Findings: what `check` finds on this machine, for the command line and for the window. No torch, no Qt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from explorer.runs.events import Device
from explorer.sentences import Sentence, translatable


@dataclass(frozen=True, slots=True)
class Missing:
    """What is missing or cannot be read, and how to mend it."""

    what: str
    advice: Sentence


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; `versions` has None for a missing package, `data` are the names of the data sets found.

    `lessons` are those of the user that cannot be read.
    """

    versions: Mapping[str, str | None]
    devices: tuple[Device, ...] = ()
    window: bool = True
    data: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    lessons: tuple[Missing, ...] = ()

    def rows(self) -> Iterator[tuple[Sentence, Sentence]]:
        """Yield a name and what is to be said about it, for each line of a listing."""
        for name, number in self.versions.items():
            yield Sentence(name), Sentence(number or translatable("not installed"))
        for device in self.devices:
            values = {"name": device.name, "memory": f"{device.memory / 2**30:.0f} GiB"}
            yield Sentence(device.id), Sentence("{name}, {memory}", values)
        can_open = translatable("can open") if self.window else translatable("cannot open")
        yield Sentence(translatable("window")), Sentence(can_open)
        for name in self.data:
            yield Sentence(translatable("data")), Sentence(name)
        lessons, missing = translatable("lesson"), translatable("missing")
        for label, found in ((lessons, self.lessons), (missing, self.missing)):
            for each in found:
                values = {"what": each.what, "advice": each.advice}
                yield Sentence(label), Sentence(translatable("{what}: {advice}"), values)
