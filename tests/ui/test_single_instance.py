"""The wire between a second start and the window that is open."""

from __future__ import annotations

import asyncio
import stat
import sys
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication, QWidget

from knowalledge_desktop.adapters.process_mark import Claim
from knowalledge_desktop.ui.single_instance import Listener, Wanted, address_of, come_forward, hand_over, parsed
from tests.support.qt import RunAsync
from tests.support.window import until

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # a screen that is not there


def is_private(address: str) -> bool:
    return stat.S_IMODE(Path(address).stat().st_mode) & 0o077 == 0


def test_a_start_is_handed_over_and_answered(
    qapp: QApplication, run_async: RunAsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "leave")
    address = address_of(tmp_path)
    assert address is not None

    async def flow() -> None:
        heard: list[Wanted] = []
        listener = Listener(address)
        assert listener.is_listening
        listener.wanted.connect(heard.append)
        assert is_private(address), "others could speak to it"
        for topic in ("Bebop – 爵士", ""):
            code = "import sys; from knowalledge_desktop.ui.single_instance import hand_over as h"
            code += "; sys.exit(0 if h(sys.argv[1], sys.argv[2], lambda: True) else 1)"
            other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, address, topic)
            assert await other.wait() == 0
        await until(lambda: len(heard) == 2, "both")
        assert heard == [Wanted("Bebop – 爵士", "leave"), Wanted("", "leave")]
        listener.close()

    run_async(flow())


def test_who_finds_nobody_takes_the_place(tmp_path: Path) -> None:
    address = address_of(tmp_path)
    assert address is not None
    asked: list[bool] = []

    def free() -> bool:
        asked.append(True)
        return True

    assert not hand_over(address, "Bebop", free)
    assert asked == [True]


def test_what_is_no_message_is_cut_off(qapp: QApplication, run_async: RunAsync, tmp_path: Path) -> None:
    address = address_of(tmp_path)
    assert address is not None

    async def flow() -> None:
        heard: list[Wanted] = []
        listener = Listener(address)
        listener.wanted.connect(heard.append)
        for sent in (b"nonsense\n", b"[1]\n", b'{"topic": 3, "token": ""}\n', b"x" * 70_000):
            socket = QLocalSocket()
            socket.connectToServer(address)
            socket.write(sent)
            await until(lambda s=socket: s.state() is QLocalSocket.LocalSocketState.UnconnectedState, "cut off")
            socket.deleteLater()
        assert heard == []
        listener.close()

    run_async(flow())


@pytest.mark.parametrize("line", [b"{", b"[" * 100_000, b"null", b'{"topic": "x"}', b"\xff\xfe"])
def test_only_a_whole_message_is_one(line: bytes) -> None:
    assert parsed(line) is None


def test_a_folder_too_deep_for_a_socket_has_none(tmp_path: Path) -> None:
    assert address_of(tmp_path / ("deep" * 40)) is None


def test_one_claim_at_a_time(tmp_path: Path) -> None:
    one, two = Claim(tmp_path / "window.lock"), Claim(tmp_path / "window.lock")
    assert one.take()
    assert one.take()
    assert not two.take()
    one.release()
    assert two.take()
    two.release()
    assert Claim(tmp_path / "nowhere" / "window.lock").take()


def test_a_window_comes_forward(qapp: QApplication) -> None:
    window = QWidget()
    window.showMinimized()
    come_forward(window, "")
    assert not window.isMinimized()
    assert window.isVisible()
    window.close()
