"""One window for each home: a second start hands what it was asked to the first, which comes forward.

Who is first is told by a lock that the system frees (see `adapters.process_mark.Claim`); this is the wire
between the two: a local socket in the home's own folder, for its owner only.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QThread, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

if TYPE_CHECKING:
    from knowalledge_desktop.ui.main_window import MainWindow

PATIENCE_S = 20.0
"""So long a second start waits for the first to listen or to end."""

_PATH_MOST = 100  # bytes; the system's own limit for the name of a socket is a little more
_MESSAGE_MOST = 65_536  # bytes
_TRY_MS = 250
_SILENCE_MS = 5_000
_TOKEN = "XDG_ACTIVATION_TOKEN"  # noqa: S105 (a variable's name: the desktop's leave to come forward)
_TAKEN = b"taken\n"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a start was asked: a topic, a file to open, or just the window; `token` lets it come forward."""

    topic: str = ""
    token: str = ""
    file: str = ""


def address_of(state: Path) -> str | None:
    """Where the window of a home listens; None where there can be no such place."""
    if sys.platform == "win32":
        return f"knowalledge-{hashlib.sha256(str(state).encode()).hexdigest()[:24]}"
    place = str(state / "window.sock")
    return place if len(os.fsencode(place)) <= _PATH_MOST else None


def hand_over(address: str, topic: str | None, may_be_first: Callable[[], bool], file: Path | None = None) -> bool:
    """Hand this start to the window that is open; False when there is none to take it.

    Waits for one that is only just starting, and stops as soon as `may_be_first` says that it has ended.
    """
    wanted = Wanted(topic or "", os.environ.get(_TOKEN, ""), str(file or ""))
    began = QElapsedTimer()
    began.start()
    while began.elapsed() < PATIENCE_S * 1000:
        if _sent(address, wanted):
            return True
        if may_be_first():
            return False
        QThread.msleep(_TRY_MS)
    return False


def _sent(address: str, wanted: Wanted) -> bool:
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_TRY_MS):
        return False
    socket.write(json.dumps(asdict(wanted)).encode() + b"\n")
    answer = b""
    while not answer.endswith(b"\n") and (socket.waitForReadyRead(_SILENCE_MS) or socket.bytesAvailable()):
        answer += bytes(socket.readAll().data())
    socket.abort()
    return answer == _TAKEN


class Listener(QObject):
    """Listens for second starts, from when it is made until `close`."""

    wanted = Signal(object)  # Wanted

    def __init__(self, address: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        QLocalServer.removeServer(address)  # of a process that was killed: whoever lives holds the lock
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take)
        self.is_listening = self._server.listen(address)

    def close(self) -> None:
        """Take no more."""
        self._server.close()

    def _take(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            _Call(socket, self._hear, self)

    def _hear(self, wanted: Wanted) -> None:
        self.wanted.emit(wanted)


class _Call(QObject):
    """One connection: a line comes, an answer goes; who is silent or says too much is cut off."""

    def __init__(self, socket: QLocalSocket, hear: Callable[[Wanted], None], parent: QObject) -> None:
        super().__init__(parent)
        self._socket, self._hear = socket, hear
        self._line = b""
        socket.setParent(self)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self.deleteLater)
        QTimer.singleShot(_SILENCE_MS, self, socket.abort)
        self._read()

    def _read(self) -> None:
        self._line += bytes(self._socket.readAll().data())
        if len(self._line) > _MESSAGE_MOST:
            self._socket.abort()
        elif self._line.endswith(b"\n"):
            wanted = parsed(self._line)
            self._line = b""
            if wanted is None:
                self._socket.abort()
                return
            self._socket.write(_TAKEN)
            self._socket.flush()
            self._socket.disconnectFromServer()
            self._hear(wanted)


class Door(QObject):
    """Where later starts come in: they bring the window forward, and their topics are explored in turn.

    A topic that comes while another is only just growing waits until that map is kept.
    """

    def __init__(self, window: MainWindow, address: str) -> None:
        super().__init__(window)
        self._window = window
        self._topics: list[str] = []
        self._listener = Listener(address, self)
        self._listener.wanted.connect(self._take)
        window.desk.maps.activity_changed.connect(self._later)

    def close(self) -> None:
        """Take no more."""
        self._listener.close()

    def _take(self, wanted: Wanted) -> None:
        come_forward(self._window, wanted.token)
        if wanted.topic:
            self._topics.append(wanted.topic)
            self._later()
        if wanted.file:
            self._window.exchange.take(Path(wanted.file))

    def _later(self) -> None:
        if self._topics:
            QTimer.singleShot(0, self, self._next)

    def _next(self) -> None:
        maps = self._window.desk.maps
        is_kept = maps.session is None or maps.session.is_stored
        if self._topics and (is_kept or not maps.running()):
            self._window.desk.explore(self._topics.pop(0))


def parsed(line: bytes) -> Wanted | None:
    """What a start was asked, or None for what is no such message."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    said = cast("dict[str, Any]", told)
    topic, token, file = said.get("topic"), said.get("token"), said.get("file", "")
    if not (isinstance(topic, str) and isinstance(token, str) and isinstance(file, str)):
        return None
    return Wanted(topic, token, file)


def come_forward(window: QWidget, token: str) -> None:
    """Show the window before the others, as far as the desktop lets it."""
    if token:
        os.environ[_TOKEN] = token  # Qt hands it to the desktop, and forgets it then
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
    QApplication.alert(window)
