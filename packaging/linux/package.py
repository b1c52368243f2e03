"""Make a Debian package and a portable archive from the folder that `dev.sh build` has made.

Both hold the same files. Times are those of SOURCE_DATE_EPOCH (the last commit, when `dev.sh` calls this), owners
are root, orders are sorted: the same folder gives the same bytes.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
from hashlib import md5, sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "packaging" / "linux"
ID = "org.knowalledge.Desktop"
MAINTAINER = "The KnowAllEdge Desktop authors <desktop@knowalledge.invalid>"
"""Whoever publishes packages puts an address of theirs into KNOWALLEDGE_MAINTAINER; there is none yet."""

SIZES = (16, 24, 32, 48, 64, 128, 256)
OWN_DEPENDS = ("shared-mime-info", "fonts-dejavu-core | fonts-noto-core | fonts-inter")
RECOMMENDS = ("ca-certificates", "gnome-keyring | kwalletmanager | org.freedesktop.secrets")
LIBSTDCXX = {26: 9, 27: 9, 28: 10, 29: 11, 30: 12, 31: 13, 32: 13, 33: 14, 34: 15}
"""Which release of libstdc++ brought the symbols of GLIBCXX_3.4.N."""

DESCRIPTION = """\
 KnowAllEdge turns a topic into a map: fifteen subtopics around it, each of
 which opens into its own, and to each a checked explanation with its sources.
 What was opened stays on the disk and is there again without a network.
 .
 An embedded encyclopedia (English, French, Spanish) answers offline and
 without a key; with a key of yours, Google's Gemini answers on any topic,
 within limits and budgets that hold.
"""


def version() -> str:
    """The version that the program tells."""
    text = (ROOT / "knowalledge_desktop" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__ = "(.+?)"', text)
    if found is None:
        raise SystemExit("the version is not in knowalledge_desktop/__init__.py")
    return found[1]


def moment() -> int:
    """The time that everything gets, in seconds since 1970."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or time.time())


def architecture() -> str:
    """Debian's name of this machine."""
    asked = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True)
    return asked.stdout.strip()


# --- Debian package -----------------------------------------------------------------------------------------


def stage(folder: Path, tree: Path) -> None:
    """Lay out the files as they will lie on the system."""
    shutil.copytree(folder, tree / "opt" / "knowalledge", symlinks=True)
    share = tree / "usr" / "share"
    doc = share / "doc" / "knowalledge"
    (tree / "usr" / "bin").mkdir(parents=True)
    (tree / "usr" / "bin" / "knowalledge").symlink_to("/opt/knowalledge/knowalledge")
    _copy(HERE / f"{ID}.desktop", share / "applications" / f"{ID}.desktop")
    _copy(HERE / f"{ID}.metainfo.xml", share / "metainfo" / f"{ID}.metainfo.xml")
    _copy(HERE / f"{ID}.mime.xml", share / "mime" / "packages" / f"{ID}.xml")
    icons = ROOT / "resources" / "icons" / "app"
    for size in SIZES:
        _copy(icons / f"knowalledge-{size}.png", share / f"icons/hicolor/{size}x{size}/apps/{ID}.png")
    _copy(icons / "knowalledge.svg", share / f"icons/hicolor/scalable/apps/{ID}.svg")
    _copy(HERE / "copyright", doc / "copyright")
    (doc / "THIRD_PARTY_NOTICES.txt").symlink_to("/opt/knowalledge/_internal/resources/THIRD_PARTY_NOTICES.txt")
    _pack(_changelog(), doc / "changelog.gz")
    _pack(_manual(), share / "man" / "man1" / "knowalledge.1.gz")
    _copy(HERE / "lintian-overrides", share / "lintian" / "overrides" / "knowalledge")


def control(depends: str, recommends: str, kibibytes: int) -> str:
    """The control file."""
    told = [
        "Package: knowalledge",
        f"Version: {version()}",
        f"Architecture: {architecture()}",
        f"Maintainer: {os.environ.get('KNOWALLEDGE_MAINTAINER') or MAINTAINER}",
        f"Installed-Size: {kibibytes}",
        f"Depends: {', '.join(sorted({*depends.split(', '), *OWN_DEPENDS}))}",
        f"Recommends: {', '.join([*RECOMMENDS, *filter(None, recommends.split(', '))])}",
        "Section: education",
        "Priority: optional",
        "Description: type a topic and a map of it grows",
    ]
    return "\n".join(told) + "\n" + DESCRIPTION


