"""The window: places the panels. No logic.

The network comes first: diagram, totals and table are painted before anything else is made or imported. The editor, the
training panel and the menus follow at once, in the places that were kept for them.
"""

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QMainWindow, QStyle, QTabWidget, QToolBar, QWidget

from explorer.gui.design.totals import Totals
from explorer.gui.diagram.diagram import Diagram
from explorer.gui.main_window.centre import Centre
from explorer.gui.main_window.pages import Pages
from explorer.gui.main_window.presentation import Arrangement, Presentation
from explorer.gui.widgets.input.typed import commit_typed, connect_order
from explorer.gui.widgets.look import theme
from explorer.gui.workspace import CURVES, DATA, RUNS, Workspace

if TYPE_CHECKING:
    from explorer.gui.experiments.feature_map_panel import FeatureMapPanel
    from explorer.gui.lessons.tutor import Tutor
    from explorer.runs.questions.data import ProblemKind

_LAYOUT = 2  # version of the saved layout: increase it when docks change, so that older layouts are ignored
_EDGE = 1  # pixels at each side that the frame of a window may need
_DOCKS = (44, 54)  # widths of the docks in characters
_NARROW = 1100  # pixels of width below which the docks share one place


class _Heading(QWidget):
    """The title bar of a dock; a hidden one takes no room."""

    def sizeHint(self) -> QSize:
        return QSize(0, 0) if self.isHidden() else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class Window(QMainWindow):
    """The main window; emits `closed` when the user closes it, not when it is rebuilt."""

    closed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.has_controls = False
        document = workspace.document
        self.diagram, self.totals = Diagram(document, workspace.open_runs), Totals(document)
        self.pages = Pages(workspace)
        self.table = self.pages.layers
        self.centre = Centre(self.diagram, self.totals, self.pages)
        self.setCentralWidget(self.centre)
        self.docks = (
            self._dock("Design", self.tr("Design"), Qt.DockWidgetArea.LeftDockWidgetArea),
            self._dock("Training", self.tr("Training"), Qt.DockWidgetArea.RightDockWidgetArea),
        )
        self.tools = QToolBar(self.tr("Tools"))
        self.tools.setObjectName("tools")
        self.tools.setMovable(False)
        self.tools.setMinimumHeight(int(2.2 * self.fontMetrics().height()))
        self.addToolBar(self.tools)
        self.menuBar().setObjectName("menus")
        self.menuBar().setMinimumHeight(int(1.4 * self.fontMetrics().height()))
        document.changed.connect(self._show_title)
        document.file_changed.connect(self._show_title)
        self._show_title()
        self.resize(1440, 900)
        character = self.fontMetrics().averageCharWidth()
        self._dock_widths = [character * width for width in _DOCKS]
        self.resizeDocks(list(self.docks), self._dock_widths, Qt.Orientation.Horizontal)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)

    def add_controls(self) -> None:
        """Make the actions, the editor, the training panel, the queue and the menus, and connect them."""
        from explorer.gui.actions import Actions
        from explorer.gui.design.editor import DesignEditor
        from explorer.gui.diagram.handles import DiagramHandles
        from explorer.gui.diagram.keys import DiagramKeys
        from explorer.gui.main_window.dialogs import Dialogs
        from explorer.gui.main_window.exports import Exports
        from explorer.gui.main_window.files import Files
        from explorer.gui.main_window.menus import Menus
        from explorer.gui.main_window.preferences import Preferences
        from explorer.gui.runs.queue_list import QueueList
        from explorer.gui.runs.spark_line import SparkLine
        from explorer.gui.training.panel import TrainingPanel
        from explorer.gui.training.run_bar import RunBar
        from explorer.gui.widgets.confirmation import Confirmation
        from explorer.gui.widgets.look.focus_frame import FocusFrame
        from explorer.gui.widgets.scroll import Scroll

        workspace = self.workspace
        document, pool = workspace.document, workspace.pool
        self.orders = Actions(document, workspace.choice, pool, workspace.estimates)
        self.orders.setParent(self)
        self.addActions(self.orders.all())  # so that their keys work even while the menus are hidden
        self.files = Files(self, document, workspace.choice, pool, self.orders)
        self.exports = Exports(
            self.files, document, workspace.run_history, workspace.exporting, self.pages, self.orders
        )
        self.files.image_dropped.connect(self.send_image)
        self.files.images_chosen.connect(workspace.data_download.withdraw)
        self.files.images_chosen.connect(self._show_training)
        self.editor = DesignEditor(document, self.orders, workspace.open_forms)
        self.training = TrainingPanel(
            document,
            workspace.choice,
            pool,
            workspace.estimates,
            workspace.data_download,
            workspace.weighing,
            self.orders,
            workspace.open_forms,
            runs=workspace.run_history.by_choice,
        )
        self.pages.connect_actions(self.orders)
        self.training.add_remarks(workspace.data_state, self._look_at_data)
        workspace.data_state.changed.connect(self.training.remarks.show_state)
        workspace.run_history.changed.connect(self.training.weights_box.show_choice)
        self.queue = QueueList(document, pool, workspace.studies, self.orders, self._show_study)
        self.spark = SparkLine(pool, workspace.run_history, self.orders.page(CURVES))
        self.training.add_runs(self.spark, self.queue)
        self.run_bar = RunBar(pool, self.orders)
        self.addToolBar(self.run_bar)
        for dock, widget in zip(self.docks, (self.editor, Scroll(self.training)), strict=True):
            dock.setWidget(widget)
        self._presentation = Presentation(
            self,
            hidden=(*self.docks, self.pages.row, self.menuBar(), self.tools),
            shown=self.run_bar.leave,
            enlarged=[self.diagram, self.totals, self.pages, *self.run_bar.parts],
            centre=self.centre,
        )
        preferences = Preferences(workspace, self.orders)
        self.menus = Menus(self.menuBar(), self.tools, document, self.orders, preferences, self.docks)
        self.dialogs = Dialogs(self, workspace, self.orders, preferences)
        self.confirmation = Confirmation(self.totals, self.totals.share_width)
        self.orders.confirmed.connect(self.confirmation.tell)
        for menu, fill in (
            (self.menus.recent, self.files.fill_recent),
            (self.menus.export, self.exports.fill_menu),
            (self.menus.chapter, lambda chapter: self.tutor.fill_menu(chapter)),
        ):
            menu.aboutToShow.connect(partial(fill, menu))
        connect_order(self.orders.quit, self.close)
        connect_order(self.orders.tour, lambda: self.tutor.show_tour())
        connect_order(self.orders.own_lessons, lambda: self.tutor.open_own_lessons())
        self.orders.show_maps.toggled.connect(self.show_maps)
        self.orders.present.toggled.connect(self.present)
        DiagramKeys(self.diagram)
        self.handles = DiagramHandles(self.diagram)
        self.table.listen_to_keys()
        FocusFrame(self)
        self.setAcceptDrops(True)
        self.has_controls = True
        pool.changed.connect(self._show_title)
        self._show_title()

    def _show_study(self, study: str) -> None:
        """Show a study on the page of the runs."""
        self.workspace.runs_view.has_studies = True
        self.workspace.studies.show(study)
        self.pages.show_page(RUNS)

    def _look_at_data(self, kind: "ProblemKind | None") -> None:
        """Show the page of the data, with the images that have this problem."""
        if kind:
            self.workspace.data_view.show_line(kind)
            self.workspace.data_state.changed.emit()
        self.pages.show_page(DATA)

    def restore(self, before: Arrangement) -> None:
        """Restore the arrangement of the window `before`, and show what that window showed."""
        workspace = self.workspace
        self.pages.show_last()
        self.orders.show_maps.setChecked(workspace.shows_maps)
        self.arrange(before)
        if workspace.lesson.name:
            self.tutor.go_on()
        self.orders.present.setChecked(workspace.is_presented)
        self.dialogs.reopen()

    def _dock(self, name: str, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self)
        dock.setObjectName(name)
        dock.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        heading = _Heading()
        row = QHBoxLayout(heading)
        row.setContentsMargins(theme.RHYTHM, 6, theme.RHYTHM, 6)
        row.addWidget(QLabel(title), stretch=1)
        dock.setTitleBarWidget(heading)
        dock.setWidget(QWidget())
        self.addDockWidget(area, dock)
        return dock

    @cached_property
    def maps(self) -> "FeatureMapPanel":
        """Return the strip of feature maps between diagram and totals, made when it is first used."""
        from explorer.gui.experiments.feature_map_panel import FeatureMapPanel

        panel = FeatureMapPanel(self.workspace.document, self.workspace.feature_maps)
        panel.closed.connect(lambda: self.orders.show_maps.setChecked(False))
        self.centre.insert_strip(panel)
        return panel

    def show_maps(self, shown: bool) -> None:
        self.workspace.shows_maps = shown
        self.centre.show_strip(self.maps, shown)

    def _show_training(self) -> None:
        """Show the panel, in which Start now has other images."""
        self.docks[1].show()
        self.docks[1].raise_()

    def send_image(self, path: Path) -> None:
        """Show the feature maps of the image in a file."""
        self.orders.show_maps.setChecked(True)
        self.workspace.feature_maps.use_file(path)

    @cached_property
    def tutor(self) -> "Tutor":
        """Return the tutor with its card of lessons, made when it is first used."""
        from explorer.gui.lessons.tutor import Tutor

        tutor = Tutor(self, self.workspace, self.orders)
        self._presentation.enlarge(tutor.card)
        tutor.card.opening.connect(self.centre.press)
        tutor.card.left.connect(self.centre.release)
        self.pages.opened.connect(tutor.check)
        tutor.page_wanted.connect(self.pages.show_page)
        tutor.failed.connect(self.files.complain)
        self.orders.show_maps.toggled.connect(tutor.check)
        return tutor

    def present(self, on: bool) -> None:
        """Show diagram and curves alone, or everything again in the arrangement before."""
        self.workspace.is_presented = on
        if on:
            self._presentation.begin(self.arrangement())
            self.pages.show_page(CURVES)
        elif before := self._presentation.end():
            self._restore_state(before.layout)
            self.pages.show_page(before.page)
            self.centre.use_heights(before.heights)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the docks share one place in a window that has become narrow, and part again in a wide one."""
        super().resizeEvent(event)
        design, training = self.docks
        was_narrow, is_narrow = 0 < event.oldSize().width() < _NARROW, event.size().width() < _NARROW
        if is_narrow == was_narrow or self.tabifiedDockWidgets(design) == [training] * is_narrow:
            return
        for dock in self.docks:
            dock.titleBarWidget().setVisible(not is_narrow)  # the tabs have the same titles
        if is_narrow:
            self.tabifyDockWidget(design, training)
            design.raise_()
        else:
            self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, training)
            self.resizeDocks(list(self.docks), self._dock_widths, Qt.Orientation.Horizontal)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() != Qt.Key.Key_Escape or not (self.has_controls and self._close_topmost()):
            super().keyPressEvent(event)

    def _close_topmost(self) -> bool:
        """Close the block, else the lesson, else the presentation, and return whether there was one to close."""
        if self.pages.close_block():
            return True
        if "tutor" in vars(self) and self.tutor.card.isVisible():
            return self.tutor.card.close()
        was_presented = self.orders.present.isChecked()
        self.orders.present.setChecked(False)
        return was_presented

    def _show_title(self) -> None:
        workspace, title = self.workspace, f"ResNet Explorer: {self.workspace.document.title}[*]"
        if self.has_controls and self.training.changes.is_foreign():
            title = self.tr("{title} · not the design that trains").format(title=title)
        self.setWindowTitle(title)
        self.setWindowModified(not workspace.document.undo_stack.isClean())

    def restore_layout(self) -> None:
        """Restore the layout from the last close; invalid settings are ignored."""
        settings = QSettings()
        for restore, name in ((self.restoreGeometry, "geometry"), (self._restore_state, "layout")):
            if isinstance(data := settings.value(name), QByteArray):
                restore(data)
        self._fit_screen()

    def _fit_screen(self) -> None:
        """Bring the window with its title bar inside the screen, which may be smaller than the one before."""
        if self.isMaximized():
            return
        title = self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight)  # not known before it is shown
        room = self.screen().availableGeometry().adjusted(_EDGE, title + _EDGE, -_EDGE, -_EDGE)
        self.resize(self.size().boundedTo(room.size()))
        place = self.geometry()
        place.moveRight(min(place.right(), room.right()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        place.moveLeft(max(place.left(), room.left()))
        place.moveTop(max(place.top(), room.top()))
        self.setGeometry(place)

    def save_layout(self) -> None:
        """Save the layout for the next start; during a presentation, the layout from before it."""
        arrangement = self.arrangement()
        QSettings().setValue("geometry", arrangement.geometry)
        QSettings().setValue("layout", arrangement.layout)

    def arrangement(self) -> Arrangement:
        """Return the present arrangement of the window or, during a presentation, the one from before it."""
        before = self._presentation.before if self.has_controls else None
        return before or Arrangement(
            geometry=self.saveGeometry(),
            layout=self.saveState(_LAYOUT),
            size=self.size(),
            page=self.workspace.page,
            heights=self.centre.heights,
            maximised=self.isMaximized(),
        )

    def arrange(self, before: Arrangement) -> None:
        """Restore the arrangement `before`, which may come from another window."""
        self.restoreGeometry(before.geometry)
        if not before.maximised:
            self.resize(before.size)  # restoreGeometry limits the size to the screen
        self._restore_state(before.layout)
        self.pages.show_page(before.page)
        self.centre.use_heights(before.heights)

    def _restore_state(self, state: QByteArray) -> None:
        """Restore the places of docks and tool bar; a state of another version is ignored."""
        self.restoreState(state, _LAYOUT)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._accept_copy(event)

    def dropEvent(self, event: QDropEvent) -> None:
        if path := self._accept_copy(event):
            commit_typed()
            self.files.use_dropped(path)

    def _accept_copy(self, event: QDropEvent) -> Path | None:
        """Return the file that a drag offers for copying, or None.

        A move is not accepted, as the source of the drag would delete the user's file.
        """
        can_copy = bool(event.possibleActions() & Qt.DropAction.CopyAction)
        path = self.files.dropped(event.mimeData()) if can_copy else None
        if path:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()
        return path

    def closeEvent(self, event: QCloseEvent) -> None:
        commit_typed()
        if self.has_controls and not self.files.may_close():
            event.ignore()
            return
        event.accept()
        self.closed.emit()
