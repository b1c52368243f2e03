"""TeX as MathML, which browsers draw by themselves. What comes of a formula is let through word by word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.formats.base import Caps, clean
from knowalledge_desktop.formats.safe_xml import parse_xml
from knowalledge_desktop.formats.xml_text import content, opening

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FORMULA = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|`[^`\n]+`)"
    r"|(?<![\\$])\$\$(?P<block>[^$]{1,600}?)\$\$(?!\$)"
    r"|(?<![\\$])\$(?!\s)(?P<line>[^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])",
    re.DOTALL,
)
"""Code, which stays as it is, or a formula: between double dollar signs, or single ones in one line."""
_SPACE = "{http://www.w3.org/1998/Math/MathML}"
_TAG = re.compile(
    "math|mrow|mi|mn|mo|ms|mtext|mspace|mfrac|msqrt|mroot|mstyle|msub|msup|msubsup|munder|mover|munderover"
    "|mmultiscripts|mprescripts|none|mpadded|mphantom|menclose|mtable|mtr|mtd"
)
_ATTRIBUTE = re.compile(
    "display|width|height|depth|lspace|rspace|stretchy|fence|form|separator|mathvariant|columnalign|linethickness"
    "|minsize|maxsize|accent|accentunder|notation|scriptlevel|displaystyle|movablelimits"
)
_VALUE = re.compile(r"[\w.%+\- ]{1,40}", re.ASCII)


def mathml(tex: str, *, block: bool) -> str | None:
    """The formula as MathML; None when it cannot be drawn, or would bring anything but a formula."""
    from latex2mathml.converter import convert

    try:
        drawn = convert(clean(tex), display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - whatever a parser says about somebody's TeX: its source is shown instead
        return None
    try:
        return _let_through(parse_xml(drawn.encode(), Caps(elements=5_000)))
    except ImportRefused:
        return None


def _let_through(top: Element) -> str | None:
    out: list[str] = []
    waiting: list[tuple[Element, bool]] = [(top, False)]
    while waiting:
        element, done = waiting.pop()
        name = str(element.tag).removeprefix(_SPACE)
        if done:
            out.append(f"</{name}>")
            if element is not top:
                out.append(content(element.tail or ""))
            continue
        if not _TAG.fullmatch(name):
            return None
        told = sorted((n, v) for n, v in element.attrib.items() if _ATTRIBUTE.fullmatch(n) and _VALUE.fullmatch(v))
        out.append(opening(name, told) + content(element.text or ""))
        waiting.append((element, True))
        waiting.extend((child, False) for child in reversed(element))
    return "".join(out)
