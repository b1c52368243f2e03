"""Zip files: written the same each time, read as if a stranger had made them."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.formats.base import Caps

_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first moment that a zip file can tell
_UNIX = 3


def pack(files: Mapping[str, bytes]) -> bytes:
    """A zip file with these members, in this order, stored as they are.

    Nothing is compressed: what a compressor makes differs from version to version of it, and the same files must
    give the same bytes on every machine.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.create_system = _UNIX
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(info, data)
    return out.getvalue()


def unpack(data: bytes, caps: Caps) -> dict[str, bytes]:
    """The members of a zip file by name, without folders; raises ImportRefused for what is not plain and small."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, caps)
    except ImportRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ImportRefused(
            "The file is not a sound zip file: it is damaged, or locked with a password."
        ) from error
    except (ValueError, OSError, OverflowError, MemoryError, IndexError) as error:  # offsets and dates that lie
        raise ImportRefused("The file is not a sound zip file: it is damaged.") from error


def _members(archive: zipfile.ZipFile, caps: Caps) -> dict[str, bytes]:
    infos = archive.infolist()
    if len(infos) > caps.members:
        raise ImportRefused(f"The file holds more than {caps.members:,} files, so it was not read.")
    if sum(info.file_size for info in infos) > caps.unpacked_bytes:
        raise ImportRefused("Unpacked, the file would be too large, so it was not read.")
    found: dict[str, bytes] = {}
    left = caps.unpacked_bytes
    for info in infos:
        if info.is_dir():
            continue
        name = info.filename
        if not is_safe_name(name) or stat.S_ISLNK(info.external_attr >> 16):
            raise ImportRefused("The file holds a path that leads out of its folder, so it was not read.")
        if name in found:
            raise ImportRefused("The file holds two files of one name, so it was not read.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ImportRefused("The file is packed in a way that is not read here.")
        with archive.open(info) as member:
            found[name] = member.read(left + 1)  # what it says of its size may be a lie
        left -= len(found[name])
        if left < 0:
            raise ImportRefused("Unpacked, the file would be too large, so it was not read.")
    return found


def is_safe_name(name: str) -> bool:
    """Whether a member's name stays inside its folder, on every system."""
    if not name or len(name) > 1000 or "\\" in name or ":" in name or "\x00" in name or name.startswith("/"):
        return False
    return all(part not in ("", ".", "..") for part in name.split("/"))


def looks_zipped(data: bytes) -> bool:
    """Whether these bytes begin as a zip file."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")
