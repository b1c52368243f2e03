"""Pictures from people and from models: looked at with care, made small, and stripped of what they tell.

A picture is read only in the formats named here, its size is known from its header before anything is
unpacked, one at a time is unpacked, and a large one is made small strip by strip, never copied whole: so
memory stays bounded. The work is done off the loop.
"""

from __future__ import annotations

import asyncio
import io
import struct
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import InvalidReply, UserInputError

if TYPE_CHECKING:
    from PIL import Image

T = TypeVar("T")

INPUT_MAX_BYTES = 10 * 1024 * 1024
PIXELS_MAX = 50_000_000
WEBP_PIXELS_MAX = 25_000_000
"""Unpacking WebP holds a picture four times (16 bytes a pixel), all others once: 25 million take 400 MB."""

SIDE_MAX = 1024
"""Pixels of the longer side of a prepared picture; models look at no more."""

JPEG_QUALITY = 85
FORMATS: Mapping[str, str] = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""Endings of file names that a picture can be written under, and the format that they mean."""

_MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
_READABLE = ("PNG", "JPEG", "GIF", "WEBP")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_ORIENTATION = 0x0112  # the EXIF tag
_STEPS_A_STRIP = 16

_KINDS = "Use a PNG, JPEG, GIF, WebP or HEIC picture of at most 10 MB."
_TOO_LARGE = f"The picture file is larger than 10 MB. {_KINDS}"
_TOO_MANY = f"The picture has more than {PIXELS_MAX // 1_000_000} million pixels. Make it smaller and try again."
_TOO_MANY_WEBP = (
    f"The WebP picture has more than {WEBP_PIXELS_MAX // 1_000_000} million pixels. "
    "Make it smaller, or save it as JPEG, and try again."
)
_NO_PICTURE = f"This is not a picture that can be read, or it is damaged. {_KINDS}"
_HEIC = "HEIC pictures cannot be read on this computer. Save the picture as JPEG or PNG and try again."
_SVG = "SVG drawings cannot be read. Save the drawing as PNG and try again."

# What decoders raise over junk; everything else is a mistake of the program.
_JUNK = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ArithmeticError,
    EOFError,
    MemoryError,
    RuntimeError,
    Warning,
    struct.error,
    zlib.error,
)


class Pictures:
    """Implements the port of the same name. Nothing is loaded before the first picture."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    async def prepare(self, source: bytes | Path) -> Picture:
        """The picture as it may be sent: upright, at most 1024 px, without metadata; else UserInputError.

        The first image is taken of an animation. What is transparent stays so (PNG), all else becomes
        a JPEG.
        """
        return await self._work(lambda: _prepared(_bytes_of(source)))

    async def checked(self, data: bytes) -> Picture:
        """A model's picture, kept as it came once all of it has proved readable; else InvalidReply."""
        return await self._work(lambda: _checked(data))

    async def convert(self, picture: Picture, suffix: str) -> bytes:
        """The picture as a file of that ending holds it (".png"), untouched where it is one already."""
        wanted = FORMATS[suffix.lower()]
        if _MIMES[wanted] == picture.mime:
            return picture.data
        return await self._work(lambda: _converted(picture, wanted))

    async def _work(self, job: Callable[[], T]) -> T:
        async with self._one_at_a_time:
            return await asyncio.to_thread(job)


# --- in the worker thread -----------------------------------------------------------------------------------


def _bytes_of(source: bytes | Path) -> bytes:
    data = source if isinstance(source, bytes) else _read(source)
    if not data:
        raise UserInputError(f"The picture file is empty. {_KINDS}")
    if len(data) > INPUT_MAX_BYTES:
        raise UserInputError(_TOO_LARGE)
    return data


