"""Pictures: made small and silent when good, a sentence when not, and never much memory."""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageCms

from knowalledge_desktop.adapters.pictures import PIXELS_MAX, SIDE_MAX, Pictures
from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import InvalidReply, UserInputError
from tests.support.pictures import SECRET, chunk, encoded, heic, hostile, many_frames, plain, png, zeros

HOSTILE = hostile()


def seen(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.data))
    image.load()
    return image


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, _, blue = image.convert("RGB").getpixel((x, y))  # type: ignore[misc]
    return red > 200 and blue < 60


# --- good pictures ---


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", m) for m in ("RGB", "RGBA", "L", "P", "1", "LA")]
    + [("JPEG", m) for m in ("RGB", "L", "CMYK")]
    + [("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P")],
)
async def test_every_kind_is_read(kind: str, mode: str) -> None:
    picture = await Pictures().prepare(plain(60, 40, kind=kind, mode=mode))
    assert (picture.mime, picture.width, picture.height) == ("image/jpeg", 60, 40)
    assert seen(picture).size == (60, 40)
    if mode not in {"L", "1", "LA"}:
        assert is_red(seen(picture), 10, 20)
        assert not is_red(seen(picture), 50, 20)


async def test_sixteen_bits_of_grey_are_not_cut_off() -> None:
    image = Image.new("I;16", (8, 8), 0x7F00)
    grey = seen(await Pictures().prepare(encoded(image))).convert("L").getpixel((4, 4))
    assert grey == pytest.approx(0x7F, abs=2)


async def test_what_is_transparent_stays_so() -> None:
    image = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    picture = await Pictures().prepare(encoded(image))
    assert picture.mime == "image/png"
    assert seen(picture).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("size", "becomes"),
    [
        ((3000, 1500), (1024, 512)),
        ((1500, 3000), (512, 1024)),
        ((1024, 7), (1024, 7)),
        ((20_000, 1), (1024, 1)),
        ((1, 1), (1, 1)),
    ],
)
async def test_the_longer_side_is_at_most_1024(size: tuple[int, int], becomes: tuple[int, int]) -> None:
    for kind in ("PNG", "JPEG"):
        picture = await Pictures().prepare(plain(*size, kind=kind))
        assert (picture.width, picture.height) == seen(picture).size == becomes
    assert SIDE_MAX == 1024


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "I;16"])
async def test_a_large_picture_is_made_small_in_strips_and_no_seam_is_seen(mode: str) -> None:
    fade = Image.radial_gradient("L").resize((4_099, 2_503))
    if mode == "RGBA":
        image = Image.merge("RGBA", (fade, fade.transpose(Image.Transpose.FLIP_LEFT_RIGHT), fade, fade))
    elif mode == "I;16":
        image = fade.convert("I").point(lambda value: value * 256).convert("I;16")
    else:
        image = fade.convert(mode)
    got = seen(await Pictures().prepare(encoded(image, "JPEG" if mode == "CMYK" else "PNG")))
    whole = image if mode == "RGBA" else fade
    wanted = whole.resize(got.size, Image.Resampling.LANCZOS)
    assert got.size == (1024, 625)
    # Premultiplied: what is clear may have any colour.
    apart = ImageChops.difference(*(one.convert("RGBA").convert("RGBa") for one in (got, wanted)))
    assert max(apart.tobytes()) <= 16


async def test_one_clear_spot_of_a_large_picture_keeps_it_transparent() -> None:
    image = Image.new("RGBA", (2_500, 2_500), "red")
    assert (await Pictures().prepare(encoded(image))).mime == "image/jpeg"
    image.paste((0, 0, 0, 0), (2_400, 2_400, 2_450, 2_450))
    assert (await Pictures().prepare(encoded(image))).mime == "image/png"


async def test_a_webp_of_more_pixels_than_memory_is_meant_for_is_told_before_it_is_unpacked() -> None:
    with pytest.raises(UserInputError, match=r"WebP picture has more than 25 million pixels.*JPEG"):
        await Pictures().prepare(HOSTILE["webp of 49 megapixels"])


@pytest.mark.parametrize("orientation", range(1, 9))
async def test_pictures_are_put_upright(orientation: int) -> None:
    upright = Image.new("RGB", (40, 20), "blue")
    upright.paste("red", (0, 0, 10, 10))
    back = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    lying = upright.transpose(back[orientation]) if orientation in back else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    for kind in ("JPEG", "PNG"):
        shown = seen(await Pictures().prepare(encoded(lying, kind, exif=exif)))
        assert shown.size == (40, 20)
        assert is_red(shown, 3, 3)
        assert not any(is_red(shown, *corner) for corner in ((36, 3), (3, 16), (36, 16)))


