"""The settings as a JSON file that a person can read and older and newer programs can share."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, cast

from knowalledge_desktop.adapters.storage_errors import from_os, os_errors, private_folder
from knowalledge_desktop.core.errors import StorageError
from knowalledge_desktop.core.request import Options
from knowalledge_desktop.core.settings import Settings

OVERRIDES = {
    "base_url": "KNOWALLEDGE_GEMINI_BASE_URL",
    "api_version": "KNOWALLEDGE_GEMINI_API_VERSION",
    "otlp_url": "KNOWALLEDGE_OTLP_URL",
}

# The range of each number; what is outside is taken for a slip and the default is used.
_RANGES = {
    "text_scale": (0.5, 3.0),
    "timeout_s": (1.0, 3600.0),
    "cache_limit_bytes": (1024 * 1024, 1 << 40),
    "cache_ttl_s": (60.0, 10 * 366 * 24 * 3600.0),
    "cache_soft_s": (0.0, 10 * 366 * 24 * 3600.0),
    "port": (0, 65535),
    "count": (1, 50),
}

Json = dict[str, Any]
D = TypeVar("D", Settings, Options)


class SettingsFile:
    """Implements `SettingsStore`.

    The environment's base address and API version win on load and are not written back,
    so a trial with a gateway leaves no trace. Fields this version does not know survive.
    """

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path = path
        told = {name: environ.get(variable, "").strip() for name, variable in OVERRIDES.items()}
        self._overrides = {name: value for name, value in told.items() if value}

    def load(self) -> Settings:
        """Settings, with defaults for what is missing or unreadable.

        A file that is no JSON object at all is kept aside as `….damaged`.
        """
        try:
            settings = _read(Settings(), self._told())
        except StorageError:  # the port promises defaults; saving will say what is wrong
            settings = Settings()
        return replace(settings, **cast("Any", self._overrides))

    def save(self, settings: Settings) -> None:
        """Write atomically; raises StorageError."""
        told = self._told()
        new = _plain(settings)
        for name, value in self._overrides.items():
            if new[name] == value:  # still the environment's word, not the user's
                new[name] = told.get(name, _plain(Settings())[name])
        _replace_file(self._path, json.dumps(_merged(told, new), ensure_ascii=False, indent=2) + "\n")

    def _told(self) -> Json:
        try:
            told: object = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise from_os(error, self._path) from error
        except (ValueError, RecursionError):
            told = None
        if isinstance(told, dict):
            return cast("Json", told)
        self._keep_aside()
        return {}

    def _keep_aside(self) -> None:
        aside = self._path.with_name(self._path.name + ".damaged")
        with os_errors(aside):
            self._path.replace(aside)


def _plain(settings: Settings) -> Json:
    return asdict(settings)


def _merged(old: Json, new: Json) -> Json:
    """`new` over `old`, field by field, so that unknown fields stay."""
    out = dict(old)
    for name, value in new.items():
        before = out.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            out[name] = _merged(cast("Json", before), cast("Json", value))
        else:
            out[name] = value
    return out


def _read(default: D, told: Json) -> D:
    """`default` with every field of `told` that is of the right kind and in range."""
    found: Json = {}
    for each in fields(default):
        if each.name in told:
            value = _value(each.name, getattr(default, each.name), told[each.name])
            if value is not None:
                found[each.name] = value
    return replace(default, **found)


def _value(name: str, default: object, told: object) -> object | None:
    """`told` as the type of `default`, or None when it is not usable."""
    if isinstance(default, Options):
        return _read(default, cast("Json", told)) if isinstance(told, dict) else None
    if isinstance(default, Enum):
        known = {member.value: member for member in type(default)}
        return known.get(told) if isinstance(told, str) else None
    if isinstance(default, bool):
        return told if isinstance(told, bool) else None
    if isinstance(default, str):
        return told.strip() or None if isinstance(told, str) else None
    return _number(name, default, told)


def _number(name: str, default: object, told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float) or not math.isfinite(told):
        return None
    low, high = _RANGES.get(name, (-math.inf, math.inf))
    if not low <= told <= high:
        return None
    if isinstance(default, int):
        return told if isinstance(told, int) else None
    return float(told)


def _replace_file(path: Path, text: str) -> None:
    """Write through a second file, so that a crash leaves the old one or the new one whole."""
    private_folder(path.parent)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os_errors(path):
        try:
            with fresh.open("w", encoding="utf-8") as file:
                fresh.chmod(0o600)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
