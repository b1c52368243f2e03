"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from knowalledge_desktop.core.errors import DiskFull, StorageError, StorageReadOnly


def write_whole(path: Path, data: bytes) -> None:
    """Write through a second file beside it, so that an earlier one is there until the new one is whole.

    Blocks: call it in a thread. Raises StorageError.
    """
    fresh = path.with_name(f".{path.name[:200]}.{os.getpid()}.new")
    try:
        try:
            with fresh.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(str(path)) from error
        kind = StorageReadOnly if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} else StorageError
        raise kind(str(path)) from error
