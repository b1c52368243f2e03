"""The program as a person starts it: processes, signals, pipes, and a Gemini service on this machine."""

from __future__ import annotations

import json
import os
import re
import select
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_services import KEY
from tests.support.gemini_server import GeminiServer, key_hash

ROOT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"
PROGRAM = [sys.executable, "-m", "knowalledge_desktop"]


@pytest.fixture(scope="module")
def server() -> Iterator[GeminiServer]:
    with GeminiServer() as server:
        yield server


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONWARNINGS": "error", "PYTHONASYNCIODEBUG": "", **more}


def knowalledge(*words: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *words],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(**environ),
        timeout=60,
    )


def asked(server: GeminiServer, *words: str, **environ: str) -> Any:
    done = knowalledge(
        *words, "--json", GEMINI_API_KEY=KEY, KNOWALLEDGE_GEMINI_BASE_URL=server.url, PYTHONUTF8="0", **environ
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def start(*words: str, **environ: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [*PROGRAM, *words], stdout=pipe, stderr=pipe, text=True, cwd=ROOT, env=environment(**environ)
    )


def test_without_a_key_the_atlas_answers_and_says_so() -> None:
    done = knowalledge("explore", "Photosynthesis", "--json")
    told = json.loads(done.stdout)
    assert (done.returncode, told["engine"], told["substitute"]["because"]) == (0, "atlas", "KeyMissing")
    assert len(told["subtopics"]) >= 8
    assert all(item["sources"][0]["url"].startswith("https://en.wikipedia.org/") for item in told["subtopics"])
    assert done.stderr.splitlines()[0] == "No Gemini key is set: the built-in Atlas answered instead of Gemini."
    again = json.loads(knowalledge("explore", "Photosynthesis", "--json").stdout)
    assert (again["map_id"], again["subtopics"]) == (told["map_id"], told["subtopics"])
    kept = json.loads(knowalledge("library", "show", "photosynthesis", "--json").stdout)
    assert len(kept["topics"]) == len(told["subtopics"]) + 1


def test_other_scripts_survive_any_terminal() -> None:
    done = knowalledge(
        "explore", "Révolution française", "--language", "fr", "--json", PYTHONIOENCODING="ascii", LC_ALL="C"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["topic"] == "Révolution française"
    done = knowalledge("explain", "Révolution française", "--language", "fr", PYTHONIOENCODING="ascii")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_gemini_answers_through_the_whole_program(server: GeminiServer) -> None:
    told = asked(server, "explore", "Jazz", "--depth", "2", "--count", "2")
    assert told["engine"] == "gemini"
    assert [len(item["subtopics"]) for item in told["subtopics"]] == [2, 2]
    assert asked(server, "explore", "Jazz", "--count", "2")["from_cache"] is True
    explained = asked(server, "explain", "Jazz 1", "--in", "Jazz")
    assert explained["map_id"] == told["map_id"]
    assert "explained here" in explained["text"]
    assert {claim["state"] for claim in explained["claims"]} == {"unchecked"}
    assert server.seen[-1].key == key_hash(KEY)


def test_gemini_alone_never_falls_back_and_auto_does(server: GeminiServer) -> None:
    asked(server, "explore", "Jazz", "--count", "2")
    offline = {"GEMINI_API_KEY": KEY, "KNOWALLEDGE_GEMINI_BASE_URL": NOWHERE}
    done = knowalledge("explore", "DNA", "--engine", "gemini", "--json", **offline)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (6, "", 1)
    told = json.loads(knowalledge("explore", "DNA", "--json", **offline).stdout)
    assert (told["engine"], told["substitute"]["kind"]) == ("atlas", "atlas")
    told = json.loads(knowalledge("explore", "Jazz", "--count", "3", "--json", **offline).stdout)
    assert (told["engine"], told["substitute"]["kind"]) == ("gemini", "kept")
    assert knowalledge("explore", "DNA", "--engine", "gemini").returncode == 4


def test_the_base_address_may_be_an_option_and_plain_only_on_this_machine(server: GeminiServer) -> None:
    done = knowalledge("models", "--base-url", server.url, GEMINI_API_KEY=KEY)
    assert (done.returncode, "gemini-3.5-flash-lite" in done.stdout) == (0, True)
    done = knowalledge("models", "--base-url", "http://example.org", GEMINI_API_KEY=KEY)
    assert (done.returncode, len(done.stderr.splitlines())) == (3, 1)
    assert "https://" in done.stderr


def test_a_key_is_nowhere_to_be_found(server: GeminiServer, home: Path) -> None:
    said = ""
    for words in (["key", "set"], ["key", "set", "--no-test"], ["key", KEY], ["explore", KEY + "?", "--key", KEY]):
        done = knowalledge(*words, typed=KEY, KNOWALLEDGE_GEMINI_BASE_URL=server.url)
        assert done.returncode in {2, 4}
        said += done.stdout + done.stderr
    rejected = server.case_url("bad_key")
    told = [
        (["explore", "Jazz"], server.url, 0),
        (["explain", "Jazz"], server.url, 0),
        (["explore", "Rock", "--engine", "gemini"], rejected, 4),
        (["key", "test"], rejected, 4),
        (["models"], NOWHERE, 6),
        (["doctor"], server.url, 0),
    ]
    for words, url, code in told:
        done = knowalledge(*words, GEMINI_API_KEY=KEY, KNOWALLEDGE_GEMINI_BASE_URL=url)
        assert done.returncode == code, (words, done.stderr)
        said += done.stdout + done.stderr
    assert KEY not in said
    files = [path for path in home.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if KEY.encode() in path.read_bytes()] == []


def test_interrupting_the_program_is_silent(server: GeminiServer) -> None:
    from tests.support.gemini_cases import Reply

    server.enqueue(Reply(first_s=30.0))
    server.came.clear()
    running = start("explore", "Jazz", GEMINI_API_KEY=KEY, KNOWALLEDGE_GEMINI_BASE_URL=server.url)
    assert server.came.wait(30)
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=30) == ("", "")
    assert running.returncode == 130
    assert server.seen[-1].hung_up.wait(10)


def test_a_reader_that_leaves_early_is_no_error() -> None:
    running = start("explore", "Photosynthesis")
    assert running.stdout is not None
    running.stdout.close()
    assert running.stderr is not None
    told = running.stderr.read()
    running.stderr.close()
    assert running.wait(30) == 141
    assert told in ("", "No Gemini key is set: the built-in Atlas answered instead of Gemini.\n")


def test_serving_answers_and_stops_when_told_to() -> None:
    running = start("serve", "--port", "0")
    assert running.stderr is not None
    assert select.select([running.stderr], [], [], 30)[0]
    found = re.search(r"http://127\.0\.0\.1:(\d+)/", running.stderr.readline())
    assert found
    for path in ("/metrics", "/api/health", "/api/ready"):
        with urllib.request.urlopen(f"http://127.0.0.1:{found[1]}{path}", timeout=10) as reply:
            assert (path, reply.status) == (path, 200)
            if path == "/api/health":
                health = json.loads(reply.read())
    assert health["status"] == "healthy"
    running.send_signal(signal.SIGTERM)
    assert running.communicate(timeout=30) == ("", "")
    assert running.returncode == 0


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    done = knowalledge("explore", "Jazz", "--home", str(blocked))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (7, "", 1)


def test_the_doctor_finds_this_machine_sound() -> None:
    done = knowalledge("doctor", "--json")
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["passed"] is True
    assert done.stderr == ""


def test_the_command_line_loads_neither_qt_nor_numbers_nor_the_sdk() -> None:
    code = (
        "import sys, knowalledge_desktop.__main__ as entry; code = entry.main(['library', 'list']);"
        "heavy = {'PySide6', 'shiboken6', 'qasync', 'numpy', 'google.genai', 'prometheus_client', 'keyring'};"
        "print(sorted(heavy & set(sys.modules))); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment()
    )
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the device that is always full is Linux's")
@pytest.mark.parametrize("words", ["explore Photosynthesis", "explain Jazz", "library list --json"])
def test_output_that_finds_no_room_is_an_error_of_storage(words: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, *words.split()], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment()
        )
    assert (done.returncode, "The disk is full" in done.stderr.splitlines()[-1]) == (7, True), done.stderr
