"""XML as text, written without recursion; and parts of other programs' XML as what JSON can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from knowalledge_desktop.formats.base import clean

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
MOST_PARTS = 2_000
"""Elements of one foreign part that are kept; whoever has more gets none of it."""
_NAME = re.compile(r"[A-Za-z_][\w.\-]{0,99}", re.ASCII)
_ATTRIBUTE = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;"})
_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

Part = list[Any]
"""One element as JSON: name, attributes, children; a child is a text or an element."""


def attribute(text: str) -> str:
    """A text as it stands between double quotes."""
    return clean(text).translate(_ATTRIBUTE)


def content(text: str) -> str:
    """A text as it stands between tags."""
    return clean(text).translate(_TEXT)


def opening(name: str, attributes: Iterable[tuple[str, str]], *, closed: bool = False) -> str:
    """A start tag with these attributes in this order."""
    told = "".join(f' {key}="{attribute(value)}"' for key, value in attributes)
    return f"<{name}{told}{'/' if closed else ''}>"


def is_name(text: object) -> bool:
    """Whether it can be the name of an element or an attribute without a prefix."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None and text != "xmlns"


def part_of(element: Element) -> Part | None:
    """An element as JSON can hold it; None when it is too large or has names with namespaces."""
    count = 0
    top: Part = []
    waiting: list[tuple[Element, list[Any]]] = [(element, top)]
    while waiting:
        each, into = waiting.pop()
        count += 1
        if count > MOST_PARTS or not is_name(each.tag) or not all(map(is_name, each.attrib)):
            return None
        children: list[Any] = [clean(each.text)] if each.text else []
        into.extend((each.tag, {name: clean(value) for name, value in each.attrib.items()}, children))
        for child in each:
            below: Part = []
            children.append(below)
            waiting.append((child, below))
            if child.tail:
                children.append(clean(child.tail))
    return top


def part_text(told: object) -> str:
    """The XML of a part; "" when it is not one."""
    out: list[str] = []
    waiting: list[tuple[object, str]] = [(told, "")]
    count = 0
    while waiting:
        each, end = waiting.pop()
        count += 1
        if end:
            out.append(end)
        elif isinstance(each, str) and count > 1:
            out.append(content(each))
        else:
            part = _sound(each)
            if part is None or count > MOST_PARTS * 4:
                return ""
            name, attributes, children = part
            out.append(opening(name, sorted(attributes.items()), closed=not children))
            if children:
                waiting.append((None, f"</{name}>"))
                waiting.extend((child, "") for child in reversed(children))
    return "".join(out)


def attributes_of(told: object) -> dict[str, str]:
    """Attributes from JSON, the sound ones."""
    if not isinstance(told, Mapping):
        return {}
    pairs = cast("Mapping[object, object]", told).items()
    return {str(name): value for name, value in pairs if is_name(name) and isinstance(value, str)}


def _sound(told: object) -> tuple[str, dict[str, str], list[object]] | None:
    if not isinstance(told, list) or len(cast("list[object]", told)) != 3:
        return None
    name, attributes, children = cast("list[object]", told)
    if not is_name(name) or not isinstance(children, list):
        return None
    return str(name), attributes_of(attributes), cast("list[object]", children)
