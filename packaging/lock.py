"""Write the lock files: every package with its version and the sha256 of each published file.

The locks name no index host, so that whatever index the machine is set up for can serve them; pip checks
the hashes. They are universal: one file serves Linux, macOS and Windows with Python 3.11 to 3.13, through
environment markers. `run.txt` holds what the program and its set-up need, `dev.txt` adds the tools on top,
`dev-source.txt` the few of them that are published as source alone and are built with the locked setuptools.

Usage: sh packaging/dev.sh lock [--upgrade [PACKAGE ...]]
Without --upgrade the versions that are locked stay, as long as pyproject.toml still allows them.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ROOT / "packaging" / "lock"
HEADER = """\
# {title}
# Written by packaging/lock.py from pyproject.toml; do not edit. Renew with: sh packaging/dev.sh lock
"""
SOURCE_ONLY = {"blockbuster", "forbiddenfruit"}  # the second is a source archive, the first depends on it
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def canonical(name: str) -> str:
    """The name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def blocks(text: str) -> dict[str, str]:
    """The requirements of a lock file, by canonical package name (one name may have several lines)."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith(("#", "-r ")):
            continue
        if not line[0].isspace():
            match = _NAME.match(line)
            if match is None:
                raise ValueError(f"not a requirement: {line!r}")
            name = canonical(match.group())
        found.setdefault(name, []).append(line.rstrip())
    return {name: "\n".join(lines) for name, lines in found.items()}


def resolve(wanted: list[str], output: Path, upgrade: list[str], constraint: Path | None = None) -> dict[str, str]:
    """Ask uv for a universal resolution of `wanted`; `output` may hold the versions to keep."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit("lock: uv is missing; run this through: sh packaging/dev.sh lock")
    source = output.with_suffix(".in")
    source.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    command = [
        uv,
        "pip",
        "compile",
        "--system-certs",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
    ]
    command += ["--no-header", "--no-annotate", "--no-config", "--quiet", *upgrade]
    if constraint is not None:
        command += ["--constraint", str(constraint)]
    subprocess.run([*command, str(source), "--output-file", str(output)], check=True)
    return blocks(output.read_text(encoding="utf-8"))


def write(path: Path, title: str, lines: list[str]) -> None:
    """Write one lock file and refuse any address in it."""
    text = HEADER.format(title=title) + "\n".join(lines) + "\n"
    if "://" in text or " @ " in text:
        raise SystemExit(f"lock: {path.name} would name a host")
    path.write_text(text, encoding="utf-8")
    print(f"lock: {path.relative_to(ROOT)}: {len(blocks(text))} packages", file=sys.stderr)


def main() -> None:
    """Resolve both sets and write both files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--upgrade", nargs="*", metavar="PACKAGE", help="take newer versions, of these or of all")
    names: list[str] | None = parser.parse_args().upgrade
    upgrade = ["--upgrade"] if names == [] else [f"--upgrade-package={name}" for name in names or []]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    LOCKS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        run, dev = Path(folder, "run.txt"), Path(folder, "dev.txt")
        if (LOCKS / "run.txt").exists():
            shutil.copy(LOCKS / "run.txt", run)
            # uv reads the versions to keep from the old output, which must be whole.
            old = "".join(file.read_text(encoding="utf-8") for file in sorted(LOCKS.glob("*.txt")))
            dev.write_text("\n".join(blocks(old).values()) + "\n", encoding="utf-8")
        base = [*project["dependencies"], *extras["team"], *extras["heic"], *extras["setup"]]
        locked = resolve(base, run, upgrade)
        tools = resolve([*base, *extras["dev"]], dev, upgrade, constraint=run)
    write(LOCKS / "run.txt", "What the program and its set-up need.", list(locked.values()))
    more = [text for name, text in tools.items() if name not in locked and name not in SOURCE_ONLY]
    source = [text for name, text in tools.items() if name in SOURCE_ONLY]
    write(LOCKS / "dev.txt", "The tools for working on the program, on top of run.txt.", ["-r run.txt", *more])
    write(LOCKS / "dev-source.txt", "Tools that are built from source, after dev.txt is there.", source)


if __name__ == "__main__":
    main()
