"""Preferences: what the user sets once, as one table. A new preference is one entry of the table."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QSettings

from explorer.gui.actions import Actions
from explorer.gui.main_window.pages import PAGES, saved_page
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.look.text_size import MAX_SIZE, MIN_SIZE, STEP, chosen_size
from explorer.gui.widgets.text.language import chosen_language, memory, percent, say
from explorer.gui.workers.pool import saved_threads
from explorer.gui.workspace import Workspace
from explorer.runs.data.cache_folder import cache_bytes, cache_folder, cache_limit, clear_cache, use_cache_limit
from explorer.runs.folder.survey import check_runs_folder, default_runs
from explorer.sentences import LANGUAGES

_LIMITS = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # GiB


@dataclass(frozen=True, slots=True)
class Preference:
    """One preference: its usual value, the present one, how to use another, and the words for each value.

    One without `words` is a folder. `use` raises Refused for a value that cannot be used. Where it is about something
    that takes room on the disk, `kept` returns what is there in words, and `empty` removes it.
    """

    label: str
    usual: str
    value: Callable[[], str]
    use: Callable[[str], object]
    words: Mapping[str, str] | None = None
    kept: Callable[[], str] | None = None
    empty: Callable[[], object] | None = None


class Preferences(QObject):
    """The table; menus and dialog show the same entries."""

    def __init__(self, workspace: Workspace, actions: Actions) -> None:
        super().__init__(actions)
        self._workspace, self._actions = workspace, actions
        same = self.tr("same as system")
        languages = {"system": same, **LANGUAGES}
        colours = {
            "system": same,
            "light": self.tr("light"),
            "dark": self.tr("dark"),
            "projector": self.tr("for projectors and colour blindness"),
        }
        sizes = {str(size): percent(STEP**size, 0) for size in range(MIN_SIZE, MAX_SIZE + 1)}
        pages = {"": self.tr("the last one"), **{name: say(page.title) for name, page in PAGES.items()}}
        counts = map(str, range(1, (os.cpu_count() or 1) + 1))
        threads = {"0": self.tr("one per free core"), **{count: count for count in counts}}
        use_language, use_colours = actions.language_chosen.emit, actions.theme_chosen.emit
        limits = {"0": self.tr("no limit"), **{str(size * 2**30): memory(size * 2**30) for size in _LIMITS}}
        limits.setdefault(str(cache_limit()), memory(cache_limit()))  # what the command line has set
        self.table = {
            "runs": Preference(self.tr("Folder of runs"), str(default_runs()), self._runs, self._use_runs),
            "threads": Preference(
                self.tr("Threads of a run"), "0", lambda: str(saved_threads()), _use_threads, threads
            ),
            "cache": Preference(
                label=self.tr("Limit of decoded images"),
                usual="0",
                value=lambda: str(cache_limit()),
                use=lambda size: use_cache_limit(int(size)),
                words=limits,
                kept=self._kept_images,
                empty=clear_cache,
            ),
            "language": Preference(self.tr("Language"), "system", chosen_language, use_language, languages),
            "colours": Preference(self.tr("Colours"), "system", theme.saved_theme, use_colours, colours),
            "text_size": Preference(self.tr("Text size"), "0", lambda: str(chosen_size()), self._use_size, sizes),
            "page": Preference(self.tr("Start page"), "", saved_page, self._use_page, pages),
        }

    def use_defaults(self) -> None:
        """Use the usual value of each preference that has another. Raises Refused."""
        for each in self.table.values():
            if each.value() != each.usual:
                each.use(each.usual)

    def _use_size(self, size: str) -> None:
        self._actions.size_chosen.emit(int(size) - chosen_size() if int(size) else 0)

    def _use_page(self, name: str) -> None:
        QSettings().setValue("page", name)

    def _kept_images(self) -> str:
        text = self.tr("{size} in {folder}")
        return text.format(size=memory(cache_bytes()), folder=cache_folder())

    def _runs(self) -> str:
        return str(self._workspace.pool.runs)

    def _use_runs(self, folder: str) -> None:
        """Put new runs into `folder`, and list those that are there. Raises Refused."""
        path = Path(folder).expanduser().absolute()
        check_runs_folder(path)
        QSettings().setValue("runs", str(path))
        self._workspace.pool.use_runs(path)


def _use_threads(count: str) -> None:
    QSettings().setValue("threads", count)
