"""The dialog of the preferences: a control for each entry of the table."""

import os
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from explorer.gui.main_window.preferences import Preference, Preferences
from explorer.gui.widgets.buttons import word_button
from explorer.gui.widgets.input.boxes import watch_box
from explorer.gui.widgets.look import theme
from explorer.gui.widgets.notice import Notice
from explorer.gui.widgets.text.language import say
from explorer.gui.workspace import Workspace
from explorer.validation import Refused


class PreferencesDialog(QDialog):
    """A control per preference; what is chosen is used at once, and a folder that is refused is not."""

    def __init__(self, preferences: Preferences, workspace: Workspace, parent: QWidget) -> None:
        """Keep in the workspace which entry was set last, as another language or text size makes a new dialog."""
        super().__init__(parent)
        self.setObjectName("preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Preferences"))
        self._preferences, self._workspace = preferences, workspace
        self.boxes: dict[str, QComboBox | QLineEdit] = {}
        self._kept: dict[str, QLabel] = {}
        self.notice = Notice()
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for name, preference in preferences.table.items():
            form.addRow(preference.label, self._control(name, preference))
        buttons = QDialogButtonBox()
        close = buttons.addButton(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        defaults = word_button(self.tr("Defaults"), self._use_defaults, "defaults")
        buttons.addButton(defaults, QDialogButtonBox.ButtonRole.ResetRole)
        close.setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setSpacing(2 * theme.RHYTHM)
        column.addLayout(form)
        column.addWidget(self.notice)
        column.addWidget(buttons)
        close.setDefault(True)  # only now that it has a dialog to be the default of
        self.setMinimumWidth(64 * self.fontMetrics().averageCharWidth())
        self.finished.connect(self._forget)
        self._show_values()
        self.notice.tell([], "")
        workspace.preference = workspace.preference or next(iter(self.boxes))
        self.boxes[workspace.preference].setFocus()

    def _control(self, name: str, preference: Preference) -> QWidget:
        if preference.words is None:
            return self._folder_control(name, preference)
        box = self.boxes[name] = QComboBox()
        for value, words in preference.words.items():
            box.addItem(words, value)
        watch_box(box)
        box.setObjectName(name)
        box.setAccessibleName(preference.label)
        box.activated.connect(lambda: self._use(name, box.currentData()))
        return self._with_kept(name, box, preference.empty) if preference.empty else box

    def _with_kept(self, name: str, box: QComboBox, empty: Callable[[], object]) -> QWidget:
        """Return `box` with the button that removes what there is, and below them what that is."""
        words = self._kept[name] = QLabel()
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        theme.make_secondary(words)
        whole = QWidget()
        column, row = QVBoxLayout(whole), QHBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.RHYTHM // 2)
        row.addWidget(box, stretch=1)
        row.addWidget(word_button(self.tr("Empty"), lambda: self._try(empty), "empty"))
        column.addLayout(row)
        column.addWidget(words)
        whole.setFocusProxy(box)
        return whole

    def _folder_control(self, name: str, preference: Preference) -> QWidget:
        line = self.boxes[name] = QLineEdit()
        watch_box(line)
        line.setObjectName(name)
        line.setAccessibleName(preference.label)
        line.setAcceptDrops(False)
        line.editingFinished.connect(lambda: self._use(name, line.text()))
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(line, stretch=1)
        row.addWidget(word_button(self.tr("Browse …"), partial(self._browse, name), "browse"))
        whole.setFocusProxy(line)
        return whole

    def _browse(self, name: str) -> None:
        preference = self._preferences.table[name]
        if folder := QFileDialog.getExistingDirectory(self, preference.label, preference.value()):
            self._use(name, folder)

    def _use(self, name: str, value: str) -> None:
        """Use a value that was chosen, or say why it cannot be used and show the one before."""
        preference = self._preferences.table[name]
        if value != preference.value():
            self._workspace.preference = name
            self._try(partial(preference.use, value))

    def _use_defaults(self) -> None:
        self._try(self._preferences.use_defaults)

    def _try(self, use: Callable[[], object]) -> None:
        """Do what is ordered, say why if it is refused, and show what holds then."""
        refusal = ""
        try:
            use()
        except Refused as refused:
            refusal = say(refused.sentence)
        self.notice.tell([refusal], "")
        self._show_values()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Enter in a line use what stands there, and not close the dialog over a refusal as well."""
        is_enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if not (is_enter and isinstance(self.focusWidget(), QLineEdit)):
            super().keyPressEvent(event)

    def _show_values(self) -> None:
        for name, words in self._kept.items():
            kept = self._preferences.table[name].kept
            assert kept
            words.setText(kept().replace(os.sep, f"{os.sep}\u200b"))  # a line may end there
        for name, box in self.boxes.items():
            value = self._preferences.table[name].value()
            if isinstance(box, QComboBox):
                box.setCurrentIndex(box.findData(value))
            else:
                box.setText(value)

    def _forget(self) -> None:
        self._workspace.preference = ""