def telling() -> dict[str, bytes]:
    """Pictures that tell more than they show."""
    image = Image.new("RGB", (30, 30), "red")
    exif = Image.Exif()
    exif[0x010E] = SECRET
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = SECRET
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()
    text = chunk(b"tEXt", b"Comment\0" + SECRET.encode())
    some = encoded(image)
    return {
        "jpeg": encoded(image, "JPEG", exif=exif, comment=SECRET, xmp=xmp, icc_profile=profile()),
        "png": some[:33] + text + encoded(image, exif=exif)[33:],
        "webp": encoded(image, "WEBP", exif=exif, xmp=xmp, icc_profile=profile()),
        "gif": encoded(image, "GIF", comment=SECRET),
        "transparent": encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 9)), exif=exif, icc_profile=profile()),
        "after the end": encoded(image, "JPEG") + SECRET.encode(),
    }


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + SECRET.encode()


@pytest.mark.parametrize("kind", telling())
async def test_nothing_but_the_picture_is_left(kind: str) -> None:
    source = telling()[kind]
    assert SECRET.encode() in source or kind == "png"
    picture = await Pictures().prepare(source)
    assert SECRET.encode() not in picture.data
    for sign in (b"Exif", b"eXIf", b"tEXt", b"iCCP", b"ICC_PROFILE", b"xmp", b"GPS"):
        assert sign not in picture.data
    assert set(seen(picture).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


async def test_the_same_picture_has_the_same_name_whatever_it_tells() -> None:
    image = Image.new("RGB", (30, 30), "red")
    prepare = Pictures().prepare
    one, other = await prepare(encoded(image)), await prepare(encoded(image, "PNG", dpi=(300, 300)))
    assert one == other
    assert one.sha256 != (await prepare(encoded(Image.new("RGB", (30, 30), "blue")))).sha256
    assert "data" not in repr(one)


async def test_a_profile_or_exif_that_is_junk_is_left_out() -> None:
    junk = encoded(Image.new("RGB", (9, 9), "red"), "JPEG", icc_profile=b"junk" * 99, exif=b"Exif\0\0junk")
    assert is_red(seen(await Pictures().prepare(junk)), 4, 4)


async def test_remarks_on_junk_are_not_for_the_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    exif = Image.Exif()
    exif[0x010E] = "x" * 50
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for end in range(40, 12, -1):
            junk = exif.tobytes()[:end]
            picture = await Pictures().prepare(encoded(Image.new("RGB", (9, 9), "red"), "JPEG", exif=junk))
            assert is_red(seen(picture), 4, 4)
    assert capfd.readouterr().err == ""


async def test_colours_are_shown_as_their_profile_says() -> None:
    swapped = profile().replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")
    for kind in ("PNG", "JPEG", "WEBP"):
        blue = encoded(Image.new("RGB", (9, 9), "blue"), kind, icc_profile=swapped)
        assert is_red(seen(await Pictures().prepare(blue)), 4, 4)


async def test_the_first_image_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue", "green")]
    for kind in ("GIF", "PNG", "WEBP"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert is_red(seen(await Pictures().prepare(moving)), 9, 9)


async def test_ten_thousand_frames_cost_no_more_than_one() -> None:
    picture = await Pictures().prepare(many_frames(10_000))
    assert (picture.width, picture.height) == (1, 1)


# --- bad pictures ---


@pytest.mark.parametrize("name", HOSTILE)
async def test_what_is_no_picture_is_told_in_a_sentence(name: str) -> None:
    with pytest.raises(UserInputError) as told:
        await Pictures().prepare(HOSTILE[name])
    assert told.value.detail.endswith(".")
    assert len(told.value.detail) > 30
    assert "\n" not in told.value.detail


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("empty", "empty"),
        ("svg", "SVG"),
        ("30000x30000", "50 million pixels"),
        ("8000x8000", "50 million pixels"),
        ("fifty megabytes", "10 MB"),
        ("text", "not a picture"),
    ],
)
async def test_the_sentence_says_what_is_wrong(name: str, word: str) -> None:
    with pytest.raises(UserInputError, match=word):
        await Pictures().prepare(HOSTILE[name])


async def test_what_a_telephone_takes_is_read_upright_and_without_its_place() -> None:
    lying, standing = await Pictures().prepare(heic()), await Pictures().prepare(heic(turned=True))
    assert (lying.mime, lying.width, lying.height) == ("image/jpeg", 64, 32)
    assert (standing.width, standing.height) == (32, 64)
    assert is_red(seen(lying), 3, 16)
    assert not is_red(seen(lying), 60, 16)
    assert is_red(seen(standing), 16, 3)
    assert not is_red(seen(standing), 16, 60)
    assert b"secret" in heic(turned=True)
    assert b"secret" not in standing.data
    assert not seen(standing).getexif()


async def test_where_nothing_reads_heic_it_is_said_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    with pytest.raises(UserInputError, match="HEIC pictures cannot be read on this computer"):
        await Pictures().prepare(heic())


@pytest.mark.parametrize("seed", range(40))
async def test_a_damaged_heic_is_read_or_told(seed: int) -> None:
    dice, data = random.Random(seed), bytearray(heic(turned=True))  # noqa: S311 (damage that can be repeated)
    for _ in range(dice.randint(1, 8)):
        data[dice.randrange(12, len(data))] = dice.randrange(256)
    try:
        picture = await Pictures().prepare(bytes(data))
    except UserInputError:
        return
    assert max(picture.width, picture.height) <= SIDE_MAX


