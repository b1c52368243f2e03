"""What a person may send when something does not work: a zip of plain texts, to be read before it is sent.

It holds what the checks found, the settings, versions and the last lines of the log. It holds no key, no token and
no password, no map, no answer; names of the person's folders are shortened. Texts of topics are in none of it but
where the log quotes an error that names one.
"""

from __future__ import annotations

import json
import platform
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from urllib.parse import urlsplit

from knowalledge_desktop import __version__
from knowalledge_desktop.core.errors import StorageError, StorageReadOnly
from knowalledge_desktop.core.log_lines import for_people
from knowalledge_desktop.core.redaction import redact
from knowalledge_desktop.core.settings import Settings

LOG_CHARS = 200_000
"""So much of the end of each log file goes along."""

_ADDRESSES = ("base_url", "team_url", "otlp_url")
_NAMES = ("team_name", "team_member", "project")
_VARIABLES = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "QT_QPA_PLATFORM",
    "QT_SCALE_FACTOR",
    "LANG",
    "LC_ALL",
    "XDG_SESSION_TYPE",
)

_READ_ME = """This is what KnowAllEdge found about itself on this machine. Nothing of it has been sent to anybody.

Read it before you send it. Keys, tokens and passwords were taken out, and so were the names of your folders, of
your team and of your project. There are no maps and no answers in it. The files:

{files}
"""


def contents(
    findings: Sequence[Mapping[str, object]],
    settings: Settings,
    logs: Path,
    environ: Mapping[str, str],
    now: float,
    secrets: Sequence[str] = (),
) -> dict[str, str]:
    """The files by name; reading takes milliseconds. `findings` are those of the checks, `now` epoch seconds."""
    files = {
        "checks.json": _json(list(findings)),
        "settings.json": _json(_plain(settings)),
        "environment.json": _json(_environment(environ, now)),
        "packages.txt": "".join(f"{each}\n" for each in _packages()),
    }
    for path in sorted(logs.glob("knowalledge.log*")):
        files[f"logs/{path.name}.txt"] = _end_of(path)
    files = {name: _private(text, environ, secrets) for name, text in files.items()}
    listed = "\n".join(f"  {name}  ({len(text.encode()):,} bytes)" for name, text in files.items())
    return {"READ ME FIRST.txt": _READ_ME.format(files=listed), **files}


def write(path: Path, files: Mapping[str, str]) -> None:
    """Write them as a zip that only this person may read; raises StorageError."""
    fresh = path.with_name(path.name + ".new")
    try:
        fresh.touch(mode=0o600)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as out:
            for name, text in files.items():
                out.writestr(name, text)
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        told = f"{path}: {error.strerror or type(error).__name__}"
        raise (StorageReadOnly if isinstance(error, PermissionError) else StorageError)(told) from error


def _plain(settings: Settings) -> dict[str, object]:
    told: dict[str, object] = asdict(settings)
    for name in _ADDRESSES:
        parts = urlsplit(str(told[name]))
        told[name] = f"{parts.scheme}://{(parts.netloc).rpartition('@')[2]}{parts.path}" if parts.netloc else ""
    for name in _NAMES:
        told[name] = "(set)" if told[name] else ""
    return told


def _environment(environ: Mapping[str, str], now: float) -> dict[str, object]:
    return {
        "program": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "machine": platform.machine(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "written": datetime.fromtimestamp(now, UTC).isoformat(),
        "variables": {name: environ[name] for name in sorted(_VARIABLES & environ.keys())},
        "set": sorted(
            name for name in environ if name.startswith("KNOWALLEDGE_") or name.lower().endswith("_proxy")
        ),
    }


def _packages() -> list[str]:
    return sorted({f"{each.name} {each.version}" for each in distributions() if each.name}, key=str.casefold)


def _end_of(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        return f"(cannot be read: {error.strerror or type(error).__name__})"
    if len(text) > LOG_CHARS:
        text = "…\n" + text[-LOG_CHARS:].partition("\n")[2]
    return "\n".join(for_people(line) for line in text.split("\n"))


def _private(text: str, environ: Mapping[str, str], secrets: Sequence[str]) -> str:
    text = redact(text, secrets)
    homes = {str(Path.home()), environ.get("HOME", ""), environ.get("USERPROFILE", "")}
    for home in sorted((each for each in homes if len(each) > 1), key=len, reverse=True):
        text = text.replace(home, "~").replace(json.dumps(home)[1:-1], "~")
    return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
