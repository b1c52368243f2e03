"""Pictures made up for tests, good ones and hostile ones."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from typing import Any

from PIL import Image

SECRET = "Made-up-secret-4711"  # stands in every kind of metadata


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain(width: int = 40, height: int = 30, *, mode: str = "RGB", kind: str = "PNG", **options: Any) -> bytes:
    """A picture whose left half is red and whose right half is blue, where the mode has colours."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return encoded(image.convert(mode), kind, **options)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, rows: bytes | None = None) -> bytes:
    """A PNG in grey by hand: its header says what it likes, `rows` is the packed content."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * (width + 1) * height) if rows is None else rows
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


def zeros(megabytes: int) -> bytes:
    """So many megabytes of nothing, packed a thousandfold."""
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(megabytes)) + packer.flush()


# Written with libheif and x265, which are not needed to read them: 64 x 32, the left half red, the right one blue.
_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAAEMAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5j"
    "bHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xhcAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBp"
    "eGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAEttZGF0AAAAPygBr1jm9Oq//+c7v/8qPSH2JRfX/+Kr1X9RO0/8"
    "YSVJLUGhOEOoU1kV9AH/X9IQtIF+6STPHCOH8N3q7MGiFA=="
)
_TURNED_HEIC = (  # the same lying on its side, with the words "secret place" in its EXIF
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAAEMAAgAAAAACLwABAAAAAAAAAD4AAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAIAAAAAEAAAAAAAAAAv///+AAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAIltZGF0AAAAPygBr1jm9Oq//+c7v/8qPSH2JRfX/+Kr1X9RO0/8"
    "YSVJLUGhOEOoU1kV9AH/X9IQtIF+6STPHCOH8N3q7MGiFAAAAAZFeGlmAABNTQAqAAAACAACAQ4AAgAAAA0AAAAmARIAAwAAAAEA"
    "BgAAAAAAAHNlY3JldCBwbGFjZQAA"
)


def heic(*, turned: bool = False) -> bytes:
    """A picture as telephones take them."""
    return base64.b64decode(_TURNED_HEIC if turned else _HEIC)


def many_frames(count: int) -> bytes:
    """A GIF of so many frames of one pixel."""
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    return b"GIF89a\1\0\1\0\x80\0\0\xff\0\0\0\0\0" + frame * count + b";"


def webp_header(width: int, height: int) -> bytes:
    """A WebP of one pixel whose header says that it is larger."""
    data = bytearray(encoded(Image.new("RGB", (1, 1)), "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9  # behind the length and the signature; 14 bits for each side less one
    data[at : at + 4] = struct.pack("<I", (width - 1) | (height - 1) << 14)
    return bytes(data)


def hostile() -> dict[str, bytes]:
    """What must end in a sentence."""
    large, small = zeros(100), zeros(1)
    bomb = chunk(b"zTXt", b"Comment\0\0" + large)
    return {
        "empty": b"",
        "one byte": b"\x89",
        "text": b"This is not a picture at all.\n" * 100,
        "svg": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><circle r="9"/></svg>',
        "html": b"<html><body>no</body></html>",
        "truncated png": plain(200, 200)[:-60],
        "truncated jpeg": plain(300, 200, kind="JPEG")[:700],
        "header alone": plain()[:33],
        "fifty megabytes": plain() + bytes(50 << 20),
        "30000x30000": png(30_000, 30_000, rows=b""),
        "30000x30000 packed": png(30_000, 30_000, rows=large),
        "8000x8000": png(8_000, 8_000, rows=b""),
        "webp of 49 megapixels": webp_header(7_000, 7_000),
        "2147483647x1": png(0x7FFFFFFF, 1, rows=b""),
        "text bomb": png(8, 8, bomb),
        "many text bombs": png(8, 8, *[chunk(b"zTXt", b"Comment\0\0" + small)] * 500),
        "profile bomb": png(8, 8, chunk(b"iCCP", b"x\0\0" + large)),
        "wrong checksum": png(8, 8).replace(b"IHDR\0\0\0\x08", b"IHDR\0\0\0\x09"),
        "tiff": encoded(Image.new("RGB", (8, 8)), "TIFF"),
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "truncated heic": heic()[:-30],
        "heic without anything": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100),
    }
