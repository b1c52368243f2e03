"""What a person may send to others: readable, complete, and nothing private in it."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.log_lines import log_line
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.diagnosis_bundle import LOG_CHARS, contents, write

KEY = "AIzaSyD-made-up_key-of-the-usual-length0"
SETTINGS = replace(
    Settings(), base_url="https://me:pw@gateway.example/x", team_url="rediss://ann@cache.example:6379",
    team_name="The Smiths", team_member="Ann Smith",
)  # fmt: skip


def bundle(tmp_path: Path, log: str = "a line\n") -> dict[str, str]:
    logs = tmp_path / "logs"
    logs.mkdir()
    (logs / "knowalledge.log").write_text(log, encoding="utf-8")
    environ = {"HOME": "/home/annsmith", "HTTPS_PROXY": "http://ann:pw@proxy.example", "LANG": "en", "OTHER": "x"}
    found = [{"name": "folders", "passed": True, "text": "/home/annsmith/.local can be written"}]
    return contents(found, SETTINGS, logs, environ, 1.8e9, ("own-secret-word",))


def test_nothing_private_is_in_it(tmp_path: Path) -> None:
    files = bundle(
        tmp_path, f"asked with {KEY} and own-secret-word in /home/annsmith/x\nAuthorization: Bearer abcdef\n"
    )
    whole = "".join(files.values())
    for private in (KEY, "own-secret-word", "annsmith", "abcdef", ":pw@", "ann@", "Ann Smith", "The Smiths"):
        assert private not in whole
    assert "~/.local can be written" in files["checks.json"]
    assert "HTTPS_PROXY" in files["environment.json"]  # that it is set, not to what
    assert json.loads(files["settings.json"])["team_url"] == "rediss://cache.example:6379"


def test_the_first_file_names_all_others_and_only_the_end_of_a_log_goes_along(tmp_path: Path) -> None:
    files = bundle(tmp_path, "old\n" * LOG_CHARS + "the end\n")
    assert all(name in files["READ ME FIRST.txt"] for name in files if name != "READ ME FIRST.txt")
    assert len(files["logs/knowalledge.log.txt"]) <= LOG_CHARS + 2
    assert files["logs/knowalledge.log.txt"].endswith("the end\n")
    assert any(line.startswith("apsw ") for line in files["packages.txt"].splitlines())


def test_the_log_is_there_for_people(tmp_path: Path) -> None:
    first = log_line("2026-11-23T15:25:04.123Z", "WARNING", "some.where", "it took long", {"seconds": 7})
    second = log_line("2026-11-23T15:25:05.000Z", "ERROR", "some.where", "it failed", exception=f"Trace:\n  {KEY}")
    told = bundle(tmp_path, f"{first}\n{second}\nan old line\n")["logs/knowalledge.log.txt"]
    assert told == (
        "2026-11-23T15:25:04.123Z WARNING some.where: it took long seconds=7\n"
        "2026-11-23T15:25:05.000Z ERROR some.where: it failed\n    Trace:\n      [redacted]\n"
        "an old line\n"
    )


def test_it_is_a_zip_for_this_person_alone(tmp_path: Path) -> None:
    files = bundle(tmp_path)
    write(tmp_path / "out.zip", files)
    assert (tmp_path / "out.zip").stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(tmp_path / "out.zip") as read:
        assert {name: read.read(name).decode() for name in read.namelist()} == files
    with pytest.raises(StorageError):
        write(tmp_path / "no such folder" / "out.zip", files)
