"""`knowalledge backup`: on the real wiring, as copies are files."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from knowalledge_desktop.bootstrap import build_services
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.core.errors import DiskFull
from knowalledge_desktop.services.bundle import Services
from tests.support.cli_services import Bench, FakePort, Outcome, Stream, command, console
from tests.support.examples import photosynthesis


def do(*words: str) -> Outcome:
    at = console()
    code = run(words, lambda told: build_services({**os.environ, **told}), lambda _: FakePort(), at)
    out, err = at.stdout, at.stderr
    assert isinstance(out, Stream)
    assert isinstance(err, Stream)
    return Outcome(code, out.text, err.text)


def told(*words: str) -> Any:
    done = do(*words, "--json")
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.fixture
def kept(home: Path) -> Path:
    async def fill(services: Services) -> None:
        await services.library._library.create(photosynthesis("m1"))
        await services.aclose()

    asyncio.run(fill(build_services(dict(os.environ))))
    return home


def test_without_any(home: Path) -> None:
    done = do("backup")
    assert (done.code, done.out) == (0, "")
    assert "knowalledge backup make" in done.err
    assert told("backup", "list") == {"folder": str(home / "data" / "backups"), "backups": []}


def test_make_list_and_restore(kept: Path) -> None:
    made = told("backup", "make")
    assert (made["kind"], made["good"], made["maps"]) == ("by_hand", True, 1)
    assert do("library", "delete", "m1").code == 0
    assert told("library", "list") == {"maps": []}
    listed = do("backup").out
    assert made["name"] in listed
    assert "1 map, good" in listed
    done = do("backup", "restore", made["name"])
    assert done.code == 0
    assert "kept as library-before-restore-" in done.out
    assert [each["map_id"] for each in told("library", "list")["maps"]] == ["m1"]
    kinds = {each["kind"] for each in told("backup", "list")["backups"]}
    assert kinds == {"by_hand", "before_restore", "daily"}


def test_what_is_not_there_or_no_good_is_said(kept: Path) -> None:
    assert do("backup", "restore", "nothing.db").code == 3
    bad = kept / "data" / "backups" / "library-20200101.db"
    bad.write_bytes(b"garbage " * 800)
    assert ", damaged" in do("backup").out
    done = do("backup", "restore", bad.name)
    assert done.code == 7
    assert len(done.errors) == 1


def test_a_command_whose_act_is_only_in_memory_fails(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    services = bench.services()
    held = services.backups._library
    services.library._library = held  # type: ignore[assignment]
    asyncio.run(held.create(photosynthesis("m1")))
    bench.memory.failing = DiskFull("library.db")
    asyncio.run(held.create(photosynthesis("m2")))
    bench.services = lambda: services  # type: ignore[method-assign]
    done = command(bench, "library", "list")
    assert done.code == 7
    assert "disk is full" in done.err
