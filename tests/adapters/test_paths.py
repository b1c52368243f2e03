"""Where files go, and that only the user may enter there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from knowalledge_desktop.adapters.paths import resolve_paths, resources_dir
from knowalledge_desktop.core.errors import StorageReadOnly


def test_one_variable_puts_everything_under_one_folder(tmp_path: Path) -> None:
    paths = resolve_paths({"KNOWALLEDGE_HOME": str(tmp_path / "portable")})
    home = tmp_path / "portable"
    assert (paths.data, paths.state, paths.cache, paths.config, paths.logs) == (
        home / "data",
        home / "state",
        home / "cache",
        home / "config",
        home / "state" / "logs",
    )


def test_the_folders_are_there_and_private(tmp_path: Path) -> None:
    paths = resolve_paths({"KNOWALLEDGE_HOME": str(tmp_path / "portable")})
    for folder in (paths.data, paths.state, paths.cache, paths.config, paths.logs):
        assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="the names of the folders are the platform's own")
def test_otherwise_the_platform_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATA", "STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    paths = resolve_paths({})
    assert paths.data == tmp_path / "data" / "KnowAllEdge"
    assert paths.state == tmp_path / "state" / "KnowAllEdge"
    assert paths.cache == tmp_path / "cache" / "KnowAllEdge"
    assert paths.config == tmp_path / "config" / "KnowAllEdge"


def test_purposes_stay_apart_where_the_platform_has_one_folder_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATA", "STATE", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path))
    paths = resolve_paths({})
    assert len({paths.data, paths.state, paths.cache, paths.config, paths.logs}) == 5


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageReadOnly, match="file"):
        resolve_paths({"KNOWALLEDGE_HOME": str(tmp_path / "file")})


def test_resources_come_from_the_checkout() -> None:
    assert resources_dir() == Path(__file__).resolve().parents[2] / "resources"


def test_resources_come_from_the_bundle_when_frozen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources_dir() == tmp_path / "resources"
