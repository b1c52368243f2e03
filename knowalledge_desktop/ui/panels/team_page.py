"""A team that shares one quota and one cache: joining it, seeing it, leaving it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from knowalledge_desktop.core.team import TeamReport, TeamState
from knowalledge_desktop.core.team_words import member_line, refused_sentence, saved_sentence, state_sentence
from knowalledge_desktop.services.team import NAME_MAX, Wish
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.theme_qss import restyle
from knowalledge_desktop.ui.widgets.basics import column, label, row, text_button
from knowalledge_desktop.ui.widgets.sides import Sides

_ROWS_AT_ONCE = 12
_LONGEST_PATH = 4096
_TONES = {
    TeamState.TOGETHER: "success",
    TeamState.APART: "warning",
    TeamState.REFUSED: "danger",
    TeamState.NO_KEY: "warning",
}


class TeamPage(Sides):
    """Asks for changes; shows what is so. Key and password are never shown again."""

    join_requested = Signal(object)  # a Wish; without a key a team is made
    leave_requested = Signal()
    test_requested = Signal(object)  # what is typed, which is looked at while there is no team
    key_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "teamPage")
        self.url = _field("redisUrlInput", self.tr("Address of the team’s Redis"), "rediss://cache.example:6379")
        self.user_key = _field("teamKeyInput", self.tr("The team’s key; leave it empty to make a team"), "kaet_…")
        self.password = _field("redisPasswordInput", self.tr("Password of the Redis user, if it has one"), "")
        self.ca = _field(
            "teamCaInput",
            self.tr(
                "File of the team’s own authority for certificates; leave it empty for those the system trusts"
            ),
            self.tr("ca.crt, if you were given one"),
        )
        self.ca.setMaxLength(_LONGEST_PATH)
        self._choose = text_button(
            self.tr("Choose…"),
            "teamCaButton",
            self._ask_for_ca,
            "",
            self.tr("Choose the file with the certificate"),
        )
        for secret in (self.user_key, self.password):
            secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.member = _field(
            "teamMemberInput", self.tr("How the others see this device"), self.tr("Anna’s laptop")
        )
        self.name = _field("teamNameInput", self.tr("What you call the team"), self.tr("Class 9b"))
        for each in (self.member, self.name):
            each.setMaxLength(NAME_MAX)
        self.plain = QCheckBox(self.tr("Without TLS: the network between is my own"))
        self.plain.setObjectName("teamPlainToggle")
        self.plain.setToolTip(
            self.tr("Everybody on the way can then read and change what the team shares. Prefer rediss://")
        )
        self._join = text_button(
            self.tr("Join"),
            "teamJoinButton",
            lambda: self.join_requested.emit(self._wish(self.user_key.text())),
            "primary",
            self.tr("Share quota and answers with those that have the same key"),
        )
        self._make = text_button(
            self.tr("Make a team"),
            "teamMakeButton",
            lambda: self.join_requested.emit(self._wish("")),
            "",
            self.tr("Make a new key, with which the others join"),
        )
        self._test = text_button(
            self.tr("Test"),
            "redisTestButton",
            lambda: self.test_requested.emit(self._wish("")),
            "",
            self.tr("Ask this Redis now whether it can be used"),
        )
        self._copy = text_button(
            self.tr("Copy the key"),
            "teamCopyKeyButton",
            self.key_requested.emit,
            "ghost",
            self.tr("For another member; who has it can read and write what the team shares"),
        )
        self._leave = text_button(
            self.tr("Leave the team"),
            "teamLeaveButton",
            self.leave_requested.emit,
            "danger",
            self.tr("Work alone again; the key is forgotten on this device"),
        )
        self._state = _told("teamState", "body")
        self._saved = _told("teamSaved", "secondary")
        self._advice = _told("teamAdvice", "warning")
        self._news = _told("teamNews", "success")
        self.members = _Members()
        self.fill(self._form(), self._right(), wide=420, least=400)
        self.user_key.textChanged.connect(self._follow_key)
        self._follow_key()

    def show_report(self, report: TeamReport, now: float, time_of: Callable[[float], str]) -> None:
        """How things stand; what is being typed stays."""
        is_in = report.state is not TeamState.OFF
        for field in (self.url, self.member, self.name):
            field.setReadOnly(is_in)
        for field in (self.user_key, self.password, self.plain):
            self._rows.setRowVisible(field, not is_in)
        if is_in:
            self.url.setText(report.url)
            self.name.setText(report.team_name)
            if not self.ca.isModified():
                self.ca.setText(report.ca)
            self.member.setText(next((each.name for each in report.members if each.me), self.member.text()))
        for button in (self._join, self._make):
            button.setVisible(not is_in)
        for button in (self._copy, self._leave):
            button.setVisible(is_in)
        _say(self._state, state_sentence(report, time_of), _TONES.get(report.state, "secondary"))
        together = report.state is TeamState.TOGETHER
        _say(self._saved, " ".join(_lines(saved_sentence(report) if together else "", refused_sentence(report))))
        _say(self._advice, "\n".join(report.advice), "warning")
        self.members.show_members([member_line(each, now) for each in report.members])

    def say(self, text: str, tone: str = "success") -> None:
        """What has become of a wish."""
        _say(self._news, text, tone)

    def clear_secrets(self) -> None:
        """What was typed of secrets is not kept here."""
        self.user_key.clear()
        self.password.clear()

    # --- inside ---

    def _wish(self, key: str) -> Wish:
        texts = (self.url.text(), key, self.password.text(), self.member.text(), self.name.text())
        return Wish(*texts, plain=self.plain.isChecked(), ca=self.ca.text())

    def _ask_for_ca(self) -> None:
        chooser = QFileDialog(self, self.tr("Choose the file with the certificate"))
        chooser.setObjectName("teamCaDialog")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        chooser.setNameFilters([self.tr("Certificates (*.crt *.pem *.cer)"), self.tr("All files (*)")])
        chooser.fileSelected.connect(self._take_ca)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _take_ca(self, path: str) -> None:
        self.ca.setText(path)
        self.ca.setModified(True)

    def _follow_key(self) -> None:
        self._join.setEnabled(bool(self.user_key.text().strip()))

    def _form(self) -> QWidget:
        self._rows = form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        form.setVerticalSpacing(10)
        for text, field in (
            (self.tr("Redis"), self.url),
            (self.tr("Password"), self.password),
            (self.tr("Team key"), self.user_key),
            (self.tr("This device"), self.member),
            (self.tr("Team"), self.name),
        ):
            named = label(text)
            named.setBuddy(field)
            form.addRow(named, field)
        named = label(self.tr("Certificate"))
        named.setBuddy(self.ca)
        form.addRow(named, row(self.ca, self._choose, gap=8))
        form.addRow(self.plain)
        left = QWidget()
        about = label(
            self.tr(
                "Several people who use one Google project share its limits, so that together they never pass "
                "them, and the answers that one of them has had. Maps stay on each device."
            ),
            "secondary",
            wrap=True,
        )
        buttons = row(self._join, self._make, self._test, self._copy, -1, gap=8)
        left.setLayout(column(about, 14, form, 12, buttons, 8, row(self._leave, -1), 8, self._news, -1))
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        right.setLayout(column(self._state, 12, self.members, 10, self._saved, 8, self._advice, -1))
        return right


class _Members(QTableWidget):
    """Who belongs to the team; read only, and left with Tab."""

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.setObjectName("teamMembers")
        self.setAccessibleName(self.tr("Members of the team"))
        self.setHorizontalHeaderLabels(
            [self.tr("Member"), self.tr("Last heard"), self.tr("Share"), self.tr("Requests today")]
        )
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.hide()

    def show_members(self, lines: list[tuple[str, str, str, str]]) -> None:
        """Other rows."""
        self.setVisible(bool(lines))
        shown = min(len(lines), _ROWS_AT_ONCE)
        self.setFixedHeight(
            self.horizontalHeader().sizeHint().height() + shown * self.verticalHeader().defaultSectionSize() + 4
        )
        self.setRowCount(len(lines))
        for at, line in enumerate(lines):
            for column_, text in enumerate(line):
                item = QTableWidgetItem(text)
                if column_:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(at, column_, item)


def _field(name: str, what: str, example: str) -> QLineEdit:
    made = QLineEdit()
    made.setObjectName(name)
    made.setAccessibleName(what)
    made.setToolTip(what)
    made.setPlaceholderText(example)
    made.setMaxLength(500)
    return made


def _told(name: str, role: str) -> QLabel:
    made = label("", role, wrap=True)
    made.setObjectName(name)
    made.hide()
    return made


def _say(made: QLabel, text: str, tone: str = "secondary") -> None:
    made.setText(text)
    made.setVisible(bool(text))
    made.setProperty("tone", tone)
    restyle(made)


def _lines(*texts: str) -> list[str]:
    return [text for text in texts if text]
