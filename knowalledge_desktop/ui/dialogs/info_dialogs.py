"""The sheet of shortcuts, and what the program is made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QTextBrowser, QWidget

from knowalledge_desktop import __version__
from knowalledge_desktop.ui.widgets.basics import column, label, native_keys, row, text_button

ROOMY = 1200
"""Pixels of a screen from which on three columns have room."""


class ShortcutSheet(QDialog):
    """All keys on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcutSheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(7)
        lines = self._lines()
        most = -(-len(lines) // (3 if self.screen().availableGeometry().width() >= ROOMY else 2))
        for number, (keys, act) in enumerate(lines):
            place, side = number % most, number // most
            grid.addWidget(label(keys, "bodyStrong"), place, side * 2)
            grid.addWidget(label(act, "secondary"), place, side * 2 + 1)
        close = text_button(self.tr("Close"), "shortcutCloseButton", self.accept, "primary")
        self.setLayout(
            column(label(self.tr("Keyboard"), "heading"), 12, grid, 16, row(-1, close), margins=(28, 24, 28, 20))
        )

    def _lines(self) -> list[tuple[str, str]]:
        def keys(text: str) -> str:
            return " / ".join(native_keys(part) for part in text.split(" / "))

        return [
            (keys("Ctrl+N"), self.tr("Type a new topic")),
            (keys("Ctrl+V"), self.tr("Topic of a pasted picture or text; lines below a topic")),
            (keys("Ctrl+L"), self.tr("Library")),
            (keys("Ctrl+Shift+F"), self.tr("Search the library")),
            (keys("Ctrl+Shift+P"), self.tr("Explain several topics")),
            (keys("Ctrl+K"), self.tr("All commands and topics by name")),
            (keys("Ctrl+F"), self.tr("Find in this map; F3 for the next")),
            (keys("Ctrl+E / Ctrl+O"), self.tr("Export the map / import a file")),
            (keys("Ctrl+Shift+E"), self.tr("Save a picture of the map")),
            (keys("Ctrl+P"), self.tr("Print the map")),
            (f"{native_keys('Ctrl+Alt+1')}…6", self.tr("The map in another view")),
            (keys("Ctrl+B"), self.tr("Focus on the branch; Esc shows all again")),
            (keys("F11"), self.tr("Full screen")),
            (keys("Ctrl+Shift+M"), self.tr("Overview of the map")),
            (keys("Ctrl+2"), self.tr("Limits and budget")),
            (keys("Ctrl+3"), self.tr("Batches")),
            (keys("Ctrl+4"), self.tr("Sky")),
            (keys("Ctrl+Shift+O"), self.tr("Outline")),
            (keys("Ctrl+\\"), self.tr("Side panel")),
            (keys("Ctrl+,"), self.tr("Settings")),
            (keys("Ctrl+Z / Ctrl+Shift+Z"), self.tr("Undo / redo")),
            (keys("Ctrl++ / Ctrl+-"), self.tr("Zoom in / out")),
            (keys("Ctrl+0 / Ctrl+9"), self.tr("100 % / fit the map")),
            (keys("Ctrl+."), self.tr("Stop everything")),
            (keys("Esc"), self.tr("Stop, close (inner first)")),
            (keys("F6"), self.tr("Next region")),
            (self.tr("Arrows"), self.tr("Walk over the map")),
            (keys("Home / End"), self.tr("Root / last topic")),
            (self.tr("' and letters"), self.tr("The next topic that begins so")),
            (keys("E / X / I"), self.tr("Expand / explain / illustrate")),
            (keys("[ / ]"), self.tr("Fold / unfold")),
            (self.tr("0 … 9"), self.tr("Unfold all / fold to a level")),
            (keys("Space / Ctrl+A"), self.tr("Pick the topic / its siblings, then all")),
            (self.tr("Shift+arrows"), self.tr("Pick on the way")),
            (keys("M / Alt+Up / Alt+Down"), self.tr("Move below another / in the order")),
            (keys("L / Shift+L"), self.tr("Link to another topic / its links")),
            (keys("Shift+N / T / K / P"), self.tr("Note / colour tag / lock / pin")),
            (keys("J"), self.tr("Merge with topics of the same name")),
            (keys("Ctrl+C / Ctrl+X"), self.tr("Copy / cut branches as lines")),
            (keys("F2"), self.tr("Rename")),
            (keys("N"), self.tr("Own subtopic")),
            (keys("Del"), self.tr("Remove with its branch")),
            (keys("F / Shift+F"), self.tr("See the topic / its branch")),
            (keys("R"), self.tr("Retry what failed")),
            (keys("Return"), self.tr("Read the explanation")),
            (keys("Alt+Left / Alt+Right"), self.tr("Back / forward")),
            (keys("F1"), self.tr("This sheet")),
        ]


class AboutDialog(QDialog):
    """Version, attribution of the Atlas, licences of what is inside."""

    def __init__(
        self,
        parent: QWidget | None = None,
        diagnose: Callable[[], None] | None = None,
        notices: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("aboutDialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About KnowAllEdge"))
        text = QTextBrowser()
        text.setObjectName("aboutText")
        text.setAccessibleName(self.tr("About and licences"))
        text.setOpenExternalLinks(True)
        text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        text.setHtml(self._html() + self._all(notices))
        close = text_button(self.tr("Close"), "aboutCloseButton", self.accept, "primary")
        look = text_button(
            self.tr("Diagnosis…"),
            "diagnosisButton",
            self.accept,
            "",
            self.tr("What the program finds about itself on this machine, to be read and saved"),
        )
        look.setVisible(diagnose is not None)
        if diagnose is not None:
            look.clicked.connect(lambda: diagnose())
        self.setLayout(
            column(
                label(f"KnowAllEdge Desktop {__version__}", "heading"),
                8,
                text,
                12,
                row(look, -1, close),
                margins=(28, 24, 28, 20),
            )
        )
        self.resize(560, 440)

    def _html(self) -> str:
        atlas = self.tr(
            "The texts of the built-in Atlas are summaries of Wikipedia articles by their contributors, under the "
            "licence {licence}. Every text shows the address of its article, where its authors are listed. The "
            "texts were shortened and linked with each other by this program."
        ).format(
            licence='<a href="https://creativecommons.org/licenses/by-sa/4.0/">Creative Commons BY-SA 4.0</a>'
        )
        parts = [
            ("KnowAllEdge Desktop", "MIT"),
            ("Qt, PySide6", "LGPL-3.0"),
            ("google-genai", "Apache-2.0"),
            ("Python", "PSF-2.0"),
            ("SQLite, APSW", "public domain, any OSI"),
            ("Pillow, redis, hiredis", "MIT-CMU, MIT"),
            ("Starlette, Uvicorn", "BSD-3-Clause"),
            ("Prometheus client, OpenTelemetry", "Apache-2.0"),
            ("diskcache, NumPy, qasync, keyring, platformdirs, h11", "Apache-2.0, BSD, MIT"),
            ("markdown-it-py, ziamath", "MIT"),
            ("defusedxml", "PSF-2.0"),
            ("Inter, Literata, JetBrains Mono", "SIL OFL 1.1"),
            ("Lucide", "ISC"),
        ]
        rows = "".join(f"<tr><td>{name}&nbsp;&nbsp;</td><td>{licence}</td></tr>" for name, licence in parts)
        return f"<p>{atlas}</p><h4>{self.tr('Made with')}</h4><table>{rows}</table>"

    def _all(self, notices: Path | None) -> str:
        """The way to the full texts, which are in what is installed and not in the sources."""
        if notices is None or not notices.exists():
            return ""
        return f'<p><a href="{notices.as_uri()}">{self.tr("All parts, with their licences in full")}</a></p>'
