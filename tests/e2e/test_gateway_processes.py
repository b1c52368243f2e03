"""The gateway as people run it: commands, several at once, killed, without money, and with a planted key."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.gateway import PLANTED_KEY, command, environ, ran, spoken, start
from tests.support.gemini_cases import error, unary
from tests.support.limits_count import HiddenLimits, refusals, worst_window
from tests.support.limits_server import LimitsServer
from tests.support.limits_words import png

QUOTA = 5
INVENTED = [f"https://invented-{n}.example/page/{n}?q={n}" for n in range(50)]


@pytest.fixture
def long(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--long"))


# --- several processes --------------------------------------------------------------------------------------


def test_8_processes_with_one_question_are_one_call(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(2.0, 2.0)) as server:
        told = environ(tmp_path / "home", server.url)
        processes = [start(told, "explain", "Tides", "--engine", "gemini", "--json") for _ in range(8)]
        outs = [process.communicate(timeout=60) for process in processes]
        assert [process.returncode for process in processes] == [0] * 8, outs
        assert [entry.topic for entry in server.log] == ["Tides"]
    answers = [json.loads(out) for out, _ in outs]
    assert len({answer["text"] for answer in answers}) == 1
    assert sum(not answer["from_cache"] for answer in answers) == 1


def test_when_the_process_that_asks_is_killed_the_others_have_their_answer(tmp_path: Path) -> None:
    words = ("explain", "Tides", "--engine", "gemini", "--json")
    with LimitsServer(HiddenLimits(), latency=(3.0, 3.0)) as server:
        told = environ(tmp_path / "home", server.url)
        leader = start(told, *words)
        server.wait_for(1, 30.0)
        others = [start(told, *words) for _ in range(2)]
        server.latency = (0.05, 0.05)
        leader.send_signal(signal.SIGKILL)
        leader.communicate(timeout=10)
        outs = [other.communicate(timeout=60) for other in others]
        assert [other.returncode for other in others] == [0, 0], outs
        assert len(server.log) == 2
    assert len({json.loads(out)["text"] for out, _ in outs}) == 1


def test_killed_after_admission_it_never_passes_the_limit(tmp_path: Path, *, long: bool) -> None:
    kills, rpm, minute_s, deadline_s = (30, 5, 2.0, 6.0) if long else (5, 3, 2.0, 4.0)
    lengths = (minute_s, deadline_s)
    with LimitsServer(HiddenLimits(rpm=rpm), minute_s=minute_s, latency=(0.5, 0.5)) as server:
        told = environ(tmp_path / "home", server.url)
        for words in (("--preset", "none"), ("--rpm", str(rpm))):
            assert command(told, "quota", "set", *words)[0] == 0
        for at in range(0, kills, 5):
            victims = {
                f"Victim {n}": start(
                    told, "explain", f"Victim {n}", "--engine", "gemini", "--json", lengths=lengths
                )
                for n in range(at, min(at + 5, kills))
            }
            kill_as_they_arrive(server, victims)
        with start(told, "explain", "Survivor", "--engine", "gemini", "--json", lengths=lengths) as last:
            out, err = last.communicate(timeout=60)
        assert last.returncode == 0, err
        assert json.loads(out)["topic"] == "Survivor"
        log = server.log
    assert not refusals(log)
    assert sorted(entry.topic for entry in log) == sorted([*(f"Victim {n}" for n in range(kills)), "Survivor"])
    worst = worst_window(log, minute_s)
    print(f"\n{kills} kills: worst window {worst} of {rpm}")
    assert worst <= rpm


def kill_as_they_arrive(server: LimitsServer, victims: Mapping[str, subprocess.Popen[str]]) -> None:
    """Kill each of these processes while the service is answering it."""
    before = len(server.log)
    for count in range(1, len(victims) + 1):
        server.wait_for(before + count, 60.0)
        victim = victims[server.log[before + count - 1].topic]
        victim.send_signal(signal.SIGKILL)
        victim.communicate(timeout=10)
        assert victim.returncode == -signal.SIGKILL


# --- limits that are not known ------------------------------------------------------------------------------


def test_a_refused_day_is_remembered_by_every_process(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(rpd=1), latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        assert command(told, "explain", "Tides", "--engine", "gemini", "--json")[0] == 0
        for run, topic in ((command, "Waves"), (ran, "Rain")):  # refused by the service, then without asking it
            code, out, err = run(told, "explain", topic, "--engine", "gemini", "--json")
            assert (code, out) == (QUOTA, "")
            assert "1 request" in err
            assert "a day" in err
            assert re.search(r"\d\d:\d\d", err), err
        code, out, _ = command(told, "explain", "Tides", "--engine", "gemini", "--json")
        assert json.loads(out)["from_cache"]
        code, out, _ = command(told, "explain", "Physics", "--json")
        found = json.loads(out)
        assert (found["engine"], found["substitute"]["because"]) == ("atlas", "QuotaExhausted")
        code, out, _ = command(told, "quota", "--json")
        [gauge] = [each for each in json.loads(out)["gauges"] if each["metric"] == "rpd"]
        assert (gauge["limit"], gauge["learned"]) == (1, True)
        assert gauge["blocked_until"] == pytest.approx(json.loads(out)["day_ends"])
        assert [entry.status for entry in server.log] == [200, 429]


# --- money --------------------------------------------------------------------------------------------------


def test_without_money_a_kept_answer_or_the_atlas_answers_and_says_so(tmp_path: Path) -> None:
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        assert command(told, "explain", "Physics", "--json")[0] == 0
        assert command(told, "budget", "--day", "0.000001")[0] == 0
        code, out, err = ran(told, "explain", "Light", "--engine", "gemini", "--json")
        assert (code, out) == (QUOTA, "")
        assert "budget" in err.lower()
        code, out, err = command(told, "explain", "Physics", "--fresh", "--json")
        kept = json.loads(out)
        assert (code, kept["engine"]) == (0, "gemini")
        assert kept["substitute"]["kind"] == "kept"
        assert kept["substitute"]["because"] == "BudgetReached"
        assert "kept on" in err
        code, out, err = command(told, "explain", "Light", "--json")
        found = json.loads(out)
        assert (code, found["engine"]) == (0, "atlas")
        assert found["substitute"]["because"] == "BudgetReached"
        assert "instead of Gemini" in err
        assert [entry.topic for entry in server.log] == ["Physics"]


# --- what may come out --------------------------------------------------------------------------------------


def test_invented_links_come_out_nowhere(tmp_path: Path) -> None:
    text = "**Tides** rise and fall twice a day. " + " ".join(
        f"The Moon draws the water, see {url} or [page {n}]({url}) now." for n, url in enumerate(INVENTED)
    )
    items = [{"title": f"Tide {n}", "summary": f"As told at {INVENTED[n]} by many."} for n in range(15)]
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        server.enqueue(spoken(text, 37), spoken(text, 37), spoken(json.dumps({"subtopics": items}), 11))
        said = [
            command(told, "explain", "Tides", "--engine", "gemini", "--json"),
            command(told, "explain", "Tides", "--engine", "gemini", "--fresh"),
            command(told, "explore", "Tides", "--engine", "gemini", "--json"),
        ]
        assert [code for code, _, _ in said] == [0, 0, 0], said
        map_id = json.loads(said[0][1])["map_id"]
        said.append(command(told, "library", "show", map_id, "--json"))
        assert len(server.log) == 3
    shown = json.loads(said[3][1])
    assert len(shown["topics"]) == 16
    assert "The Moon draws the water" in json.dumps(shown)
    assert "invented-" not in "".join(out + err for _, out, err in said)
    holding = [
        path.name
        for path in (tmp_path / "home").rglob("*")
        if path.is_file() and b"invented-" in path.read_bytes()
    ]
    assert not holding


def test_the_key_is_written_nowhere(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        told = environ(home, server.url)
        quoting = error(400, "INVALID_ARGUMENT", f"API key not valid: {PLANTED_KEY}")
        server.enqueue(unary(quoting, 400))
        said = [
            command(told, "explain", "Echo", "--engine", "gemini", "--json"),
            command(told, "explain", "Tides", "--engine", "gemini", "--json"),
            command(told, "explore", "Tides", "--engine", "gemini", "--json"),
            command(told, "present", "Tides", "--subtopics", "Origins of Tides", "--json"),
            command(told, "doctor", "--json"),
        ]
        assert len(server.log) >= 4
    assert PLANTED_KEY not in "".join(out + err for _, out, err in said)
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"ledger.db", "jobs.db", "library.db"} <= {path.name for path in files}
    assert any(path.suffix == ".lock" for path in files)
    assert any("answers" in path.parts for path in files)
    assert not [str(path.relative_to(home)) for path in files if PLANTED_KEY.encode() in path.read_bytes()]


# --- pictures and questions ---------------------------------------------------------------------------------


def test_pictures_and_questions_go_through_the_gateway(tmp_path: Path) -> None:
    photo, drawn = tmp_path / "photo.png", tmp_path / "drawn.png"
    photo.write_bytes(png("a photo", 64))
    with LimitsServer(HiddenLimits(), latency=(0.01, 0.03)) as server:
        told = environ(tmp_path / "home", server.url)
        said = [
            command(told, "image-topic", str(photo), "--engine", "gemini", "--json"),
            command(told, "illustrate", "Tides", "--out", str(drawn), "--engine", "gemini", "--json"),
            command(told, "ask", "Tides", "Why twice a day?", "--engine", "gemini", "--json"),
        ]
        assert [code for code, _, _ in said] == [0, 0, 0], said
        topics, picture, answer = (json.loads(out) for _, out, _ in said)
        _, out, _ = command(told, "budget", "--json")
        rows = {row["operation"]: row["requests"] for row in json.loads(out)["rows"]}
        counting, *asking = [entry.method for entry in server.log]  # the picture is counted before it is sent
        assert (counting, len(asking)) == ("countTokens", 3)
    assert 1 <= len(topics["topics"]) <= 5
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert picture["bytes"] == drawn.stat().st_size
    assert answer["text"]
    assert rows == {"image_topic": 1, "illustration": 1, "question": 1}
