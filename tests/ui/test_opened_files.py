"""Files that the system asks the program to open: by its event, and by a later start."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from knowalledge_desktop import __main__ as entry
from knowalledge_desktop.ui.opened_files import OpenedFiles
from knowalledge_desktop.ui.single_instance import Listener, Wanted, address_of, parsed
from tests.support.qt import RunAsync
from tests.support.window import until


def test_what_comes_before_the_window_waits_for_it(qapp: QApplication) -> None:
    files, taken = OpenedFiles(), list[Path]()
    source = QObject()
    source.installEventFilter(files)
    qapp.sendEvent(source, QFileOpenEvent("/maps/a.knowalledge"))
    assert taken == []
    files.hand_to(taken.append)
    assert taken == [Path("/maps/a.knowalledge")]
    qapp.sendEvent(source, QFileOpenEvent("/maps/b.knowalledge"))
    assert taken == [Path("/maps/a.knowalledge"), Path("/maps/b.knowalledge")]
    assert not files.eventFilter(source, QEvent(QEvent.Type.Show))


def test_a_start_with_a_file_hands_it_to_the_open_window(
    qapp: QApplication, run_async: RunAsync, tmp_path: Path
) -> None:
    address = address_of(tmp_path)
    assert address is not None

    async def flow() -> None:
        heard: list[Wanted] = []
        listener = Listener(address)
        listener.wanted.connect(heard.append)
        code = "import sys; from pathlib import Path"
        code += "; from knowalledge_desktop.ui.single_instance import hand_over as h"
        code += "; sys.exit(0 if h(sys.argv[1], None, lambda: True, Path(sys.argv[2])) else 1)"
        other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, address, "/maps/Jazz.knowalledge")
        assert await other.wait() == 0
        await until(lambda: bool(heard), "it")
        assert heard[0].file == "/maps/Jazz.knowalledge"
        listener.close()

    run_async(flow())


def test_a_message_of_an_older_start_has_no_file_and_a_wrong_one_is_none() -> None:
    assert parsed(b'{"topic": "", "token": ""}\n') == Wanted()
    assert parsed(b'{"topic": "", "token": "", "file": 3}\n') is None


def test_one_word_that_is_a_file_of_ours_opens_the_window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[tuple[object, ...]] = []

    def open_window(*words: object) -> int:
        opened.append(words)
        return 0

    monkeypatch.setattr(entry, "_open_window", open_window)
    monkeypatch.chdir(tmp_path)
    assert entry.main(["Jazz.knowalledge"]) == 0
    assert opened == [({}, None, tmp_path / "Jazz.knowalledge")]
