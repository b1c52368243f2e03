"""What the installers are made of: files for the desktop, fields, licences, one version and one MIME type."""

from __future__ import annotations

import configparser
import importlib.util
import plistlib
import re
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import pytest
from defusedxml import ElementTree as ET  # noqa: N817 (its usual name)

from knowalledge_desktop import __version__
from knowalledge_desktop.formats.knowalledge_file import MIMETYPE

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
ID = "org.knowalledge.Desktop"
MIME = MIMETYPE.decode()


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"packaging_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def package() -> ModuleType:
    return load(LINUX / "package.py")


@pytest.fixture(scope="module")
def notices() -> ModuleType:
    return load(ROOT / "packaging" / "notices.py")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as PyInstaller leaves one, in small, with a real library user."""
    folder = tmp_path / "knowalledge"
    inside = folder / "_internal"
    (inside / "resources").mkdir(parents=True)
    shutil.copy("/bin/true", folder / "knowalledge")
    (inside / "libown.so.1").write_bytes(b"data")
    (inside / "libown.so.1").chmod(0o755)
    (inside / "libown.so").symlink_to("libown.so.1")
    (inside / "resources" / "THIRD_PARTY_NOTICES.txt").write_text("all", encoding="utf-8")
    return folder


# --- files for the desktop ---


def test_the_menu_entry_opens_our_files() -> None:
    entry = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    entry.read(LINUX / f"{ID}.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    assert told["Exec"] == "knowalledge %f"
    assert told["Icon"] == ID
    assert told["MimeType"] == f"{MIME};"
    assert told["Categories"].endswith(";")
    app = (ROOT / "knowalledge_desktop" / "ui" / "app.py").read_text(encoding="utf-8")
    assert f'setDesktopFileName("{ID}")' in app


def test_the_type_of_our_files_is_one_everywhere() -> None:
    space = {"m": "http://www.freedesktop.org/standards/shared-mime-info"}
    kind = ET.fromstring((LINUX / f"{ID}.mime.xml").read_bytes()).find("m:mime-type", space)
    assert kind is not None
    assert kind.get("type") == MIME
    glob = kind.find("m:glob", space)
    assert glob is not None
    assert glob.get("pattern") == "*.knowalledge"
    offsets = {match.get("value"): match.get("offset") for match in kind.iter(f"{{{space['m']}}}match")}
    # A zip's first member: 30 bytes of header, its name, its stored content.
    assert offsets["mimetype"] == "30"
    assert offsets[MIME] == str(30 + len("mimetype"))
    for path in ("packaging/windows/installer.nsi", "build.spec", f"packaging/linux/{ID}.metainfo.xml"):
        assert MIME in (ROOT / path).read_text(encoding="utf-8"), path


def test_the_metainfo_tells_this_version_and_leads_to_the_menu_entry() -> None:
    root = ET.fromstring((LINUX / f"{ID}.metainfo.xml").read_bytes())
    assert root.findtext("id") == ID
    assert root.findtext("launchable") == f"{ID}.desktop"
    assert root.findtext("project_license") == "MIT"
    newest = root.find("releases/release")
    assert newest is not None
    assert newest.get("version") == __version__


def test_the_version_is_one_everywhere(package: ModuleType) -> None:
    assert package.version() == __version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__), "Windows' version numbers are made of it"
    for script in ("packaging/windows/make-installer.sh", "packaging/macos/make-dmg.sh"):
        pattern = r's/^__version__ = "\(.*\)"$/\1/p'
        assert pattern in (ROOT / script).read_text(encoding="utf-8"), script


@pytest.mark.parametrize("size", [16, 24, 32, 48, 64, 128, 256])
def test_icons_are_there_in_their_sizes(size: int) -> None:
    data = (ROOT / "resources" / "icons" / "app" / f"knowalledge-{size}.png").read_bytes()
    assert int.from_bytes(data[16:20], "big") == int.from_bytes(data[20:24], "big") == size


def test_the_manual_tells_every_command() -> None:
    man = load(ROOT / "packaging" / "make_man.py").page("2026-11-23")
    assert f"KnowAllEdge Desktop {__version__}" in man
    for command in ("explore", "quota set", "library list", "team join", "serve", "doctor", "key set"):
        assert f'.SS "{command}"' in man
    assert ".SH EXIT STATUS" in man
    assert "==SUPPRESS==" not in man
    assert "%(" not in man


def test_apples_files_can_be_read() -> None:
    told = plistlib.loads((ROOT / "packaging" / "macos" / "entitlements.plist").read_bytes())
    assert told == {
        "com.apple.security.cs.allow-unsigned-executable-memory": True,
        "com.apple.security.cs.disable-library-validation": True,
    }


def test_taking_it_off_windows_leaves_what_is_the_persons() -> None:
    text = (ROOT / "packaging" / "windows" / "installer.nsi").read_text(encoding="utf-8")
    gone = re.findall(r"RMDir /r (.+)", text)
    assert set(gone) == {'"$INSTDIR\\_internal"'}, "a folder that the person chose may hold more than the program"


# --- packages ---


def test_the_control_file_has_its_fields(package: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package, "architecture", lambda: "amd64")
    lines = package.control("libc6 (>= 2.36), libegl1", "libcups2", 1234).splitlines()
    told = dict(line.split(": ", 1) for line in lines if not line.startswith(" "))
    assert told["Package"] == "knowalledge"
    assert told["Version"] == __version__
    assert told["Installed-Size"] == "1234"
    assert {"libc6 (>= 2.36)", "libegl1", "shared-mime-info"} <= set(told["Depends"].split(", "))
    assert "libcups2" in told["Recommends"]
    assert all(len(line) <= 80 for line in lines if line.startswith(" "))


def test_the_tree_holds_what_a_desktop_looks_for(package: ModuleType, built: Path, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    package.stage(built, tree)
    package._even(tree)
    for name in (
        f"usr/share/applications/{ID}.desktop",
        f"usr/share/metainfo/{ID}.metainfo.xml",
        f"usr/share/mime/packages/{ID}.xml",
        f"usr/share/icons/hicolor/256x256/apps/{ID}.png",
        f"usr/share/icons/hicolor/scalable/apps/{ID}.svg",
        "usr/share/man/man1/knowalledge.1.gz",
        "usr/share/doc/knowalledge/copyright",
        "usr/share/doc/knowalledge/changelog.gz",
        "opt/knowalledge/knowalledge",
    ):
        assert (tree / name).is_file(), name
    assert (tree / "usr/bin/knowalledge").readlink() == Path("/opt/knowalledge/knowalledge")
    assert (tree / "opt/knowalledge/knowalledge").stat().st_mode & 0o777 == 0o755
    assert (tree / "opt/knowalledge/_internal/libown.so.1").stat().st_mode & 0o777 == 0o644
    assert (tree / "opt/knowalledge/_internal/libown.so").is_symlink()


def test_the_archive_is_the_same_bytes_again(
    package: ModuleType, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    monkeypatch.setattr(package, "_manual", lambda: "the manual")
    one, two = (tmp_path / name for name in ("one", "two"))
    one.mkdir()
    two.mkdir()
    first = package.make_archive(built, one)
    (built / "knowalledge").touch()
    second = package.make_archive(built, two)
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        names = archive.getnames()
        assert all(entry.uid == 0 and entry.mtime == 1795000000 for entry in archive.getmembers())
    top = f"knowalledge-{__version__}-linux-"
    assert all(name.startswith(top) for name in names)
    assert {name.split("/", 1)[-1] for name in names} >= {"knowalledge", "README.txt", "_internal/libown.so"}


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="Debian's packages are made on Debian")
def test_a_package_of_it_can_be_read_and_is_the_same_again(
    package: ModuleType, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795000000")
    monkeypatch.setattr(package, "_manual", lambda: "the manual")
    monkeypatch.setattr(package, "needed", lambda _folder: ("libc6 (>= 2.36)", ""))
    first = package.make_deb(built, tmp_path).read_bytes()
    second = package.make_deb(built, tmp_path)
    assert first == second.read_bytes()
    told = subprocess.run(["dpkg-deb", "-c", str(second)], capture_output=True, text=True, check=True).stdout
    assert "./usr/bin/knowalledge -> /opt/knowalledge/knowalledge" in told
    assert "root/root" in told
    assert not re.findall(r"^(?!.*root/root).+$", told, re.MULTILINE)


# --- licences ---


def test_every_distribution_that_runs_has_its_licence(notices: ModuleType) -> None:
    locked = re.findall(
        r"^([a-z0-9-]+)==", (ROOT / "packaging/lock/run.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
    known = {notices._name(each): each for each in notices.distributions()}
    there = [known[name] for name in locked if name in known]
    assert len(there) > 50
    assert [each.name for each in there if not notices._text_of(each).strip()] in ([], ["fontpkg"])


def test_notices_name_the_owners_of_files_and_print_equal_texts_once(notices: ModuleType) -> None:
    import h11
    import qasync

    parts = notices.gather([h11.__file__, qasync.__file__, str(ROOT / "build.spec")])
    names = [part.name for part in parts]
    assert {"h11", "qasync", "Python", "The Atlas", "Lucide (icons)"} <= set(names)
    assert "knowalledge-desktop" not in names
    told = notices.document("1.2.3", [*parts, notices.Part("twin", "1", "MIT", "", parts[0].text)])
    assert "KnowAllEdge Desktop 1.2.3" in told
    assert told.count(parts[0].text.strip()) == 1
    assert f"h11 {distribution('h11').version}" in told


def test_what_has_no_licence_stops_the_build(notices: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    import h11

    monkeypatch.setattr(notices, "_text_of", lambda _distribution: "")
    with pytest.raises(SystemExit, match="h11"):
        notices.gather([h11.__file__])


def test_qt_comes_with_the_words_of_its_licence(notices: ModuleType) -> None:
    text = notices._text_of(distribution("PySide6_Essentials"))
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Unicode, Inc." in text


# --- with the systems' own tools, in full size ---


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        ["desktop-file-validate", str(LINUX / f"{ID}.desktop")],
        ["appstreamcli", "validate", "--no-net", str(LINUX / f"{ID}.metainfo.xml")],
        ["sh", "-n", str(ROOT / "packaging/macos/make-dmg.sh")],
        ["sh", "-n", str(ROOT / "packaging/build-here.sh")],
    ],
)
def test_the_systems_tools_find_nothing_wrong(command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not on this machine")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis is not on this machine")
def test_the_installer_for_windows_compiles_around_a_stand_in(tmp_path: Path) -> None:
    folder = tmp_path / "built"
    (folder / "_internal").mkdir(parents=True)
    for name in ("knowalledge.exe", "knowalledge-cli.exe", "_internal/some.dll"):
        (folder / name).write_bytes(b"MZ")
    script = ROOT / "packaging" / "windows" / "make-installer.sh"
    subprocess.run(["sh", str(script), str(folder), str(tmp_path)], check=True, capture_output=True)
    assert (tmp_path / f"KnowAllEdge-{__version__}-setup.exe").read_bytes()[:2] == b"MZ"


@pytest.mark.long
@pytest.mark.skipif(not (ROOT / "dist/knowalledge/knowalledge").exists(), reason="nothing was built")
def test_the_built_program_tells_the_licences_of_all_that_it_carries() -> None:
    inside = ROOT / "dist" / "knowalledge" / "_internal"
    told = (inside / "resources" / "THIRD_PARTY_NOTICES.txt").read_text(encoding="utf-8").lower()
    for folder in sorted(inside.glob("*.dist-info")):
        name = folder.name.split("-")[0].lower()
        assert name in told.replace("-", "_") or name.replace("_", "-") in told, folder.name
    assert not list(inside.rglob("readline*.so")), "readline is under the GPL"
