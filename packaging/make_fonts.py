"""Make the fonts of the window: static instances of the variable fonts that come as packages.

Qt ignores the weights of a style sheet with a variable font, so each weight that is used becomes
a file of its own in resources/fonts, beside the licences of the fonts. Running it again changes
nothing: an instance that is there and was made from the same source is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.resources
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

RECIPE = "1"
"""Changed when the same source should give another file."""


@dataclass(frozen=True)
class Face:
    """One static font: from which package and file, at which place on the axes."""

    package: str
    source: str
    family: str
    style: str
    axes: tuple[tuple[str, float], ...]
    italic: bool = False

    @property
    def file_name(self) -> str:
        """Name of the made file."""
        return f"{self.family.replace(' ', '')}-{self.style}.ttf"

    @property
    def weight(self) -> int:
        """CSS weight."""
        return int(dict(self.axes)["wght"])


def inter(style: str, weight: float) -> Face:
    """Inter drawn for sizes of text, not of headlines."""
    return Face("fontpkg_inter", "Inter[opsz,wght].ttf", "Inter", style, (("opsz", 14), ("wght", weight)))


def literata(style: str, weight: float, *, italic: bool = False) -> Face:
    """Literata drawn for reading on a screen."""
    source = "Literata-Italic[opsz,wght].ttf" if italic else "Literata[opsz,wght].ttf"
    axes = (("opsz", 14.0), ("wght", weight))
    return Face("fontpkg_literata", source, "Literata", style, axes, italic)


FACES = (
    inter("Regular", 400),
    inter("Medium", 500),
    inter("SemiBold", 600),
    inter("Bold", 700),
    literata("Regular", 400),
    literata("SemiBold", 600),
    literata("Bold", 700),
    literata("Italic", 400, italic=True),
    Face("fontpkg_jetbrains_mono", "JetBrainsMono[wght].ttf", "JetBrains Mono", "Regular", (("wght", 400),)),
)

_LICENCE = "LICENSE"
_FAMILY, _STYLE, _UNIQUE, _FULL, _POSTSCRIPT, _FAMILY_WIDE, _STYLE_WIDE = 1, 2, 3, 4, 6, 16, 17
_FOUR_STYLES = ("Regular", "Italic", "Bold")


def make(face: Face, folder: Path) -> bool:
    """Make one font; False when it was there already."""
    source = importlib.resources.files(face.package) / "files" / face.source
    data = source.read_bytes()
    mark = f"{RECIPE}:{hashlib.sha256(data).hexdigest()[:16]}:{dict(face.axes)}"
    target = folder / face.file_name
    if target.is_file() and _mark_of(target) == mark:
        return False
    with importlib.resources.as_file(source) as path, TTFont(path, recalcTimestamp=False) as font:
        static = instancer.instantiateVariableFont(font, dict(face.axes), inplace=True)
        _name(static, face, mark)
        half_made = target.with_suffix(".part")
        static.save(half_made)
        half_made.replace(target)
    return True


def _mark_of(target: Path) -> str:
    with TTFont(target, lazy=True) as font:
        return font["name"].getDebugName(_UNIQUE) or ""


def _name(font: TTFont, face: Face, mark: str) -> None:
    """Name the weights so that every system groups them as one family."""
    table = font["name"]
    table.names = [n for n in table.names if n.nameID not in (_FAMILY_WIDE, _STYLE_WIDE, 21, 22, 25)]
    basic = face.style in _FOUR_STYLES
    values = {
        _FAMILY: face.family if basic else f"{face.family} {face.style}",
        _STYLE: face.style if basic else "Regular",
        _UNIQUE: mark,
        _FULL: f"{face.family} {face.style}",
        _POSTSCRIPT: f"{face.family.replace(' ', '')}-{face.style}",
    }
    if not basic:
        values |= {_FAMILY_WIDE: face.family, _STYLE_WIDE: face.style}
    for number, value in values.items():
        table.setName(value, number, 3, 1, 0x409)
        if any(n.platformID == 1 and n.nameID == number for n in table.names):
            table.setName(value, number, 1, 0, 0)
    os2, bold = font["OS/2"], face.style == "Bold"
    os2.usWeightClass = face.weight
    os2.fsSelection = (os2.fsSelection & ~0b1100001) | (1 if face.italic else 32 if bold else 64 if basic else 0)
    font["head"].macStyle = (1 if bold else 0) | (2 if face.italic else 0)
    if "STAT" in font:
        del font["STAT"]


def main() -> None:
    """Make all that is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = Path(__file__).resolve().parent.parent / "resources" / "fonts"
    parser.add_argument("--out", type=Path, default=default)
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        made = sum(pool.map(make, FACES, [folder] * len(FACES)))
    for package, family in {(face.package, face.family) for face in FACES}:
        text = (importlib.resources.files(package) / _LICENCE).read_text(encoding="utf-8")
        (folder / f"{family.replace(' ', '')}-LICENCE.txt").write_text(text, encoding="utf-8")
    print(f"{made} of {len(FACES)} fonts made in {folder.name}, the others were there")


if __name__ == "__main__":
    main()
