"""The log file keeps what happened and no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

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


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text(folder).split("\n") if line]


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
    (told,) = lines(folder)
    assert told["message"] == "it failed"
    assert told["exception"].startswith("Traceback (most recent call last):\n")
    assert told["exception"].endswith("ValueError: bad request with [redacted] and [redacted]")


def test_each_line_is_an_object(folder: Path) -> None:
    logging.getLogger("some.where").info("two lines\nand “letters” %s", "\u2028\x00")
    (told,) = lines(folder)
    assert list(told) == ["time", "level", "logger", "message"]
    assert (told["level"], told["logger"]) == ("INFO", "some.where")
    assert told["message"].startswith("two lines\nand “letters” \u2028")
    when = datetime.fromisoformat(told["time"])
    assert when.utcoffset() == timedelta(0)
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=5)


def test_what_is_told_beside_the_message_are_fields_without_secrets(folder: Path) -> None:
    told = {"model": "flash", "count": 3, "cached": True, "took_s": 0.5, "odd": float("nan"), "none": None}
    secret = {"api_key": "value-of-it", "url": f"https://host.example/?key={KEY}", "own": f"is {OWN}"}
    logging.getLogger("some.where").info("asked", extra={**told, **secret})
    (line,) = lines(folder)
    assert {name: line["fields"][name] for name in told} == {**told, "odd": "nan"}
    assert line["fields"]["api_key"] == "[redacted]"
    assert line["fields"]["own"] == "is [redacted]"
    for word in ("value-of-it", KEY, OWN):
        assert word not in text(folder)


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
