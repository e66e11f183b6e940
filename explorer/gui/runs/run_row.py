"""What the table of runs says of each run. A new column is one entry of `COLUMNS`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from explorer.architecture.compare import changed_fields, design_changes
from explorer.architecture.design import Design
from explorer.architecture.twins import kind_of
from explorer.gui.document import title_of, title_of_run
from explorer.gui.widgets.text.language import clock, percent, say
from explorer.runs.data.catalogue import CATALOGUE
from explorer.runs.folder.run import Run, RunState
from explorer.runs.folder.run_values import line_of, run_value
from explorer.runs.folder.survey import UnreadableRun
from explorer.runs.index.filter import TEXT, Value
from explorer.sentences import Sentence, translatable


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in the table; `before` is the run that it is compared with, None if there is none.

    Of a folder that cannot be read, `run` and `state` are None and `changes` says why.
    """

    id: str
    name: str
    state: RunState | None = None
    line: str = ""
    design: str = ""
    changes: str = ""
    tags: tuple[str, ...] = ()
    starred: bool = False
    data: str = ""
    best: float | None = None
    seconds: float = 0.0
    created: datetime | None = None
    note: str = ""
    run: Run | None = None
    before: Run | None = None

    @property
    def state_text(self) -> str:
        return say(self.state or translatable("unreadable"))

    @property
    def remarks(self) -> str:
        """The first line of the note, and what is different from the run before."""
        note = self.note.partition("\n")[0]
        if note and self.changes:
            return say(translatable("{note} · {changes}")).format(note=note, changes=self.changes)
        return note or self.changes

    def value(self, field: str) -> Value:
        """Return the present value of a field of the filter."""
        if field == TEXT or not self.run:
            return self._words if field == TEXT else None
        match field:
            case "state":
                return self.state
            case "accuracy":
                return self.best
            case _:
                return run_value(self.run, field)

    @property
    def _words(self) -> str:
        """All that the row says, and what the command line calls it, folded to lower case."""
        title = title_of(self.run.design) if self.run else ""
        states = (self.state_text, self.state or "")
        return "\n".join((self.name, title, self.note, *self.tags, self.line, self.data, *states, self.id)).casefold()

    @property
    def tip(self) -> str:
        """All that is known of the run, also what the table has no room for."""
        rows = [f"{say(column.heading)}: {text}" for column in COLUMNS if (text := column.text(self))]
        return "\n".join(filter(None, (*rows, self.note, self.line, self.id)))


def run_row(run: Run, before: Run | None, state: RunState, best: float | None) -> RunRow:
    """Return the row of `run`, which is compared with the run `before`; `state` and `best` are the present ones."""
    changes = say(translatable(", ")).join(map(say, _changes_between(before, run))) if before else ""
    if run.again and not (before and before.id == run.again.run):  # that run is not listed any more
        changes = say(run.again.changes)
    elif before and not changes:
        changes = say(translatable("no changes"))
    return RunRow(
        id=run.id,
        name=title_of_run(run),
        state=state,
        line=line_of(run.design),
        design=_design_text(run.design),
        changes=changes,
        tags=run.tags,
        starred=run.starred,
        data=data_text(run.recipe.data),
        best=best,
        seconds=run.seconds,
        created=run.created.astimezone(),
        note=run.note,
        run=run,
        before=before,
    )


def tags_of(text: str) -> tuple[str, ...]:
    """Return the tags in a text, which has commas between them, each once."""
    return tuple(dict.fromkeys(filter(None, (tag.strip() for tag in re.split("[,，、;；]", text)))))


def unreadable_row(found: UnreadableRun) -> RunRow:
    """Return the row of a run that can only be named."""
    return RunRow(id=str(found.folder), name=found.folder.name, changes=say(found.reason))


def _changes_between(before: Run, after: Run) -> tuple[Sentence, ...]:
    """Return what is different in design and recipe of the run `after`, and in its data if it repeats the other."""
    data = [after.again.changes] if after.again and after.again.run == before.id else []
    return (*design_changes(before.design, after.design), *changed_fields(before.recipe, after.recipe), *data)


def _design_text(design: Design) -> str:
    """Return the network in few words: `basic 64×2, 128×2`, each stage with its width and its number of blocks."""
    stages = ", ".join(f"{stage.width}×{stage.blocks}" for stage in design.stages)
    words = f"{design.block} {stages}"
    return f"{say(kind_of(design))} {words}" if design.plain else words


def data_text(name: str) -> str:
    """Return what the window calls the data set or the folder of images `name`."""
    return say(CATALOGUE[name].label) if name in CATALOGUE else Path(name).name


class Column(NamedTuple):
    """A column: its heading, its text and what it is sorted by.

    It is as wide as its `widest` text, or without one has a `share` of the width that the others leave, at least
    `share` times four characters.
    """

    heading: str
    text: Callable[[RunRow], str]
    key: Callable[[RunRow], Any]
    widest: str = ""
    share: int = 0
    figure: bool = False


COLUMNS = (
    Column("★", lambda row: "★" if row.starred else "", lambda row: not row.starred, widest="★"),
    Column(translatable("State"), lambda row: row.state_text, lambda row: row.state_text),
    Column(translatable("Name"), lambda row: row.name, lambda row: row.name.casefold(), share=4),
    Column(translatable("Design"), lambda row: row.design, lambda row: row.design, share=4),
    Column(translatable("Changes"), lambda row: row.remarks, lambda row: row.remarks.casefold(), share=5),
    Column(translatable("Tags"), lambda row: ", ".join(row.tags), lambda row: ", ".join(row.tags).casefold(), share=2),
    Column(translatable("Data"), lambda row: row.data, lambda row: row.data.casefold(), share=3),
    Column(
        translatable("Best"),
        lambda row: "" if row.best is None else percent(row.best),
        lambda row: -1.0 if row.best is None else row.best,
        widest="100.0 %",
        figure=True,
    ),
    Column(
        translatable("Time"),
        lambda row: clock(row.seconds) if row.seconds else "",
        lambda row: row.seconds,
        widest="00:00:00",
        figure=True,
    ),
    Column(
        translatable("Date"),
        lambda row: f"{row.created:%Y-%m-%d %H:%M}" if row.created else "",
        lambda row: row.created.timestamp() if row.created else 0.0,
        widest="0000-00-00 00:00",
        figure=True,
    ),
)
STAR, STATE, NAME, DESIGN, CHANGES, TAGS, DATA, BEST, TIME, DATE = range(len(COLUMNS))
SPARE = (DESIGN, TIME, TAGS, DATA, DATE)  # columns without which the table makes sense, in the order in which they go