async def test_a_file_is_read_and_one_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(plain())
    assert (await Pictures().prepare(tmp_path / "a.png")).width == 40
    (tmp_path / "text.png").write_text("only words")
    os.mkfifo(tmp_path / "pipe.png")
    with (tmp_path / "long.png").open("wb") as file:
        file.truncate(1 << 33)  # 8 GiB with nothing in it
    for name in ("text.png", "missing.png", "pipe.png", "long.png", ".", "x\0y.png", "n" * 300):
        with pytest.raises(UserInputError) as told:
            await Pictures().prepare(tmp_path / name)
        assert told.value.detail.endswith(".")
        assert str(tmp_path) not in told.value.detail


@pytest.mark.parametrize("seed", range(40))
async def test_damaged_pictures_are_read_or_told(seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311 (damage that can be repeated)
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        data = bytearray(plain(64, 48, kind=kind))
        for _ in range(dice.randint(1, 12)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            picture = await Pictures().prepare(bytes(data))
        except UserInputError:
            continue
        assert max(picture.width, picture.height) <= SIDE_MAX


# --- memory ---

_MEASURE = """
import asyncio, json, resource, sys
from pathlib import Path
from knowalledge_desktop.adapters.pictures import Pictures
from knowalledge_desktop.core.errors import UserInputError
from PIL import Image, ImageCms, GifImagePlugin, JpegImagePlugin, PngImagePlugin, WebPImagePlugin
limit = int(sys.argv[2]) << 20
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
def peak():  # of this program alone; ru_maxrss would tell of its parent too
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
base = peak()
try:
    picture = asyncio.run(Pictures().prepare(Path(sys.argv[1])))
    said = f"{picture.width}x{picture.height}"
except UserInputError as error:
    said = error.detail
print(json.dumps([said, base / 1024, peak() / 1024]))
"""

LARGE = {
    "png of 50 megapixels": lambda: png(10_000, 5_000, rows=zeros(48)),
    "jpeg of 50 megapixels": lambda: encoded(Image.new("RGB", (10_000, 5_000), "red"), "JPEG"),
    "rgba of 49 megapixels": lambda: encoded(Image.new("RGBA", (7_000, 7_000), (9, 9, 9, 9)), "PNG"),
    "grey and clear, 49 megapixels": lambda: encoded(Image.new("LA", (7_000, 7_000), (9, 9)), "PNG"),
    "16 bits of 49 megapixels": lambda: encoded(Image.new("I;16", (7_000, 7_000), 9), "PNG"),
    "webp of 25 megapixels": lambda: encoded(Image.new("RGB", (5_000, 5_000), "red"), "WEBP"),
    "gif of 49 megapixels": lambda: encoded(Image.new("P", (7_000, 7_000)), "GIF"),
}
MEMORY_MAX_MB = 450


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_AS is kept by Linux alone")
@pytest.mark.parametrize("name", [*HOSTILE, *(pytest.param(name, marks=pytest.mark.long) for name in LARGE)])
def test_memory_is_bounded(name: str, tmp_path: Path) -> None:
    data = HOSTILE[name] if name in HOSTILE else LARGE[name]()
    (tmp_path / "picture").write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(tmp_path / "picture"), "1500"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    said, before, peak = json.loads(done.stdout)
    print(f"{name}: {said}; {peak - before:.0f} MB over {before:.0f} MB")
    assert peak - before < (60 if name in HOSTILE else MEMORY_MAX_MB)
    assert said.endswith(".") is (name in HOSTILE)


async def test_nothing_is_loaded_before_the_first_picture() -> None:
    code = "import sys, knowalledge_desktop.adapters.pictures; print('PIL' in sys.modules)"
    told = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"


# --- a model's pictures ---


@pytest.mark.parametrize(("kind", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
async def test_a_models_picture_is_kept_as_it_came(kind: str, mime: str) -> None:
    data = plain(64, 48, kind=kind)
    assert await Pictures().checked(data) == Picture.of(mime, data, 64, 48)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name != "fifty megabytes"])
async def test_a_models_picture_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidReply):
        await Pictures().checked(HOSTILE[name])


async def test_a_picture_is_written_as_its_file_is_called() -> None:
    pictures = Pictures()
    clear = await pictures.checked(encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 0))))
    assert await pictures.convert(clear, ".png") is clear.data
    for suffix, kind in ((".jpg", "JPEG"), (".JPEG", "JPEG"), (".webp", "WEBP")):
        image = Image.open(io.BytesIO(await pictures.convert(clear, suffix)))
        assert (image.format, image.size) == (kind, (20, 20))
    white = Image.open(io.BytesIO(await pictures.convert(clear, ".jpg"))).getpixel((9, 9))
    assert white == pytest.approx((255, 255, 255), abs=3)
    assert PIXELS_MAX == 50_000_000
