"""A vault for Obsidian: one note a topic, wiki links, properties, pictures, and a canvas with the places.

`.knowalledge/map.json` in it holds the whole map as it was, so that what notes cannot say comes back too: reading
compares the notes with what they were, and brings what was edited into that map.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Map, Place
from knowalledge_desktop.core.map_codec import canonical, decode_map, encode_map
from knowalledge_desktop.core.merge import Side, merge
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, is_id
from knowalledge_desktop.formats.json_canvas import canvas_places, vault_canvas
from knowalledge_desktop.formats.vault_notes import Hanging, file_name, file_names, note_of, parse_notes
from knowalledge_desktop.formats.zips import looks_zipped, pack, unpack

__all__ = ["Vault", "edited_since", "file_name", "owned"]

OWN = ".knowalledge/"
MAP = OWN + "map.json"
LIST = OWN + "vault.json"
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}
_QUIET = (".obsidian/", ".trash/", ".git/", OWN)  # the other program's own, and ours


class Vault:
    """A folder of notes, or a zip of it: full identity, with its canvas."""

    facts = FormatFacts(
        name="vault",
        title="Obsidian vault",
        suffixes=(".zip",),
        keeps="Everything: a note for each topic with its texts, wiki links, pictures, and a canvas.",
        loses="",
        folder=True,
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """Notes, canvas, pictures and the map itself, as a zip file."""
        names = file_names(document)
        files = _notes(document, names)
        missing = 0
        for about in document.pictures.values():
            picture = extras.pictures.get(about.sha256)
            if picture is None:
                missing += 1
            else:
                files[_picture_name(about.sha256, about.mime)] = picture.data
        files[MAP] = encode_map(document)
        told = {
            "map_id": document.map_id,
            "lineage": list(extras.lineage),
            "names": names,
            "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        }
        files[LIST] = canonical(told).encode()
        losses = (Loss("pictures", missing, "Their bytes are not in the library any more."),) if missing else ()
        return Exported(pack({name: files[name] for name in sorted(files)}), losses)

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The map with what was edited in its notes; of a vault that is not ours, a map of its notes."""
        files = _without_top(unpack(data, caps))
        notes = {key: value for key, value in files.items() if _is_note(key)}
        if not notes:
            raise ImportRefused("There are no notes in this folder.")
        known, told = _known(files, caps)
        memo: dict[bytes, tuple[dict[str, list[str]], dict[str, str]]] = {}
        now = parse_notes(notes, name, caps, known, told.get("names", {}), memo)
        others = [key for key in files if not _is_note(key) and not key.startswith(_QUIET)]
        if known is None:
            losses = (Loss("files", len(others), "Only notes are read from a vault that is not ours."),)
            return Imported(
                now.document,
                keeps_ids=now.keeps_ids,
                losses=losses if others else (),
                warnings=tuple(now.warnings),
            )
        before = _notes(known, file_names(known))
        then = parse_notes(
            {key: value for key, value in before.items() if _is_note(key)},
            name,
            caps,
            known,
            file_names(known),
            memo,
        )
        theirs = _with_places(now.document, files, caps)
        seen = _with_places(then.document, before, caps)
        merged = merge(known, theirs, Side(known, seen, seen))
        document = known.apply(merged.change)
        lineage = tuple(each for each in cast("list[object]", told.get("lineage", [])) if is_id(each))
        unknown = [key for key in others if not key.endswith(".canvas") and not key.startswith("attachments/")]
        return Imported(
            replace(document, title=document.topics[document.root_id].title if merged.change else known.title),
            _pictures(document, files),
            keeps_ids=True,
            lineage=cast("tuple[str, ...]", lineage),
            losses=(Loss("files", len(unknown), "Only notes, pictures and the canvas are read."),)
            if unknown
            else (),
            warnings=tuple(now.warnings),
        )

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with notes in it."""
        return looks_zipped(data) and (LIST.encode() in data or b".md" in data)


def owned(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """The files of a folder that an export has written, with the hash of what it wrote."""
    try:
        told = json.loads(files.get(LIST, b"{}"))
        found = told.get("files", {})
        return {str(name): str(value) for name, value in found.items()}
    except (ValueError, AttributeError, RecursionError):
        return {}


def edited_since(files: Mapping[str, bytes]) -> list[str]:
    """Files of an export that are not as it has written them."""
    written = owned(files)
    return sorted(
        name
        for name, data in files.items()
        if name in written and hashlib.sha256(data).hexdigest() != written[name]
    )


def _notes(document: Map, names: Mapping[str, str]) -> dict[str, bytes]:
    hanging = Hanging.of(document)
    files = {f"{names[key]}.md": note_of(document, key, names, hanging).encode() for key in document.topics}
    files[f"{names[document.root_id]}.canvas"] = vault_canvas(document, names)
    return files


def _is_note(name: str) -> bool:
    return name.endswith(".md") and not name.startswith(_QUIET)


def _without_top(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a folder that was packed as a whole."""
    tops = {name.partition("/")[0] for name in files}
    if len(tops) == 1 and all("/" in name for name in files):
        return {name.partition("/")[2]: data for name, data in files.items()}
    return files


def _known(files: Mapping[str, bytes], caps: Caps) -> tuple[Map | None, dict[str, Any]]:
    """The map as it was exported, if the vault still has it whole."""
    if MAP not in files or LIST not in files:
        return None, {}
    try:
        told = json.loads(files[LIST])
        document = decode_map(files[MAP])
        names = told["names"]
        if not isinstance(names, dict) or not isinstance(told["lineage"], list):
            return None, {}
        texts = cast("dict[object, object]", names)
        sound = (
            all(isinstance(key, str) and isinstance(value, str) for key, value in texts.items())
            and document.root is not None
            and is_id(document.map_id)
            and all(is_id(key) for key in document.topics)
            and len(document.topics) <= caps.topics
            and len(document.branch(document.root_id)) == len(document.topics)
            and all(e.topic_id in document.topics for e in document.explanations.values())
            and all({v.source_id, v.target_id} <= document.topics.keys() for v in document.links.values())
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, {}
    return (document, cast("dict[str, Any]", told)) if sound else (None, {})


def _with_places(document: Map, files: Mapping[str, bytes], caps: Caps) -> Map:
    """The map with the places of the topics in its canvas."""
    places: dict[str, Place] = {}
    for name, data in files.items():
        if name.endswith(".canvas") and not name.startswith(_QUIET):
            places |= canvas_places(data, caps)
    return replace(document, places={key: place for key, place in places.items() if key in document.topics})


def _pictures(document: Map, files: Mapping[str, bytes]) -> dict[str, Picture]:
    found: dict[str, Picture] = {}
    for about in document.pictures.values():
        data = files.get(_picture_name(about.sha256, about.mime))
        picture = (
            Picture.of(about.mime, data, about.width, about.height)
            if data is not None and about.mime in _ENDINGS
            else None
        )
        if picture is not None and picture.sha256 == about.sha256:
            found[about.sha256] = picture
    return found


def _picture_name(sha256: str, mime: str) -> str:
    return f"attachments/{sha256}{_ENDINGS.get(mime, '.bin')}"
