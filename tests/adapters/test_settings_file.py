"""The settings file: round trips, survivors, slips, damage, and the environment's word."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowalledge_desktop.adapters.settings_file import SettingsFile
from knowalledge_desktop.core.errors import DiskFull, StorageReadOnly
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Options, Style
from knowalledge_desktop.core.settings import PRODUCTION_BASE_URL, Settings, Theme

BASE_URL, API_VERSION = "KNOWALLEDGE_GEMINI_BASE_URL", "KNOWALLEDGE_GEMINI_API_VERSION"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def store(path: Path, environ: Mapping[str, str] | None = None) -> SettingsFile:
    return SettingsFile(path, environ or {})


def write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


any_settings = st.builds(
    Settings,
    st.text(min_size=1, max_size=9).map(str.strip).filter(bool),
    st.text(min_size=1, max_size=9).map(str.strip).filter(bool),
    st.builds(
        Options,
        st.sampled_from(["en", "fr"]),
        st.sampled_from(Level),
        st.sampled_from(Detail),
        st.sampled_from(Style),
        st.integers(1, 50),
        st.booleans(),
    ),
    st.sampled_from(EngineChoice),
    st.sampled_from(Theme),
    st.floats(0.5, 3),
    st.booleans(),
    st.just("http://127.0.0.1:1"),
    st.sampled_from(["v1", "v1beta"]),
    st.floats(1, 3600),
    st.integers(1 << 20, 1 << 40),
    st.floats(60, 1e8),
    st.integers(0, 65535),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each example overwrites the file
@given(told=any_settings)
def test_any_settings_are_read_back(path: Path, told: Settings) -> None:
    store(path).save(told)
    assert store(path).load() == told


def test_without_a_file_there_are_defaults_and_no_file_appears(path: Path) -> None:
    assert store(path).load() == Settings()
    assert not path.parent.exists()


def test_the_file_is_private_and_nothing_is_left_beside_it(path: Path) -> None:
    store(path).save(Settings())
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]


def test_fields_of_other_versions_survive(path: Path) -> None:
    write(path, {"from_the_future": {"a": [1]}, "options": {"mood": "calm", "count": 7}, "port": 8080})
    told = store(path).load()
    assert (told.options.count, told.port) == (7, 8080)
    store(path).save(replace(told, theme=Theme.DARK))
    saved = read(path)
    assert saved["from_the_future"] == {"a": [1]}
    assert saved["options"]["mood"] == "calm"
    assert (saved["theme"], saved["port"]) == ("dark", 8080)


@pytest.mark.parametrize(
    "slip",
    [
        {"theme": "purple"},
        {"theme": 3},
        {"text_scale": "big"},
        {"text_scale": 0},
        {"text_scale": float("nan")},
        {"text_scale": True},
        {"reduced_motion": "yes"},
        {"timeout_s": -1},
        {"timeout_s": float("inf")},
        {"port": 70000},
        {"port": 80.5},
        {"text_model": ""},
        {"text_model": None},
        {"base_url": ["x"]},
        {"options": "brief"},
        {"options": {"level": "professor", "count": 1000, "detail": None}},
        {"engine": {}},
        {"cache_limit_bytes": 10**30},
    ],
)
def test_a_slip_gives_the_default_and_spares_the_rest(path: Path, slip: dict[str, object]) -> None:
    write(path, {"api_version": "v9", **slip})
    assert store(path).load() == Settings(api_version="v9")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"7", b"\xff\xfe\x00", b"[" * 100_000, b"null"])
def test_a_damaged_file_is_kept_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert store(path).load() == Settings()
    assert path.with_name("settings.json.damaged").read_bytes() == content
    assert not path.exists()
    store(path).save(Settings(port=1))
    assert store(path).load().port == 1


def test_the_environment_wins_and_is_not_written_back(path: Path) -> None:
    store(path).save(Settings(base_url="https://mine.example", port=5))
    trial = store(path, {BASE_URL: "http://127.0.0.1:9", API_VERSION: "v1"})
    told = trial.load()
    assert (told.base_url, told.api_version, told.port) == ("http://127.0.0.1:9", "v1", 5)
    trial.save(replace(told, port=6))
    assert store(path).load() == Settings(base_url="https://mine.example", port=6)


def test_what_the_user_sets_while_the_environment_speaks_is_written(path: Path) -> None:
    trial = store(path, {BASE_URL: "http://127.0.0.1:9"})
    trial.save(replace(trial.load(), base_url="https://new.example"))
    assert store(path).load().base_url == "https://new.example"
    trial.save(trial.load())
    assert store(path).load().base_url == "https://new.example"


def test_an_empty_variable_says_nothing(path: Path) -> None:
    assert store(path, {BASE_URL: " ", API_VERSION: ""}).load().base_url == PRODUCTION_BASE_URL


def test_a_folder_that_cannot_be_made_is_said_when_saving(path: Path) -> None:
    path.parent.write_text("a file in the way")
    assert store(path).load() == Settings()
    with pytest.raises(StorageReadOnly, match="config"):
        store(path).save(Settings())


def test_a_full_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(path).save(Settings(port=1))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="settings"):
        store(path).save(Settings(port=2))
    assert store(path).load().port == 1
    assert [each.name for each in path.parent.iterdir()] == ["settings.json"]
