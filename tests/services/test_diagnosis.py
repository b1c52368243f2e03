"""Checks of this machine and of the installed program."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowalledge_desktop.core.errors import KeyringUnavailable, StorageDamaged, StorageReadOnly
from knowalledge_desktop.core.sentences import one_line
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.checks import doctor_checks, selftest_checks
from knowalledge_desktop.services.diagnosis import DiagnosisService, Finding
from tests.support.cli_services import KEY, Bench, TopicEngine
from tests.support.fakes import MemorySecrets


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path)
    bench.index.titles = ("Photon", "Photosynthesis")
    for part in ("data", "state", "cache", "config", "resources"):
        (tmp_path / part).mkdir()
    (tmp_path / "resources" / "fonts").mkdir()
    (tmp_path / "resources" / "fonts" / "Inter.ttf").write_bytes(b"\x00\x01\x00\x00 and more")
    return bench


def folders(bench: Bench) -> Folders:
    return bench.services().folders


async def doctor(bench: Bench) -> dict[str, Finding]:
    checks = doctor_checks(folders(bench), bench.library, bench.cache, bench.index, bench.secrets, Settings)
    return {finding.name: finding for finding in await DiagnosisService(checks, ()).doctor()}


async def selftest(bench: Bench, engine: TopicEngine, other: Bench) -> dict[str, Finding]:
    def build_in(folder: Path) -> Services:
        assert folder.is_dir()
        return other.services()

    checks = selftest_checks(engine, folders(bench), build_in)
    return {finding.name: finding for finding in await DiagnosisService((), checks).selftest()}


async def test_a_sound_machine(bench: Bench) -> None:
    found = await doctor(bench)
    assert all(finding.passed and finding.exit_code == 0 for finding in found.values()), found
    names = ["program", "folders", "fonts", "screen", "library", "cache", "atlas", "key", "gemini address"]
    assert list(found) == names
    assert "Photosynthesis" in found["atlas"].text
    assert found["key"].text.startswith("not set")


async def test_the_doctor_does_not_show_the_key(bench: Bench) -> None:
    bench.secrets = MemorySecrets(KEY)
    found = await doctor(bench)
    assert found["key"].text == "set (test keyring)"
    assert KEY not in str(found)


async def test_a_missing_folder_is_a_finding_and_not_the_end(bench: Bench) -> None:
    (bench.folder / "cache").rmdir()
    found = await doctor(bench)
    assert not found["folders"].passed
    assert found["folders"].text == one_line(StorageReadOnly(str(bench.folder / "cache")))
    assert found["folders"].exit_code == 7
    assert found["library"].passed


async def test_a_mistake_of_the_program_is_not_a_finding() -> None:
    async def broken() -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await DiagnosisService((("broken", broken),), ()).doctor()


async def test_an_error_without_details_is_told_in_its_sentence() -> None:
    async def locked() -> str:
        raise KeyringUnavailable

    (finding,) = await DiagnosisService((("key", locked),), ()).doctor()
    assert finding == Finding("key", passed=False, text=one_line(KeyringUnavailable()), exit_code=4)


async def test_the_selftest_keeps_and_reads_back(bench: Bench, tmp_path: Path) -> None:
    for name in ("atlas/atlas.sqlite", "theme/tokens.json", "icons", "fonts"):
        (tmp_path / "resources" / name).mkdir(parents=True, exist_ok=True)
    other = Bench(tmp_path / "other")
    found = await selftest(bench, TopicEngine("atlas"), other)
    assert all(finding.passed for finding in found.values()), found
    assert "16 topics" in found["ask, keep, read back"].text
    assert other.closed == 1


async def test_the_selftest_finds_what_is_missing(bench: Bench, tmp_path: Path) -> None:
    poor = TopicEngine("atlas")
    poor.known = 3
    other = Bench(tmp_path / "other")
    other.engine.troubles["Photosynthesis"] = StorageDamaged("library.db")
    found = await selftest(bench, poor, other)
    assert {name: finding.exit_code for name, finding in found.items()} == {
        "resources": 7,
        "atlas": 6,
        "ask, keep, read back": 7,
    }
    assert "icons" in found["resources"].text
    assert other.closed == 1
