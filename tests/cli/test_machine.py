"""`knowalledge doctor`, `selftest` and `serve`."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import KeyringUnavailable, StorageDamaged, UserInputError
from tests.support.cli_services import TOKEN, Bench, FakePort, command


async def fine() -> str:
    return "all there"


async def damaged() -> str:
    raise StorageDamaged("library.db")


async def locked() -> str:
    raise KeyringUnavailable("locked")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.mark.parametrize("name", ["doctor", "selftest"])
def test_checks_that_pass(bench: Bench, name: str) -> None:
    bench.doctor = bench.selftest = (("files", fine), ("keyring", fine))
    done = command(bench, name)
    assert (done.code, done.err) == (0, "")
    assert done.out == "ok      files    all there\nok      keyring  all there\n"
    told = json.loads(command(bench, name, "--json").out)
    assert told["passed"] is True
    assert told["checks"][0] == {"name": "files", "passed": True, "text": "all there"}


@pytest.mark.parametrize("name", ["doctor", "selftest"])
def test_a_check_that_fails_decides_the_exit_code(bench: Bench, name: str) -> None:
    bench.doctor = bench.selftest = (("files", damaged), ("keyring", locked), ("atlas", fine))
    done = command(bench, name)
    assert done.code == 7
    assert "FAILED  files    A file is damaged." in done.out
    assert "library.db" in done.out
    assert done.errors == ["2 of 3 checks failed: files, keyring."]
    done = command(bench, name, "--json")
    assert (done.code, json.loads(done.out)["passed"]) == (7, False)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serving_goes_on_until_it_is_told_to_stop(bench: Bench, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    port = FakePort(started=lambda: os.kill(os.getpid(), number))
    done = command(bench, "serve", "--port", "0", port=port)
    assert (done.code, done.out) == (0, "")
    assert "http://127.0.0.1:40001/metrics" in done.err
    assert (port.asked, port.closed, bench.closed) == ([0], 1, 1)
    assert signal.getsignal(number) == before


def test_a_port_that_cannot_be_opened(bench: Bench) -> None:
    port = FakePort(error=UserInputError("Port 9000 is in use by another program; choose another."))
    done = command(bench, "serve", "--port", "9000", port=port)
    assert (done.code, len(done.errors), port.closed) == (3, 1, 1)
    assert "in use" in done.err


def test_the_token_is_printed_and_made_once(bench: Bench) -> None:
    done = command(bench, "serve", "--token")
    assert (done.code, done.out) == (0, TOKEN + "\n")
    assert "test keyring" in done.err
    assert command(bench, "serve", "--token").out == TOKEN + "\n"


def test_a_token_that_cannot_be_kept_is_only_of_use_while_serving(bench: Bench) -> None:
    bench.port_secrets.lasting = False
    done = command(bench, "serve", "--token")
    assert (done.code, done.out) == (3, "")
    port = FakePort(started=lambda: os.kill(os.getpid(), signal.SIGINT))
    done = command(bench, "serve", "--token", "--port", "0", port=port)
    assert (done.code, done.out) == (0, TOKEN + "\n")


def test_serving_needs_a_port(bench: Bench) -> None:
    done = command(bench, "serve")
    assert (done.code, len(done.errors)) == (3, 1)
    bench.settings.save(replace(bench.settings.load(), port=5000))
    port = FakePort(started=lambda: os.kill(os.getpid(), signal.SIGINT))
    assert command(bench, "serve", port=port).code == 0
    assert port.asked == [5000]
