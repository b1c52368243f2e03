"""A disk that is full and a folder that cannot be written: real ones where the system allows it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SMALL = 8 * 1024 * 1024


def _mount(*words: str) -> bool:
    try:
        return subprocess.run(["mount", *words], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A disk of 8 MB at `folder`; gives False where no disk can be mounted."""
    folder.mkdir(parents=True)
    mounted = _mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder))
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the room that is left; returns the file to delete for some."""
    filler = folder / "filler"
    chunk = bytes(64 * 1024)
    with filler.open("ab", buffering=0) as file:
        for size in (len(chunk), 512, 1):
            try:
                while file.write(chunk[:size]) == size:
                    pass
            except OSError:
                continue
    return filler


@contextmanager
def read_only(folder: Path) -> Iterator[bool]:
    """Let nothing in `folder` be written; gives False where that cannot be had."""
    if _mount("--bind", str(folder), str(folder)):
        made = _mount("-o", "remount,ro,bind", str(folder))
        try:
            yield made
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    if os.name != "posix" or os.geteuid() == 0:  # permissions do not bind the one who sets them
        yield False
        return
    paths = [folder, *folder.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path in reversed(paths):
        path.chmod(modes[path] & ~0o222)
    try:
        yield True
    finally:
        for path in paths:
            path.chmod(modes[path])
