"""What the operating system says about a file, in the words of the error tree."""

from __future__ import annotations

import errno
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from knowalledge_desktop.core.errors import DiskFull, StorageDamaged, StorageError, StorageReadOnly

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.EISDIR}
_DAMAGED = {errno.EIO}


def from_os(error: OSError, path: Path) -> StorageError:
    """The storage error that an operating system error on `path` means."""
    told = f"{path}: {error.strerror or type(error).__name__}"
    if error.errno in _FULL:
        return DiskFull(told)
    if error.errno in _READ_ONLY:
        return StorageReadOnly(told)
    if error.errno in _DAMAGED:
        return StorageDamaged(told)
    return StorageError(told)


@contextmanager
def os_errors(path: Path) -> Generator[None]:
    """Turn every OSError of the block into the storage error it means."""
    try:
        yield
    except OSError as error:
        raise from_os(error, path) from error


def private_folder(path: Path) -> Path:
    """`path` as a folder only the user may enter, made when missing; raises StorageError."""
    with os_errors(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path
