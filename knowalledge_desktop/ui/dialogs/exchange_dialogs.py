"""Which file a map becomes, which files come in, and what was lost or doubtful on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QDialog, QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from knowalledge_desktop.core.exchange import FormatFacts
from knowalledge_desktop.services.exchange_report import ExportReport, ImportReport
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button

WIDTH, HEIGHT = 560, 560
ROW_AIR = 18  # pixels above and below the words of a row together


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A kind of file that is made elsewhere, such as a picture of the map."""

    title: str
    keeps: str
    act: Callable[[], None]


class ExportDialog(QDialog):
    """A list of formats; each says what it keeps and loses before anything is written."""

    def __init__(
        self, formats: Sequence[FormatFacts], others: Sequence[OtherKind] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("exportDialog")
        self.setWindowTitle(self.tr("Export the map"))
        self.resize(WIDTH, HEIGHT)
        self._formats = [each for each in formats if each.writes]
        self._others = list(others)
        self.list = QListWidget()
        self.list.setObjectName("exportFormats")
        self.list.setAccessibleName(self.tr("Format"))
        for each in self._formats:
            self._add(f"{each.title}   {each.suffixes[0]}")
        for other in self._others:
            self._add(other.title)
        self._keeps = label("", "body", wrap=True)
        self._keeps.setObjectName("exportKeeps")
        self._loses = label("", "secondary", wrap=True)
        self._loses.setObjectName("exportLoses")
        cancel = text_button(self.tr("Cancel"), "exportCancelButton", self.reject, "ghost")
        go = text_button(self.tr("Continue…"), "exportContinueButton", self.accept, "primary")
        go.setDefault(True)
        self.setLayout(
            column(
                self.list, self._keeps, self._loses, row(-1, cancel, go, gap=8), margins=(20, 20, 20, 16), gap=12
            )
        )
        self.list.currentRowChanged.connect(self._tell)
        self.list.itemActivated.connect(lambda _item: self.accept())
        self.list.setCurrentRow(0)
        self.list.setFocus()

    @property
    def chosen(self) -> FormatFacts | OtherKind:
        """What is marked."""
        at = max(0, self.list.currentRow())
        return self._formats[at] if at < len(self._formats) else self._others[at - len(self._formats)]

    def _add(self, text: str) -> None:
        item = QListWidgetItem(text)
        item.setSizeHint(QSize(0, self.list.fontMetrics().height() + ROW_AIR))
        self.list.addItem(item)

    def _tell(self) -> None:
        chosen = self.chosen
        self._keeps.setText(self.tr("Keeps: {what}").format(what=chosen.keeps))
        if isinstance(chosen, OtherKind):
            self._loses.setText("")
            return
        loses = self.tr("Loses: {what}").format(what=chosen.loses) if chosen.loses else self.tr("Loses nothing.")
        back = (
            self.tr("Edited elsewhere and imported again, it is merged with this map.")
            if chosen.two_way
            else self.tr("It cannot be merged with this map later.")
        )
        self._loses.setText(f"{loses}\n{back}")


class ImportDialog(QDialog):
    """What can come in; a file can be chosen, or dropped here. `chosen` is the path once it was accepted."""

    def __init__(
        self,
        formats: Sequence[FormatFacts],
        choose_file: Callable[[ImportDialog], None],
        choose_folder: Callable[[ImportDialog], None],
        open_title: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("importDialog")
        self.setWindowTitle(self.tr("Import"))
        self.setMinimumWidth(WIDTH)
        self.setAcceptDrops(True)
        self.chosen: Path | None = None
        endings = ", ".join(dict.fromkeys(s for each in formats if each.reads for s in each.suffixes))
        told = label(
            self.tr(
                "Choose a file, or drop one here. Read are: {endings}, and folders of an Obsidian vault."
            ).format(endings=endings),
            "body",
            wrap=True,
        )
        merged = label(
            self.tr(
                "A file of a map that is in the library is merged with it: only what was edited in it is taken, "
                "and where both sides have edited, both are kept. Any other file becomes a map of its own."
            ),
            "secondary",
            wrap=True,
        )
        self._join = QCheckBox(self.tr("Merge a file that does not say of which map it is with the open one"))
        self._join.setObjectName("importJoin")
        self._join.setToolTip(self.tr("Topics of one title at the same place are taken for the same topic"))
        self._join.setVisible(bool(open_title))
        cancel = text_button(self.tr("Cancel"), "importCancelButton", self.reject, "ghost")
        folder = text_button(
            self.tr("Choose a folder…"), "importFolderButton", lambda: choose_folder(self), "subtle"
        )
        file = text_button(self.tr("Choose a file…"), "importFileButton", lambda: choose_file(self), "primary")
        file.setDefault(True)
        self.setLayout(
            column(
                told, merged, self._join, row(-1, cancel, folder, file, gap=8), margins=(20, 20, 20, 16), gap=14
            )
        )

    @property
    def join(self) -> bool:
        """Whether a file without ids is to be merged with the open map."""
        return self._join.isChecked()

    def take(self, path: Path) -> None:
        """Accept with this file."""
        self.chosen = path
        self.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = next((url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()), "")
        if path:
            event.acceptProposedAction()
            self.take(Path(path))


class ExchangeReportDialog(QDialog):
    """What an export or an import has done, to be read and copied."""

    def __init__(self, report: ExportReport | ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exchangeReport")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title, lines = self._told(report)
        self.setWindowTitle(title)
        self.resize(WIDTH, HEIGHT)
        view = QPlainTextEdit("\n".join(lines))
        view.setObjectName("exchangeReportText")
        view.setAccessibleName(title)
        view.setReadOnly(True)
        view.setTabChangesFocus(True)
        close = text_button(self.tr("Close"), "exchangeReportCloseButton", self.accept, "primary")
        close.setDefault(True)
        self.setLayout(column(label(title, "heading"), view, row(-1, close), margins=(20, 20, 20, 16), gap=12))

    def _told(self, report: ExportReport | ImportReport) -> tuple[str, list[str]]:
        losses = [f"• {each.what} ({each.count:,}): {each.why}" for each in report.losses]
        lost = [self.tr("Not in it:"), *losses] if losses else [self.tr("Nothing is lost.")]
        if isinstance(report, ExportReport):
            title = self.tr("Exported as {format}").format(format=report.format.title)
            return title, [str(report.path), "", *lost]
        lines = [
            self.tr("{added} topics added, {altered} altered, {removed} removed.").format(
                added=report.added, altered=report.altered, removed=report.removed
            )
        ]
        if report.conflicts:
            lines += ["", self.tr("Altered on both sides; nothing is lost:")]
            lines += [f"• {each.title} – {each.what}: {each.kept}" for each in report.conflicts]
        if report.warnings:
            lines += ["", *report.warnings]
        return self.tr("Imported into {title}").format(title=report.session.map.title), [*lines, "", *lost]
