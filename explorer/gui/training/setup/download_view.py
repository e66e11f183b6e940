"""DownloadView: what a download of a data set will load, how far it is, and how it ended."""

import os

from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from explorer.architecture.layers import shape_text
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.notice import Notice
from explorer.gui.widgets.presence import show_if
from explorer.gui.widgets.text.language import clock, memory, say, whole
from explorer.gui.workers.data_download import DataDownload, DownloadState
from explorer.runs.data.catalogue import CatalogueEntry

_BREAK = "\u200b"  # a line may end here


class DownloadView(QWidget):
    """The offer with Download and Cancel, then a bar with the time left; hidden while there is nothing to say."""

    def __init__(self, download: DataDownload) -> None:
        super().__init__()
        self._download = download
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setFont(theme.figures_font(self.words.font()))
        self.bar = QProgressBar(textVisible=False)
        self.bar.setAccessibleName(self.tr("Download"))
        theme.apply_style(self.bar, "progress")
        self.notice = Notice()
        self.start = word_button(self.tr("Download"), download.start, "download")
        self.cancel = word_button(self.tr("Cancel"), download.cancel, "cancel_download")
        buttons = QHBoxLayout()
        for button in (self.start, self.cancel):
            buttons.addWidget(button)
        buttons.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        for widget in (self.words, self.bar, self.notice):
            column.addWidget(widget)
        column.addLayout(buttons)
        download.changed.connect(self._show_download)
        self._show_download()

    def _show_download(self) -> None:
        download, state = self._download, self._download.state
        is_loading, is_open = state is DownloadState.LOADING, state is not DownloadState.NONE
        self.notice.tell([say(download.notice)], "")
        if is_open and download.entry:
            text = self._progress_text(download.entry) if is_loading else self._offer_text(download.entry)
            self.words.setText(text)
            self.words.setToolTip("" if is_loading else str(download.entry.target))
            self.bar.setRange(0, download.entry.size)
            self.bar.setValue(download.here)
        self.words.setVisible(is_open)
        self.bar.setVisible(is_loading)
        self.start.setVisible(is_open and not is_loading)
        self.start.setEnabled(download.may_start)
        self.cancel.setVisible(is_open)
        show_if(is_open or bool(download.notice), self)

    def _offer_text(self, entry: CatalogueEntry) -> str:
        """Return what will be loaded, from where, and into which folder."""
        what = self.tr("{data}: {n} training images, {shape}").format(
            data=say(entry.label), n=whole(entry.train), shape=shape_text(entry.shape)
        )
        size = self.tr("{size} from {servers}").format(
            size=memory(entry.size), servers=self.tr(" or ").join(self._download.servers)
        )
        path = str(entry.target).replace(os.sep, f"{os.sep}{_BREAK}")
        folder = self.tr("into {folder}").format(folder=path)
        here = self._download.here
        kept = self.tr("{size} are here already").format(size=memory(here)) if here else ""
        return "\n".join(filter(None, [what, size, folder, kept]))

    def _progress_text(self, entry: CatalogueEntry) -> str:
        download = self._download
        amount = self.tr("{done} of {total}").format(done=memory(download.here), total=memory(entry.size))
        left = "" if download.seconds_left is None else self.tr("{time} left").format(time=clock(download.seconds_left))
        return " · ".join(filter(None, [say(entry.label), amount, left]))