def needed(folder: Path) -> tuple[str, str]:
    """Packages of the system's libraries that the folder's files ask for.

    First those that must be there, then what printing asks for on top: its plugin is left alone where CUPS is not.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file() and _is_elf(path))
    carried = {path.name for path in files}
    known = _known_libraries()
    must: set[str] = set()  # names of libraries
    may: set[str] = set()
    symbols = {"GLIBC": (2, 0), "GLIBCXX": (3, 4, 0)}
    for path in files:
        told = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=True).stdout
        outside = set(re.findall(r"NEEDED +(\S+)", told)) - carried
        (may if "printsupport" in path.parts else must).update(outside)
        for family, numbers in re.findall(r"\b(GLIBC|GLIBCXX)_([0-9.]+)\b", told):
            symbols[family] = max(symbols[family], tuple(int(number) for number in numbers.split(".")))
    floors = {
        "libc6": ".".join(str(number) for number in symbols["GLIBC"]),
        "libstdc++6": str(LIBSTDCXX[symbols["GLIBCXX"][-1]]),
    }
    packages = sorted({_package_of(each, known) for each in must})
    printing = {_package_of(each, known) for each in may - must}
    named = [f"{name} (>= {floors[name]})" if name in floors else name for name in packages]
    return ", ".join(named), ", ".join(sorted(printing.difference(packages)))


def _known_libraries() -> dict[str, str]:
    """Where the linker finds each library of this machine."""
    told = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    found: dict[str, str] = {}
    for name, path in re.findall(r"^\s+(\S+) .*=> (\S+)$", told, re.MULTILINE):
        found.setdefault(name, path)
    return found


def _package_of(library: str, known: dict[str, str]) -> str:
    if library not in known:
        raise SystemExit(f"{library} is asked for, but neither carried nor on this machine")
    path = str(Path(known[library]).parent.resolve() / library)
    for name in (path, path.removeprefix("/usr")):  # before /usr was merged files were known without it
        asked = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            # Names with t64 are those of one release; the plain ones are provided there as well.
            return asked.stdout.split(":", 1)[0].removesuffix("t64")
    raise SystemExit(f"no package has {path}")


def make_deb(folder: Path, out: Path) -> Path:
    """Write the Debian package into `out`."""
    target = out / f"knowalledge_{version()}_{architecture()}.deb"
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "tree"
        tree.mkdir()
        stage(folder, tree)
        _even(tree)
        files = [path for path in sorted(tree.rglob("*")) if path.is_file() and not path.is_symlink()]
        sums = "".join(f"{_md5(path)}  {path.relative_to(tree)}\n" for path in files)
        kibibytes = sum(-(-path.stat().st_size // 1024) for path in files)
        debian = tree / "DEBIAN"
        debian.mkdir(mode=0o755)
        (debian / "control").write_text(control(*needed(folder), kibibytes), encoding="utf-8")
        (debian / "md5sums").write_text(sums, encoding="utf-8")
        _even(tree)
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment())}
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "-z6", "--build", str(tree), str(target)],
            check=True,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
    return target


def _even(tree: Path) -> None:
    """The same rights and times for everybody who builds it."""
    for path in sorted(tree.rglob("*"), reverse=True):
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & stat.S_IXUSR and not _NEVER_RUN.search(path.name))
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (moment(), moment()), follow_symlinks=False)
    tree.chmod(0o755)


_NEVER_RUN = re.compile(r"\.(so(\.\d+)*|py|txt|xml)$")


def _changelog() -> str:
    when = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(moment()))
    whose = os.environ.get("KNOWALLEDGE_MAINTAINER") or MAINTAINER
    return (
        f"knowalledge ({version()}) stable; urgency=medium\n\n"
        f"  * Version {version()}: see CHANGELOG.md of the project.\n\n"
        f" -- {whose}  {when}\n"
    )


def _manual() -> str:
    """The manual page, made by the interpreter that runs this."""
    command = [sys.executable, "-P", str(ROOT / "packaging" / "make_man.py")]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(moment())}
    return subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout


# --- portable archive ---------------------------------------------------------------------------------------


def make_archive(folder: Path, out: Path) -> Path:
    """Write the archive into `out`: unpack it anywhere and start `knowalledge`."""
    name = f"knowalledge-{version()}-linux-{os.uname().machine}"
    target = out / f"{name}.tar.gz"

    def even(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = ""
        entry.mtime = moment()
        runs = entry.isdir() or entry.mode & stat.S_IXUSR
        entry.mode = 0o755 if runs else 0o644
        return entry

    with (
        target.open("wb") as file,
        gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=moment()) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path in sorted(folder.rglob("*")):
            archive.add(path, arcname=f"{name}/{path.relative_to(folder)}", recursive=False, filter=even)
        with tempfile.TemporaryDirectory() as place:
            tree = Path(place)
            _extras(tree)
            for path in sorted(tree.rglob("*")):
                archive.add(path, arcname=f"{name}/{path.relative_to(tree)}", recursive=False, filter=even)
    return target


def _extras(tree: Path) -> None:
    """What a menu needs, for who puts the folder somewhere for good."""
    share = tree / "share"
    _copy(HERE / f"{ID}.desktop", share / "applications" / f"{ID}.desktop")
    _copy(HERE / f"{ID}.mime.xml", share / "mime" / "packages" / f"{ID}.xml")
    _copy(ROOT / "resources/icons/app/knowalledge.svg", share / f"icons/hicolor/scalable/apps/{ID}.svg")
    _pack(_manual(), share / "man" / "man1" / "knowalledge.1.gz")
    _copy(HERE / "portable.txt", tree / "README.txt")


# --- small things -------------------------------------------------------------------------------------------


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _pack(text: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(text.encode())


def _md5(path: Path) -> str:
    return md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def main(words: list[str]) -> None:
    """Make what was asked for, and tell where it is, how large, and its hash."""
    asked = argparse.ArgumentParser(description="Packages from the built folder")
    asked.add_argument("kinds", nargs="*", metavar="deb|tar", help="both without")
    asked.add_argument("--folder", type=Path, default=ROOT / "dist" / "knowalledge")
    asked.add_argument("--out", type=Path, default=ROOT / "dist")
    args = asked.parse_args(words)
    if not (args.folder / "knowalledge").exists():
        raise SystemExit(f"there is no built program in {args.folder}; run: sh packaging/dev.sh build")
    args.out.mkdir(parents=True, exist_ok=True)
    makers = {"deb": make_deb, "tar": make_archive}
    if not set(args.kinds) <= set(makers):
        asked.error(f"what can be made is {' and '.join(makers)}")
    for kind in args.kinds or makers:
        target = makers[kind](args.folder.resolve(), args.out.resolve())
        size = target.stat().st_size / 1e6
        sys.stdout.write(f"{target}: {size:.1f} MB, sha256 {sha256(target.read_bytes()).hexdigest()}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
