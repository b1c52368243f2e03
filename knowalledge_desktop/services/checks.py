"""The checks of `doctor` and `selftest`, written against the services and ports alone."""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from knowalledge_desktop import __version__
from knowalledge_desktop.core.api_key import check_key
from knowalledge_desktop.core.errors import InvalidReply, StorageDamaged, StorageReadOnly
from knowalledge_desktop.core.payload import SubtopicList
from knowalledge_desktop.core.ports import Cache, Engine, Library, SecretStore, TopicIndex
from knowalledge_desktop.core.request import EngineChoice, Options, Request, Task
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.services.bundle import Folders, Services
from knowalledge_desktop.services.diagnosis import Check
from knowalledge_desktop.services.explain import Explained
from knowalledge_desktop.services.explore import final_answer

PROBE_TOPIC = "Photosynthesis"
_FONT_MARKS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf")


def doctor_checks(
    folders: Folders,
    library: Library,
    cache: Cache,
    index: TopicIndex,
    secrets: SecretStore,
    settings: Callable[[], Settings],
    draw: Callable[[], Awaitable[str]] | None = None,
) -> tuple[Check, ...]:
    """Look at this machine without sending anything anywhere."""

    async def program() -> str:
        system, sqlite = await asyncio.to_thread(lambda: (platform.platform(), _sqlite()))  # these read files
        return f"KnowAllEdge Desktop {__version__}, Python {platform.python_version()}, {sqlite}, {system}"

    async def writable() -> str:
        return await asyncio.to_thread(_check_folders, folders)

    async def kept_maps() -> str:
        return f"{len(await library.maps())} maps"

    async def kept_answers() -> str:
        stats = await cache.stats()
        return f"{stats.items} answers, {stats.size_bytes / 1024:.0f} KiB"

    async def fonts() -> str:
        return await asyncio.to_thread(_check_fonts, folders.resources / "fonts")

    async def screen() -> str:
        named = [name for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY") if os.environ.get(name)]
        return (
            f"by {named[0]}" if named else "of the system" if sys.platform in {"win32", "darwin"} else "none here"
        )

    async def atlas() -> str:
        found = await index.articles(PROBE_TOPIC[:5], "en", 3)
        return "answers, for example " + ", ".join(found)

    async def gateway() -> str:
        now = settings()
        return f"{now.base_url} {now.api_version}, {now.text_model}"

    return (
        ("program", program),
        ("folders", writable),
        ("fonts", fonts),
        ("screen", screen),
        *((("drawing", draw),) if draw is not None else ()),
        ("library", kept_maps),
        ("cache", kept_answers),
        ("atlas", atlas),
        ("key", partial(_check_key, secrets)),
        ("gemini address", gateway),
    )


async def _check_key(secrets: SecretStore) -> str:
    kept = await secrets.get()
    if kept:
        check_key(kept)
    return f"{'set' if kept else 'not set; the Atlas answers'} ({await secrets.place()})"


def _check_folders(folders: Folders) -> str:
    for folder in (folders.data, folders.state, folders.cache, folders.config):
        try:
            with tempfile.NamedTemporaryFile(dir=folder) as probe:
                probe.write(b"x")
        except OSError as error:
            raise StorageReadOnly(str(folder)) from error
    free = shutil.disk_usage(folders.data).free
    return f"{folders.data} and the others can be written, {free / 2**30:.1f} GiB free"


def _sqlite() -> str:
    """The SQLite that the library is kept with: its Python package carries its version."""
    try:
        return f"SQLite {version('apsw').rpartition('.')[0]}"
    except PackageNotFoundError:  # a build without the notes of its packages
        return "SQLite of the build"


def _check_fonts(folder: Path) -> str:
    """Fonts are files of the program; one that was cut off in copying begins or ends wrongly."""
    files = sorted(each for each in folder.glob("*") if each.suffix.lower() in {".ttf", ".otf"})
    broken = [each.name for each in files if each.read_bytes()[:4] not in _FONT_MARKS]
    if broken or not files:
        raise StorageDamaged("fonts: " + (", ".join(broken) or f"there are none in {folder}"))
    return f"{len(files)} of the program's own"


def _check_resources(folder: Path) -> str:
    wanted = ("atlas/atlas.sqlite", "theme/tokens.json", "icons", "fonts")
    missing = [name for name in wanted if not (folder / name).exists()]
    if missing:
        raise StorageDamaged("missing in the program folder: " + ", ".join(missing))
    return f"all of {len(wanted)} there"


def selftest_checks(engine: Engine, folders: Folders, build_in: Callable[[Path], Services]) -> tuple[Check, ...]:
    """Prove the installed program with its real parts in a folder of its own.

    `build_in` wires a second set of services under a temporary folder.
    """

    async def resources() -> str:
        return await asyncio.to_thread(_check_resources, folders.resources)

    async def atlas_answers() -> str:
        request = Request(Task.SUBTOPICS, PROBE_TOPIC, options=Options(), engine=EngineChoice.ATLAS)
        content = (await final_answer(engine, request)).content
        if not isinstance(content, SubtopicList) or len(content.items) < 8:
            raise InvalidReply(f"too few subtopics of {PROBE_TOPIC}")
        return f"{len(content.items)} subtopics of {PROBE_TOPIC}"

    async def keeps() -> str:
        folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="knowalledge-selftest-")
        try:
            services = await asyncio.to_thread(build_in, Path(folder.name))
            try:
                return await _keep_and_read_back(services)
            finally:
                await services.aclose()
        finally:
            await asyncio.to_thread(folder.cleanup)

    return (("resources", resources), ("atlas", atlas_answers), ("ask, keep, read back", keeps))


async def _keep_and_read_back(services: Services) -> str:
    session = services.explore.new_map(PROBE_TOPIC)
    root_id = session.map.root_id
    async with aclosing(services.explore.expand(session, root_id, Options())) as steps:
        async for _ in steps:
            pass
    async with aclosing(services.explain.explain(session, root_id, Options())) as parts:
        explained = [part async for part in parts if isinstance(part, Explained)]
    again = await services.library.open(session.map.map_id)
    if again.map != session.map or not explained:
        raise StorageDamaged("the map that was read back differs from the one that was kept")
    return f"{len(again.map.topics)} topics and an explanation came back as they were kept"
