"""The sealed file of a map: everything in it, readable with nothing but an unzip, the same bytes each time.

Inside: `map.json` (topics, links, places, provenance of everything), `texts/` (each explanation as Markdown),
`pictures/` (named by the hash of their bytes), `sources.json`, `LICENCES.md`, `README.txt`, and `manifest.json`
with the SHA-256 of each of them; `seal.txt` is that of the manifest. Reading checks them all.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any, cast

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.core.map_codec import canonical, map_from, map_json, whole_letters
from knowalledge_desktop.formats.base import Caps, Exported, Extras, Imported, is_id
from knowalledge_desktop.formats.tree import Grove, is_near
from knowalledge_desktop.formats.zips import looks_zipped, pack, unpack

KIND = "knowalledge"
VERSION = 1
MIMETYPE = b"application/vnd.knowalledge+zip"
_DAMAGED = "The file is damaged: {} is not as it was when the file was sealed."
_README = """\
This is a map of KnowAllEdge Desktop. Everything in it can be read without the program:

map.json       topics, links, places, and who wrote what, when, with which model and prompt
texts/         the explanations, as Markdown
pictures/      the pictures, named by the SHA-256 of their bytes
sources.json   every source with its licence
LICENCES.md    which licences apply to what
manifest.json  the SHA-256 of each of these files; seal.txt is the SHA-256 of the manifest
"""
_ENDINGS = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp"}


class KnowalledgeFile:
    """`.knowalledge`: full identity."""

    facts = FormatFacts(
        name="knowalledge",
        title="KnowAllEdge file",
        suffixes=(".knowalledge",),
        keeps="Everything: topics, notes, texts, pictures, sources, licences, where all of it came from. Sealed.",
        loses="",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """The map with all that belongs to it; pictures whose bytes are missing are told."""
        files: dict[str, bytes] = {"README.txt": _README.encode()}
        told = map_json(document)
        for number, each in enumerate(told["explanations"]):
            name = f"texts/{number:05d}.md"
            files[name] = whole_letters(each.pop("markdown")).encode()
            each["text"] = name
        missing = 0
        for each in told["pictures"]:
            picture = extras.pictures.get(each["sha256"])
            if picture is None:
                missing += 1
            else:
                files[_picture_name(each["sha256"], each["mime"])] = picture.data
        files["map.json"] = canonical(told).encode()
        sources = _sources(document)
        files["sources.json"] = canonical(sources).encode()
        files["LICENCES.md"] = _licences(sources).encode("utf-8", "replace")
        sealed = {name: {"sha256": _hash(files[name]), "bytes": len(files[name])} for name in sorted(files)}
        manifest = canonical(
            {
                "format": KIND,
                "version": VERSION,
                "map_id": document.map_id,
                "title": document.title,
                "lineage": list(extras.lineage),
                "topics": len(document.topics),
                "files": sealed,
            }
        ).encode()
        members = {"mimetype": MIMETYPE, "manifest.json": manifest, "seal.txt": _hash(manifest).encode()}
        members |= {name: files[name] for name in sorted(files)}
        losses = (Loss("pictures", missing, "Their bytes are not in the library any more."),) if missing else ()
        return Exported(pack(members), losses)

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The map, after every hash was checked; raises ImportRefused."""
        members = unpack(data, caps)
        manifest = _checked(members)
        try:
            told = cast("dict[str, Any]", json.loads(members["map.json"]))
            for each in told["explanations"]:
                each["markdown"] = members[each.pop("text")].decode()
            document = map_from(told)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ImportRefused("The file is sealed, but what is in it is not a map.") from error
        pictures, lost = _pictures(document, members)
        grove = _mended(document, name, caps)
        whole = grove.finish(
            document.links,
            document.explanations,
            document.places,
            document.pictures,
            root_id=document.root_id,
        )
        lineage = tuple(each for each in _list(manifest.get("lineage")) if is_id(each))
        warnings = tuple(grove.warnings)
        losses = (Loss("pictures", lost, "Their bytes are not in the file."),) if lost else ()
        views = {
            view: {key: place for key, place in places.items() if key in whole.topics and is_near(place)}
            for view, places in document.view_places.items()
        }
        shown = {view: places for view, places in views.items() if places}
        whole = replace(whole, title=document.title, view=document.view, view_places=shown)
        return Imported(whole, pictures, keeps_ids=True, lineage=lineage, losses=losses, warnings=warnings)

    def recognises(self, data: bytes) -> bool:
        """Whether the first member says so."""
        return looks_zipped(data) and MIMETYPE in data[:200]