def _read(path: Path) -> bytes:
    try:
        if not path.is_file():  # also what would be read for ever, such as a pipe
            raise UserInputError(f"There is no picture file ‘{path.name}’.")
        with path.open("rb") as file:
            return file.read(INPUT_MAX_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: no file can have this name
        raise UserInputError(f"The picture file ‘{path.name}’ cannot be read.") from error


def _prepared(data: bytes) -> Picture:
    from PIL import Image

    try:
        image = _opened(data, _formats(data))
        if image.format == "JPEG":
            image.draft(None, (2 * SIDE_MAX, 2 * SIDE_MAX))  # unpacked at half size and less, which is enough
        image.load()
        profile, turned = image.info.get("icc_profile"), _orientation(image)
        small = _turned(_in_srgb(_small(image), profile), turned)
        return _encoded(small, "PNG" if small.mode == "RGBA" else "JPEG")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UserInputError(_TOO_MANY) from error
    except UserInputError:
        raise
    except _JUNK as error:
        raise UserInputError(_why(data)) from error


def _checked(data: bytes) -> Picture:
    from PIL import Image

    try:
        image = _opened(data, tuple(_MIMES))
        mime = _MIMES[image.format or ""]
        image.load()
    except (Image.DecompressionBombError, UserInputError) as error:
        raise InvalidReply("the picture is too large") from error
    except _JUNK as error:
        raise InvalidReply(f"the picture cannot be read: {type(error).__name__}") from error
    return Picture.of(mime, data, *image.size)


def _converted(picture: Picture, wanted: str) -> bytes:
    image = _opened(picture.data, tuple(_MIMES))
    image.load()
    plain = _in_srgb(_plain(image), image.info.get("icc_profile"))
    return _encoded(_on_white(plain) if wanted == "JPEG" else plain, wanted).data


def _formats(data: bytes) -> tuple[str, ...]:
    """In which formats these bytes may be read; HEIC only where its decoder is installed."""
    if not _is_heic(data):  # whoever has none needs no decoder for it
        return _READABLE
    try:
        import pi_heif  # pyright: ignore[reportMissingImports, reportMissingTypeStubs]
    except ImportError:
        return _READABLE
    cast("Any", pi_heif).register_heif_opener()
    return (*_READABLE, "HEIF")


def _is_heic(data: bytes) -> bool:
    return data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS


def _opened(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    """The picture with its header read; nothing is unpacked yet."""
    from PIL import Image

    # The first sign of a bomb is to be an error, not a line on stderr; other remarks on junk are noise.
    Image.MAX_IMAGE_PIXELS = PIXELS_MAX
    warnings.filterwarnings("ignore", category=UserWarning, module=r"PIL\.")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    image = Image.open(io.BytesIO(data), formats=formats)
    if image.width * image.height > PIXELS_MAX:
        raise UserInputError(_TOO_MANY)
    if image.format == "WEBP" and image.width * image.height > WEBP_PIXELS_MAX:
        raise UserInputError(_TOO_MANY_WEBP)
    return image


def _orientation(image: Image.Image) -> int:
    """How the picture lies, as EXIF counts it; a picture with unreadable EXIF lies as it is."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except _JUNK:
        return 1


def _small(image: Image.Image) -> Image.Image:
    """The unpacked picture, plain, with at most 1024 px on its longer side.

    Other than Pillow's own way no second picture of the full size is made: of RGBA that would be one more
    of 4 bytes a pixel, of a palette two. Strips as high as whole steps give the very same pixels.
    """
    from PIL import Image

    width, height = image.size
    longer = max(width, height)
    step = longer // (2 * SIDE_MAX)  # twice the pixels wanted stay for the fine filter
    if step < 2:
        small = _plain(image)
        small.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
        return small
    coarse: Image.Image | None = None
    high, opaque = step * _STEPS_A_STRIP, True
    for top in range(0, height, high):
        strip = _channels(image.crop((0, top, width, min(top + high, height))))
        opaque = opaque and _is_opaque(strip)
        few = strip.reduce(step)
        coarse = coarse or Image.new(few.mode, (few.width, -(-height // step)))
        coarse.paste(few, (0, top // step))
    if coarse is None:
        raise ValueError("a picture without rows")
    wanted = max(1, round(width * SIDE_MAX / longer)), max(1, round(height * SIDE_MAX / longer))
    covered = (0, 0, width / step, height / step)  # the last column and row may stand for less than a step
    small = coarse.resize(wanted, Image.Resampling.LANCZOS, box=covered)
    return small.convert("RGB") if opaque and small.mode == "RGBA" else small


def _plain(image: Image.Image) -> Image.Image:
    """The picture with 8 bits a channel: grey, RGB, CMYK, or RGBA where anything is transparent."""
    image = _channels(image)
    return image.convert("RGB") if image.mode == "RGBA" and _is_opaque(image) else image


def _is_opaque(image: Image.Image) -> bool:
    return image.mode != "RGBA" or image.getchannel("A").getextrema()[0] == 255


def _channels(image: Image.Image) -> Image.Image:
    """The picture, or a strip of it, with 8 bits a channel: grey, RGB, CMYK, or RGBA where it could be clear."""
    mode = image.mode
    if mode.startswith("I") or mode == "F":  # 16 bits of grey; converting alone would cut them off at 255
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if mode in {"PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in image.info:
        return image if mode == "RGBA" else image.convert("RGBA")
    if mode in {"L", "RGB", "CMYK"}:
        return image
    return image.convert("L" if mode == "1" else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as screens show them; a profile that cannot be used is left out."""
    from PIL import ImageCms

    out = "RGBA" if image.mode == "RGBA" else "RGB"
    if profile and image.mode != "L":
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = cast("Any", ImageCms).createProfile("sRGB")
            shown = ImageCms.profileToProfile(image, source, screen, outputMode=out)
        except (ImageCms.PyCMSError, *_JUNK):
            shown = None
        if shown is not None:
            return shown
    return image if image.mode in {"L", out} else image.convert(out)


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    turn = turns.get(orientation)
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image

    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _encoded(image: Image.Image, kind: str) -> Picture:
    image.info = {}  # comments, profiles and the like would be written along
    out = io.BytesIO()
    if kind == "PNG":
        image.save(out, kind, optimize=True)
    else:
        image.save(out, kind, quality=JPEG_QUALITY)
    return Picture.of(_MIMES[kind], out.getvalue(), *image.size)


def _why(data: bytes) -> str:
    """What to tell of bytes that could not be read."""
    if _is_heic(data) and "HEIF" not in _formats(data):
        return _HEIC
    return _SVG if b"<svg" in data[:2000].lower() else _NO_PICTURE
