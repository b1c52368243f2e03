"""Write the licences of everything that a build carries, in full.

`build.spec` hands over the files that it has gathered. Each is looked up where it came from: a Python distribution
(its own list of files), the system's package (Debian's copyright files), or Python itself. What carries no text of
its licence gets it from `packaging/licences`; where there is none either, the build stops, so that nothing is
passed on without the words that its authors ask for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "packaging" / "licences"
OWN = "knowalledge-desktop"
LICENCE_NAMES = ("licen", "copying", "notice", "copyright", "authors")
RULE = "=" * 100

QT = """\
Qt and Qt for Python (PySide6, shiboken6) are used under the GNU Lesser General Public License, version 3, as
libraries of their own beside the program: you may put your own build of them in their place. Their source code is
at https://download.qt.io/official_releases/ under the version named above. The parts of others that are inside Qt
are listed, each with its licence, at https://doc.qt.io/qt-6/licenses-used-in-qt.html

"""

ATLAS = """\
The texts of the Atlas are by the authors of Wikipedia, under Creative Commons Attribution-ShareAlike 4.0
(https://creativecommons.org/licenses/by-sa/4.0/). Each is shown with the address of its article, where its authors
are listed. They were shortened and linked with each other.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is carried: who made it and under which words."""

    name: str
    version: str
    licence: str
    home: str
    text: str


def gather(sources: Iterable[str]) -> list[Part]:
    """The parts that these files belong to, by name; raises SystemExit for one without its licence's text."""
    homes = _files_of_distributions()
    used: dict[str, Distribution] = {}
    packages: set[str] = set()
    python = Path(sys.base_prefix).resolve()
    for source in sorted(set(sources)):
        path = Path(source).resolve()
        if str(path) in homes:
            used[_name(homes[str(path)])] = homes[str(path)]
        elif not path.is_relative_to(python) and not path.is_relative_to(ROOT):
            packages.add(_package_of(path))
    used.pop(OWN, None)
    parts = [_python(), *(_of_distribution(each) for each in used.values())]
    parts += [_of_package(each) for each in packages if each and not each.startswith(("libpython3", "python3"))]
    parts += _of_resources()
    without = sorted(part.name for part in parts if not part.text.strip())
    if without:
        raise SystemExit(f"no text of the licence of {', '.join(without)}: put it into packaging/licences")
    return sorted(parts, key=lambda part: part.name.lower())


def document(version: str, parts: Iterable[Part]) -> str:
    """The notices as one text: a list, then each licence in full, equal ones once."""
    parts = list(parts)
    wide = max(len(f"{part.name} {part.version}") for part in parts)
    lines = [
        f"What KnowAllEdge Desktop {version} carries with it, and the licences of each part",
        "",
        "The program itself is under the MIT licence (LICENSE).",
        "",
        *(f"{f'{part.name} {part.version}':{wide}}  {part.licence}  {part.home}".rstrip() for part in parts),
    ]
    texts: dict[str, list[Part]] = {}
    for part in parts:
        texts.setdefault(part.text.strip(), []).append(part)
    for text, of in texts.items():
        lines += ["", RULE, ", ".join(f"{part.name} {part.version}".strip() for part in of), RULE, "", text]
    return "\n".join(lines) + "\n"


# --- where a part's words are -------------------------------------------------------------------------------


def _name(distribution: Distribution) -> str:
    return distribution.name.lower().replace("_", "-")


def _files_of_distributions() -> dict[str, Distribution]:
    """Every installed file by its place; links are followed for the folders alone, as there are 20,000 files."""
    found: dict[str, Distribution] = {}
    for each in distributions():
        base = os.path.realpath(str(each.locate_file("")))
        for file in each.files or ():
            found[os.path.normpath(os.path.join(base, str(file)))] = each  # noqa: PTH118 (ten times as fast)
    return found


def _of_distribution(distribution: Distribution) -> Part:
    about = distribution.metadata
    classifiers = [text for text in about.get_all("Classifier") or [] if text.startswith("License ::")]
    short = _field(distribution, "License-Expression") or _first_line(_field(distribution, "License"))
    if not short:
        short = ", ".join(text.rsplit(" :: ", 1)[-1] for text in classifiers) or "see its text"
    addresses = [text.split(", ", 1)[-1] for text in about.get_all("Project-URL") or []]
    home = _field(distribution, "Home-page") or (addresses[0] if addresses else "")
    return Part(distribution.name, distribution.version, short, home, _text_of(distribution))


def _field(distribution: Distribution, name: str) -> str:
    about = distribution.metadata
    return about[name] if name in about else ""  # noqa: SIM401 (its `get` is not in its type)


def _text_of(distribution: Distribution) -> str:
    name = _name(distribution)
    if name.startswith(("pyside6", "shiboken6")):
        return QT + _kept("LGPL-3.0") + "\n\n" + _kept("GPL-3.0") + "\n\nICU, which Qt uses\n\n" + _kept("ICU")
    files = [
        Path(str(distribution.locate_file(file)))
        for file in distribution.files or ()
        if ".dist-info" in file.parts[0] and file.name.lower().startswith(LICENCE_NAMES)
    ]
    texts = [path.read_text(encoding="utf-8", errors="replace") for path in sorted(files) if path.is_file()]
    return "\n\n".join(texts) if texts else _kept(name)


def _kept(name: str) -> str:
    path = KEPT / f"{name}.txt"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _first_line(text: str) -> str:
    first = text.strip().splitlines()[:1]
    return first[0] if first and len(first[0]) <= 80 else ""


def _python() -> Part:
    version = ".".join(str(number) for number in sys.version_info[:3])
    places = [
        Path(sys.base_prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path("/usr/share/doc/python3/copyright"),
    ]
    text = next((path.read_text(encoding="utf-8") for path in places if path.exists()), "")
    return Part("Python", version, "PSF-2.0", "https://www.python.org", text)


def _package_of(path: Path) -> str:
    """Debian's package of a file; empty where packages cannot be asked, as on other systems."""
    if shutil.which("dpkg") is None:
        return ""
    names = [str(path), str(path).removeprefix("/usr")]  # before /usr was merged files were known without it
    for name in names:
        asked = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            return asked.stdout.split(":", 1)[0]
    raise SystemExit(f"nobody knows where {path} comes from, so its licence is unknown")


def _of_package(name: str) -> Part:
    asked = ["dpkg-query", "-W", "-f", "${Version}\n${Homepage}\n", name]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.splitlines()
    path = Path("/usr/share/doc") / name / "copyright"
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return Part(f"{name} (Debian)", told[0], "see its text", told[1] if len(told) > 1 else "", text)


def _of_resources() -> list[Part]:
    parts = [Part("The Atlas", "", "CC-BY-SA-4.0", "https://www.wikipedia.org", ATLAS)]
    for path in sorted((ROOT / "resources" / "fonts").glob("*-LICENCE.txt")):
        name = path.name.removesuffix("-LICENCE.txt")
        parts.append(Part(f"{name} (font)", "", "OFL-1.1", "", path.read_text(encoding="utf-8")))
    icons = (ROOT / "resources" / "icons" / "LICENCE.txt").read_text(encoding="utf-8")
    parts.append(Part("Lucide (icons)", "", "ISC", "https://lucide.dev", icons))
    return parts
