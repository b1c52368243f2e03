"""Where the program's files are on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from knowalledge_desktop.adapters.storage_errors import private_folder

APP_NAME = "KnowAllEdge"
HOME_VARIABLE = "KNOWALLEDGE_HOME"


@dataclass(frozen=True, slots=True)
class Paths:
    """Folders of one user: documents, state, cache, settings, logs; and the program's own resources."""

    data: Path
    state: Path
    cache: Path
    config: Path
    logs: Path
    resources: Path


def resolve_paths(environ: Mapping[str, str]) -> Paths:
    """The folders, all there and private (mode 0700); raises StorageError when one cannot be made.

    KNOWALLEDGE_HOME puts everything under one folder, for portable use and tests.
    """
    home = environ.get(HOME_VARIABLE, "").strip()
    data, state, cache, config = _under(Path(home).expanduser().absolute()) if home else _of_platform()
    for folder in (data, state, cache, config, state / "logs"):
        private_folder(folder)
    return Paths(data, state, cache, config, state / "logs", resources_dir())


def _under(home: Path) -> tuple[Path, Path, Path, Path]:
    return home / "data", home / "state", home / "cache", home / "config"


def _of_platform() -> tuple[Path, Path, Path, Path]:
    from platformdirs import PlatformDirs

    dirs = PlatformDirs(APP_NAME, appauthor=False)
    data = dirs.user_data_path
    # Some platforms have one folder for several purposes; keep each purpose apart.
    others = {"state": dirs.user_state_path, "cache": dirs.user_cache_path, "config": dirs.user_config_path}
    state, cache, config = (data / name if path == data else path for name, path in others.items())
    return data, state, cache, config


def resources_dir() -> Path:
    """The folder `resources`: beside a frozen program, inside the wheel, or in the checkout."""
    bundle = getattr(sys, "_MEIPASS", None)
    package = Path(__file__).resolve().parent.parent
    places = [Path(bundle) / "resources"] if bundle else []
    places += [package / "_resources", package.parent / "resources"]
    return next((place for place in places if place.is_dir()), places[-1])
