"""Several processes, also killed ones, never send more together than one may."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from tests.support.ledger_child import DEADLINE_S, MINUTE_S, RPM, TPM

CHECKOUT = Path(__file__).resolve().parents[2]


def sent(folder: Path) -> list[tuple[float, int]]:
    lines = (folder / "sent.log").read_text().splitlines()
    return sorted((float(at), int(tokens)) for at, tokens in (line.split() for line in lines))


def worst(events: list[tuple[float, int]]) -> tuple[int, int]:
    """The most requests and tokens in any window of a minute's length."""
    requests = tokens = 0
    for index, (start, _) in enumerate(events):
        within = [amount for at, amount in events[index:] if at < start + MINUTE_S]
        requests, tokens = max(requests, len(within)), max(tokens, sum(within))
    return requests, tokens


def start(stack: ExitStack, folder: Path, seconds: float) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.ledger_child", str(folder), str(seconds)]
    child = stack.enter_context(subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True))
    stack.callback(child.kill)
    return child


def begun(child: subprocess.Popen[str]) -> None:
    assert child.stdout is not None
    assert child.stdout.readline() == "begin\n"


def hammer(folder: Path, processes: int, seconds: float) -> list[tuple[float, int]]:
    with ExitStack() as stack:
        children = [start(stack, folder, seconds) for _ in range(processes)]
        for child in children:
            assert child.wait(60) == 0
    return sent(folder)


def check(folder: Path) -> None:
    requests, tokens = worst(sent(folder))
    print(f"worst window: {requests} of {RPM} requests, {tokens} of {TPM} tokens")
    assert requests <= RPM
    assert tokens <= TPM
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert not list(folder.glob("*.damaged-*"))


@pytest.mark.parametrize("processes", [2, 4])
def test_processes_share_one_ledger(tmp_path: Path, processes: int) -> None:
    events = hammer(tmp_path, processes, 2.5)
    check(tmp_path)
    assert len(events) > RPM  # more than one minute's worth, so it does let through


@pytest.mark.long
def test_eight_processes_share_one_ledger(tmp_path: Path) -> None:
    events = hammer(tmp_path, 8, 10.0)
    check(tmp_path)
    assert len(events) > 4 * RPM


def kill_some(folder: Path, trials: int) -> None:
    moment = random.Random(20260101)  # noqa: S311 (only for repeatable moments)
    for _ in range(trials):
        with ExitStack() as stack:
            child = start(stack, folder, 60.0)
            begun(child)
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(moment.uniform(0.02, 0.4))
            child.kill()
    check(folder)


def test_a_killed_process_is_counted(tmp_path: Path) -> None:
    kill_some(tmp_path, 5)
    assert sent(tmp_path)


@pytest.mark.long
def test_many_killed_processes_are_counted(tmp_path: Path) -> None:
    kill_some(tmp_path, 30)
    first, last = sent(tmp_path)[0][0], sent(tmp_path)[-1][0]
    minutes = (last - first) / (DEADLINE_S + MINUTE_S) + 1
    assert len(sent(tmp_path)) >= 0.5 * minutes  # it goes on after each kill
