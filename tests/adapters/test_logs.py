"""The log file keeps what happened and no secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.logs import LOG_NAME, set_up_logs

KEY = "AIzaSyD-made-up_key-of-the-usual-length0"
OWN = "a-key-of-quite-another-shape"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    close = set_up_logs(tmp_path / "logs", logging.INFO, lambda: (OWN,))
    yield tmp_path / "logs"
    close()


def text(folder: Path) -> str:
    return (folder / "knowalledge.log").read_text(encoding="utf-8")


LINES = [
    ("%s", KEY),
    ("asking with %r", {"x-goog-api-key": "short-one"}),
    ("GET https://host.example/v1?key=%s&alt=sse", "abcd1234"),
    ("headers: %s", [(b"x-goog-api-key", b"value-of-it")]),
    ("Authorization: Bearer %s", "token-of-someone"),
    ("api_key=%s", "value-of-it"),
    ("the key in use is %s", OWN),
    ("%s", "AQ.Ab8RN6-made-up-key-of-the-new-kind"),
]


@pytest.mark.parametrize(("line", "argument"), LINES)
def test_no_line_has_a_secret(folder: Path, line: str, argument: object) -> None:
    logging.getLogger("some.where").info(line, argument)
    told = text(folder)
    assert "[redacted]" in told
    for secret in (KEY, OWN, "short-one", "abcd1234", "value-of-it", "token-of-someone", "made-up-key"):
        assert secret not in told


def fail(text: str) -> None:
    raise ValueError(text)


def test_no_traceback_has_a_secret(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        try:
            fail(f"bad request with {KEY} and {OWN}")
        except ValueError:
            logging.getLogger("some.where").exception("it failed")
    told = text(folder)
    assert "ValueError: bad request with [redacted] and [redacted]" in told


def test_ordinary_words_stay(folder: Path) -> None:
    line = "the key concept of monkey=banana; 12 keys, author: Ann"
    logging.getLogger("some.where").info(line)
    assert line in text(folder)


def test_talkative_libraries_are_quiet(folder: Path) -> None:
    for name in ("google_genai", "google_genai.models", "httpx", "httpx2", "httpcore.http11"):
        logging.getLogger(name).info("a request was made")
    assert text(folder) == ""


def test_the_file_is_private_and_rotates(folder: Path) -> None:
    for _ in range(30):
        logging.getLogger("some.where").info("x" * 100_000)
    files = sorted(folder.iterdir())
    assert [each.name for each in files][:2] == ["knowalledge.log", "knowalledge.log.1"]
    assert len(files) <= 5
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in files)


def test_closing_ends_it(tmp_path: Path) -> None:
    before = list(logging.getLogger().handlers)
    close = set_up_logs(tmp_path)
    logging.getLogger("some.where").info("first")
    close()
    logging.getLogger("some.where").info("second")
    assert logging.getLogger().handlers == before
    assert "first" in text(tmp_path)
    assert "second" not in text(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a system without a disk that is always full")
def test_a_full_disk_is_not_told_by_the_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / LOG_NAME).symlink_to("/dev/full")
    close = set_up_logs(tmp_path)
    logging.getLogger("knowalledge_desktop.somewhere").info("There is no room for this line.")
    close()
    assert capsys.readouterr() == ("", "")