def _mended(document: Map, name: str, caps: Caps) -> Grove:
    if not is_id(document.map_id):
        raise ImportRefused("The file is sealed, but what is in it is not a map.")
    if len(document.links) > caps.links:
        raise ImportRefused(f"The file has more than {caps.links:,} links, so it was not read.")
    grove = Grove(document.title or name, caps, document.map_id)
    for topic in document.topics.values():
        if not is_id(topic.topic_id) or not topic.title:
            raise ImportRefused("The file is sealed, but what is in it is not a map.")
        grove.add(topic)
    return grove


def _checked(members: dict[str, bytes]) -> dict[str, Any]:
    """The manifest, once the seal and every file were found as they were."""
    if members.get("mimetype") != MIMETYPE or "manifest.json" not in members:
        raise ImportRefused("The file is not a file of KnowAllEdge Desktop.")
    if members.get("seal.txt", b"").strip().decode("ascii", "replace") != _hash(members["manifest.json"]):
        raise ImportRefused(_DAMAGED.format("its list of contents"))
    try:
        manifest = cast("dict[str, Any]", json.loads(members["manifest.json"]))
        kind, version = manifest["format"], manifest["version"]
        hashes = {name: about["sha256"] for name, about in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ImportRefused("The file’s list of contents cannot be read.") from error
    if kind != KIND:
        raise ImportRefused("The file is not a file of KnowAllEdge Desktop.")
    if version != VERSION:
        raise ImportRefused("The file was written by a newer version of the program. Update it first.")
    for name in {"map.json", *hashes}:
        if name not in members or name not in hashes or _hash(members[name]) != hashes[name]:
            raise ImportRefused(_DAMAGED.format(name))
    unsealed = members.keys() - hashes.keys() - {"mimetype", "manifest.json", "seal.txt"}
    if unsealed:
        raise ImportRefused(_DAMAGED.format(min(unsealed)))
    return manifest


def _pictures(document: Map, members: dict[str, bytes]) -> tuple[dict[str, Picture], int]:
    found: dict[str, Picture] = {}
    lost = 0
    for about in document.pictures.values():
        data = members.get(_picture_name(about.sha256, about.mime))
        picture = (
            Picture.of(about.mime, data, about.width, about.height)
            if data is not None and about.mime in _ENDINGS
            else None
        )
        if picture is not None and picture.sha256 == about.sha256:
            found[about.sha256] = picture
        else:
            lost += 1
    return found, lost


def _picture_name(sha256: str, mime: str) -> str:
    return f"pictures/{sha256}{_ENDINGS.get(mime, '.bin')}"


def _sources(document: Map) -> list[dict[str, Any]]:
    """Each source once, with the ids of the topics that rest on it."""
    users: dict[tuple[str, str, str], set[str]] = {}
    for topic in document.topics.values():
        for source in topic.sources:
            users.setdefault((source.url, source.title, source.licence), set()).add(topic.topic_id)
    for text in document.explanations.values():
        for source in text.sources:
            users.setdefault((source.url, source.title, source.licence), set()).add(text.topic_id)
    return [
        {"url": url, "title": title, "licence": licence, "topics": sorted(users[url, title, licence])}
        for url, title, licence in sorted(users)
    ]


def _licences(sources: list[dict[str, Any]]) -> str:
    lines = [
        "# Licences",
        "",
        "What a person wrote belongs to that person. Texts of models have no licence of ours.",
    ]
    for licence in sorted({str(each["licence"]) for each in sources}):
        lines += ["", f"## {licence or 'Unknown'}", ""]
        lines += [f"- {each['title']} <{each['url']}>" for each in sources if each["licence"] == licence]
    return "\n".join(lines) + "\n"


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _list(told: object) -> list[Any]:
    return cast("list[Any]", told) if isinstance(told, list) else []
