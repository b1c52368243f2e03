"""What every format of a file is: a name, a way out, perhaps a way in, and an honest list of what it loses.

Formats are pure: bytes in, values out. They see `core` alone, read no file and no clock, and write the same
bytes for the same map. What comes in is hostile until read: sizes, counts and depths have ceilings, and whatever
is wrong with a file ends in `ImportRefused` with a sentence, never in another error.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.core.validation import TOPIC_MAX

FALLBACK_TITLE = "Untitled"


@dataclass(frozen=True, slots=True)
class Caps:
    """Ceilings for what is read; bytes, items and levels. They are far above any real map."""

    file_bytes: int = 256 * 1024 * 1024
    text_bytes: int = 64 * 1024 * 1024
    unpacked_bytes: int = 512 * 1024 * 1024
    members: int = 50_000
    topics: int = 100_000
    links: int = 50_000
    depth: int = 400
    elements: int = 2_000_000
    field_chars: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes into a file beside the map.

    `pictures` are the bytes of the map's pictures by their `sha256`; one that is missing is a loss. `lineage`
    names the states of the map that are known on both sides (see `core.merge`), the one that is written now
    first; a format that has a place for it carries it.
    """

    pictures: Mapping[str, Picture] = field(default_factory=dict[str, Picture])
    lineage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """A file as bytes, and what of the map is not in it. Of a folder format these are the bytes of a zip file."""

    data: bytes = field(repr=False)
    losses: tuple[Loss, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """A file as a map.

    `document.map_id` is "" where the file does not say of which map it is. `keeps_ids` tells whether the ids come
    from the file (True), so that it can be merged, or were made from titles. `lineage` is what `Extras.lineage`
    was when it was written, as far as the file still has it. `losses` are parts of the file that have no place
    in a map, `warnings` whole sentences on what was mended.
    """

    document: Map
    pictures: Mapping[str, Picture] = field(default_factory=dict[str, Picture])
    keeps_ids: bool = False
    lineage: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    warnings: tuple[str, ...] = ()


class Format(Protocol):
    """One format; a class without state."""

    @property
    def facts(self) -> FormatFacts:
        """What it is called, keeps and loses."""
        ...

    def write(self, document: Map, extras: Extras) -> Exported:
        """The map as a file. A format that does not write raises NotImplementedError (`facts.writes` is False)."""
        ...

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The file as a map; `name` is the file's name without its suffix. Raises ImportRefused."""
        ...

    def recognises(self, data: bytes) -> bool:
        """Whether these bytes, of a file with one of the suffixes, look like this format; cheap, never raises."""
        ...


def derived_id(*parts: str) -> str:
    """An id for what has none in its file: the same for the same parts, of the form of our own ids.

    Give what makes the thing itself: the map, the id of its parent, its title, and which one of that title.
    """
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"knowalledge derived id\x1f" + text).hexdigest()[:32]


def is_id(text: object) -> bool:
    """Whether a text from a file can serve as an id: 1 to 64 letters, digits, `-`, `_`, `.` of ASCII."""
    return isinstance(text, str) and _ID.fullmatch(text) is not None


_ID = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_BAD = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")


def clean(text: str) -> str:
    """A text that any file can hold: without control characters but tab and line feed, without half characters.

    Line ends become line feeds. What our own library holds comes out as it went in, but for those.
    """
    return _BAD.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def fit_title(text: str) -> tuple[str, str]:
    """A title as a topic may have it, and the whole text when it had to be cut ("" otherwise).

    The second part belongs into the topic's note: nothing of what a person wrote may vanish.
    """
    title = " ".join(unicodedata.normalize("NFC", clean(text)).split())
    if not title.isprintable():
        title = "".join("\ufffd" if unicodedata.category(ch) in {"Cc", "Cs", "Co", "Cn"} else ch for ch in title)
    if not title:
        return FALLBACK_TITLE, ""
    if len(title) <= TOPIC_MAX:
        return title, ""
    return title[: TOPIC_MAX - 1].rstrip() + "…", clean(text).strip()


def text_of(data: bytes, caps: Caps) -> str:
    """The text of a file: UTF-8 with or without its mark, UTF-16 with it, else Western. Raises ImportRefused."""
    if len(data) > caps.text_bytes:
        raise ImportRefused(f"The file is larger than {caps.text_bytes // (1024 * 1024)} MB, so it was not read.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return clean(data.decode("utf-16", "replace"))
    try:
        return clean(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        if b"\x00" in data:
            raise ImportRefused("The file is not a text, so it was not read.") from None
        return clean(data.decode("cp1252", "replace"))


def refuse_too_many(links: int, caps: Caps) -> None:
    """Raise ImportRefused when a file has more links than are read."""
    if links > caps.links:
        raise ImportRefused(f"The file has more than {caps.links:,} links, so it was not read.")


def foreign_of(topic: Topic, name: str) -> dict[str, Any]:
    """What the format of that name has kept at a topic; {} when there is nothing."""
    return _foreign(topic).get(name, {})


def with_foreign(topic: Topic, name: str, told: dict[str, Any]) -> Topic:
    """The topic with what a format wants to find again; what others have kept stays."""
    if not told and not topic.foreign:
        return topic
    whole = _foreign(topic)
    whole.pop(name, None)
    if told:
        whole[name] = told
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")) if whole else ""
    return replace(topic, foreign=text)


def _foreign(topic: Topic) -> dict[str, dict[str, Any]]:
    if not topic.foreign:
        return {}
    try:
        told: object = json.loads(topic.foreign)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    whole = cast("dict[str, object]", told)
    return {name: cast("dict[str, Any]", part) for name, part in whole.items() if isinstance(part, dict)}
