"""What comes in the body of a request."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

from knowalledge_desktop.core.errors import UserInputError
from knowalledge_desktop.core.request import Detail, EngineChoice, Level, Options, Style
from knowalledge_desktop.core.settings import Settings
from knowalledge_desktop.port.edge import too_large
from knowalledge_desktop.port.problems import Refused
from knowalledge_desktop.port.rate import Limits

FOCUS_MOST = 20
COUNTS = (1, 30)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
_BOUNDARY = re.compile(r'boundary="?([^";,\s]{1,70})"?', re.IGNORECASE)
_PARTS_MOST = 20

_LEVELS = {
    "juniorlevel": Level.JUNIOR,
    "highschoollevel": Level.HIGH_SCHOOL,
    "undergradlevel": Level.UNDERGRADUATE,
}
_DETAILS = {"lowdetail": Detail.BRIEF, "mediumdetail": Detail.MEDIUM, "highdetail": Detail.DETAILED}
_STYLES = {"reading/writing": Style.READING}

E = TypeVar("E", bound=Enum)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for. `within` names the map that a topic is of, empty for a map of its own."""

    topic: str
    within: str
    focus: tuple[str, ...]
    options: Options
    engine: EngineChoice
    fresh: bool


async def whole_body(request: Request, most: int, limits: Limits) -> bytes:
    """The body, of at most so many bytes; raises Refused for one that is larger, or that comes too slowly."""
    read = bytearray()
    try:
        chunks = request.stream().__aiter__()
        while True:
            async with asyncio.timeout(limits.idle_s):
                chunk = await anext(chunks, None)
            if chunk is None:
                return bytes(read)
            read += chunk
            if len(read) > most:
                raise too_large(most)
    except TimeoutError:
        raise Refused(408, "The body of the request came too slowly.") from None
    except ClientDisconnect:
        raise Refused(400, "The connection ended within the request.") from None


async def json_body(request: Request, limits: Limits) -> Mapping[str, Any]:
    """The object in the body; raises Refused."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refused(415, "Send a JSON object, with the header Content-Type: application/json.")
    body = await whole_body(request, limits.words_bytes, limits)
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400, "The body is no JSON that can be read.") from None
    if not isinstance(found, dict):
        raise Refused(400, "The body has to be a JSON object.")
    return found  # pyright: ignore[reportUnknownVariableType]


async def picture_body(request: Request, limits: Limits) -> bytes:
    """The bytes of the picture in a form (field `image`), or as the body itself; raises Refused."""
    told = request.headers.get("content-type", "")
    kind = told.partition(";")[0].strip().lower()
    if kind.startswith("image/") or kind == "application/octet-stream":
        return await whole_body(request, limits.picture_bytes, limits)
    if kind != "multipart/form-data":
        raise Refused(415, "Send the picture as the field ‘image’ of a form, or as the body, with its type.")
    boundary = _BOUNDARY.search(told)
    if boundary is None:
        raise Refused(400, "The form does not say where its fields end (boundary).")
    body = await whole_body(request, limits.picture_bytes, limits)
    picture = form_field(body, boundary[1].encode("latin-1"), "image")
    if picture is None:
        raise Refused(400, "The form has no field ‘image’ with a file.")
    return picture


def form_field(body: bytes, boundary: bytes, wanted: str) -> bytes | None:
    """One field of a form (RFC 7578), or None; looks at the first fields only."""
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary, _PARTS_MOST)
    for part in parts[1:]:
        head, gap, content = part.partition(b"\r\n\r\n")
        told = head.decode("utf-8", "replace")
        if gap and re.search(
            rf'content-disposition:[^\r\n]*[;\s]name="?{re.escape(wanted)}"?(;|\r|$)', told, re.I
        ):
            return content
    return None


def wish_of(data: Mapping[str, Any], settings: Settings) -> Wish:
    """What the object asks for, over the user's settings; raises UserInputError."""
    return Wish(
        topic=text_of(data, "topic"),
        within=text_of(data, "within", default=""),
        focus=focus_of(data),
        options=_options(data, settings.options),
        engine=_choice(data, ("engine",), EngineChoice, {}) or settings.engine,
        fresh=_flag(data, "fresh"),
    )


def text_of(data: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    """A text of the object; raises UserInputError when it is missing or no text."""
    found = data.get(name, default)
    if not isinstance(found, str):
        raise UserInputError(f"‘{name}’ has to be a text.")
    return found


def focus_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The titles of the subtopics that are meant; none means all."""
    found = data.get("focus", [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):  # pyright: ignore
        raise UserInputError("‘focus’ has to be a list of texts.")
    if len(found) > FOCUS_MOST:  # pyright: ignore[reportUnknownArgumentType]
        raise UserInputError(f"‘focus’ may name at most {FOCUS_MOST} subtopics.")
    return tuple(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _options(data: Mapping[str, Any], usual: Options) -> Options:
    language = text_of(data, "language", default=usual.language)
    if not _LANGUAGE.fullmatch(language):
        raise UserInputError("‘language’ has to be a language code such as en or zh-Hant.")
    count = data.get("count", usual.count)
    if not isinstance(count, int) or isinstance(count, bool) or not COUNTS[0] <= count <= COUNTS[1]:
        raise UserInputError(f"‘count’ has to be a whole number from {COUNTS[0]} to {COUNTS[1]}.")
    return replace(
        usual,
        language=language,
        count=count,
        level=_choice(data, ("level", "educationLevel"), Level, _LEVELS) or usual.level,
        detail=_choice(data, ("detail", "levelOfDetail"), Detail, _DETAILS) or usual.detail,
        style=_choice(data, ("style", "learningStyle"), Style, _STYLES) or usual.style,
    )


def _choice(data: Mapping[str, Any], names: tuple[str, ...], kind: type[E], also: Mapping[str, E]) -> E | None:
    """The value of the first of these names that is there; `also` has other words for values."""
    for name in names:
        if data.get(name) is None:
            continue
        word = text_of(data, name).strip().lower()
        found = also.get(word) or next((each for each in kind if each.value == word), None)
        if found is None:
            raise UserInputError(f"‘{name}’ has to be one of: {', '.join(str(each.value) for each in kind)}.")
        return found
    return None


def _flag(data: Mapping[str, Any], name: str) -> bool:
    found = data.get(name, False)
    if not isinstance(found, bool):
        raise UserInputError(f"‘{name}’ has to be true or false.")
    return found
