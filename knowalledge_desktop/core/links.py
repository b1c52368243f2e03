"""Takes addresses out of text that a model wrote: only those known from a source may stay.

A model can invent an address that looks right and leads nowhere, or somewhere bad. So every address
goes, whatever its shape, except the ones that the Atlas or grounding metadata gave. The words of a
link stay; only where it leads is dropped.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

REMOVED = "(address removed)"
"""Stands where an address stood that had no words of its own."""

_INVISIBLE: dict[int, None] = dict.fromkeys((0x00AD, 0x200B, 0x2060, 0xFEFF))
_ENTITY = re.compile(
    r"&(?:#[xX]?[0-9a-fA-F]{1,7}|colon|sol|period|commat|lpar|rpar|lsqb|rsqb|lbrack|rbrack|bsol);?"
)
_REVEALED = re.compile(r"[A-Za-z0-9:/.@%?=_~()\[\]\\-]")
_CODE = re.compile(
    r"(?ms)^[ \t>]*(?P<fence>```+|~~~+).*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<tick>`+)(?!`).+?(?<!`)(?P=tick)(?!`)"
    r"|(?<![\\$])\$(?!\s)[^$\n:/.<]{1,300}(?<![\s\\])\$(?![\d$])"  # a formula: f[x](y) is no link there
)
_DEFINITION = re.compile(
    r"(?m)^(?P<indent>[ \t>]*(?:[-*+][ \t]+)?)\[(?P<label>(?!\^)(?:\\.|[^\[\]\\])+)\]:[ \t]*\n?[ \t>]*"
    r"(?P<url><[^<>\n]*>|[^\s<]\S*)"
    r"(?:[ \t]*\n?[ \t>]*(?:\"[^\"\n]*\"|'[^'\n]*'|\([^()\n]*\)))?[ \t]*$\n?"
)
_DEFINING = re.compile(r"[ \t>]*(?:[-*+][ \t]+)?\[[^\[\]]*\]:?[ \t]*\n?")
_LABEL = r"(?P<label>(?:\\.|!?\[(?:\\.|[^\[\]\\])*\]|[^\[\]\\])*)"
_DESTINATION = (
    r"\(\s*(?P<url><[^<>\n]*>|(?:\\.|\((?:\\.|\([^()\s]*\)|[^()\s\\])*\)|[^()\s\\])*)"
    r"(?:\s+(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?\s*\)"
)
_INLINE = re.compile(rf"!?\[{_LABEL}\]{_DESTINATION}")
_REFERENCE = re.compile(rf"!?\[(?!\^){_LABEL}\][ ]?\[(?P<ref>(?!\^)[^\[\]\n]*)\]")
_SHORTCUT = re.compile(r"!?\[(?P<label>(?!\^)(?:\\.|[^\[\]\\])+)\](?![\[(:])")
_ACTIVE = re.compile(r"(?is)<(script|style|iframe|object|svg)\b.*?</\1\s*>")
_TAG = re.compile(
    r"(?is)</?(?:a|area|audio|base|button|embed|form|frame|iframe|image|img|input|link|meta|object|script|source"
    r"|style|svg|track|use|video)(?=[\s/>])(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>"
)
_AUTOLINK = re.compile(r"<(?P<url>[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*(?:\s+[^\s<>]*)?|[^\s<>@]+@[^\s<>@]+)>")
_HREF = re.compile(r"\\href\s*(?:\[[^\]]*\]\s*)?\{(?P<url>[^{}]*)\}\s*\{(?P<label>(?:[^{}]|\{[^{}]*\})*)\}")
_TEX_URL = re.compile(
    r"\\(?:url|nolinkurl|path|includegraphics|hyperbaseurl)\s*(?:\[[^\]]*\]\s*)?\{(?P<url>[^{}]*)\}"
)

_TLD = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|xyz|site|online|shop|blog|wiki|club|top|tech|space"
    r"|website|store|cloud|me|tv|cc|ly|gl|gg|co|uk|us|de|fr|es|it|nl|be|ch|eu|ru|cn|jp|kr|in|br|mx|ca|au|nz|tr"
    r"|pl|se|fi|dk|cz|ie|pt|gr|il|ir|za|ar|cl|xn--[a-z0-9-]+|рф|中国|中國|香港|рус|укр|한국|भारत|امارات|ایران)"
)
_SURE_TLD = (
    r"(?:com|org|net|edu|gov|info|biz|io|xyz|site|online|website|co\.uk|ac\.uk|рф|рус|укр|中国|中國|한국|भारत"
    r"|xn--[a-z0-9-]+)"
)
_HOST = r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.)+"
_COLON = r"(?::|%3[aA])"
_SLASH = r"(?:\\?[/\\]|%2[fF])"
_END = r"[^\s<>\"`{}|]*"
_MORE = r"(?:(?<=[/_=&?%-])\n[ \t>]*[^\s<>\"`]*[/_=%?&][^\s<>\"`]*)?"
_BARE = re.compile(
    rf"(?P<scheme>[^\W\d_][\w+.*-]{{0,40}}{_COLON}\s?{_SLASH}\s?{_SLASH}\s*{_END}{_MORE})"
    rf"|(?P<plain>(?<!\w)(?:(?i:javascript|vbscript|livescript|blob|magnet|urn|view-source|about){_COLON}(?=[^\s]){_END}"
    rf"|(?i:data){_COLON}(?:[\w.+-]+/[\w.+-]+)?[;,]{_END}"
    rf"|(?i:mailto|xmpp|sips?|skype|tel|sms){_COLON}[^\s<>`]+|(?i:doi)\s?{_COLON}\s?10\.\d+/{_END}))"
    rf"|(?P<www>(?<![\w.])(?i:www\d?)\.[^\s<>\"`{{}}|]+{_MORE})"
    rf"|(?P<mail>(?<![\w.])[\w.+%-]+@{_HOST}[^\W\d_]{{2,}})"
    rf"|(?P<relative>(?<![:/\w\\*])//{_HOST}[^\W\d_]{{2,}}{_END})"
    rf"|(?P<path>(?<![\w@.]){_HOST}(?i:{_TLD})(?![\w.-]*\w@)(?::\d+)?[/?#](?![\s)]){_END}{_MORE})"
    rf"|(?P<address>(?<![\w.])\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?::\d+/?|/(?!\d\d?\b)){_END})"
    rf"|(?P<host>(?<![\w@.])(?P<name>{_HOST})(?P<tld>(?i:{_SURE_TLD}))(?![\w-]|\.\w))"
)
_TRAILING = ".,;:!?'’”»*_~"
_NOT_HOSTS = frozenset({"asp.net", "ado.net", "vb.net", "ml.net", "paint.net", "socket.io"})
_PASSES = 5

_Replace = Callable[["re.Match[str]"], str]


def without_links(markdown: str, allowed: frozenset[str] = frozenset(), *, removed: str = REMOVED) -> str:
    """The text without any address that is not in `allowed`.

    Links, images and references become their words; addresses that stand alone become `removed`, also
    in code and TeX; a firm named like its site keeps its name ("Example.org" becomes "Example").
    An allowed address must agree as a whole. Applying it twice changes nothing more.
    """
    text = _ENTITY.sub(_decoded, markdown.translate(_INVISIBLE))
    for _ in range(_PASSES):  # taking one link away can make another one of what is left
        before = text
        text = _once(text, allowed, removed)
        if text == before:
            break
    return text


class LinkGate:
    """Lets a growing text through without addresses, piece by piece.

    What could still become an address is held back until the next space, and an open bracket until
    it closes or its paragraph ends.
    """

    def __init__(self, allowed: frozenset[str] = frozenset(), *, removed: str = REMOVED) -> None:
        self._allowed = allowed
        self._removed = removed
        self._raw = ""
        self._said = ""
        self._done = 0

    def feed(self, delta: str) -> str:
        """What may be shown now; may be empty."""
        self._raw += delta
        if not any(ch in " \n" for ch in delta):
            return ""
        settled = _settled(self._raw)
        if settled == self._done:
            return ""
        self._done = settled
        return self._new(self._raw[:settled])

    def end(self) -> str:
        """What was held back, at the end of the text."""
        return self._new(self._raw)

    def _new(self, text: str) -> str:
        clean = without_links(text, self._allowed, removed=self._removed)
        if not clean.startswith(self._said):
            return ""  # a definition further down changed what was said; the whole answer sets it right
        new = clean[len(self._said) :]
        self._said = clean
        return new


def _settled(text: str) -> int:
    """How much of a growing text nothing that follows can turn into a link."""
    block = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    space = max(text.rfind(" "), text.rfind("\n"))
    end = max(block, space)
    line = text.rfind("\n", 0, end - 1) + 1 if end else 0
    if _DEFINING.match(text, line):
        end = min(end, line)
    open_at = [
        at for sign in "[<`" if (at := text.find(sign, block, end)) >= 0 and _is_open(text[block:end], sign)
    ]
    return min([end, *open_at])


def _is_open(text: str, sign: str) -> bool:
    if sign == "`":
        return text.count("`") % 2 == 1
    close = "]" if sign == "[" else ">"
    return text.count(sign) > text.count(close) or (sign == "[" and text.rfind("](") > text.rfind(")"))


def _decoded(found: re.Match[str]) -> str:
    sign = html.unescape(found[0] if found[0].endswith(";") else found[0] + ";")
    return sign if _REVEALED.fullmatch(sign) else found[0]


def _once(text: str, allowed: frozenset[str], removed: str) -> str:
    names: dict[str, bool] = {}

    def define(found: re.Match[str]) -> str:
        kept = _is_allowed(found["url"], allowed)
        names[_label(found["label"])] = kept
        return found[0] if kept else found["indent"] if found["indent"].strip() else ""

    def link(found: re.Match[str]) -> str:
        if _is_allowed(found["url"], allowed) and not found[0].startswith("!"):
            return found[0]
        return found["label"] or removed

    def reference(found: re.Match[str]) -> str:
        known = names.get(_label(found["ref"] or found["label"]), False)
        return found[0] if known else found["label"]

    def shortcut(found: re.Match[str]) -> str:
        return found["label"] if names.get(_label(found["label"])) is False else found[0]

    def autolink(found: re.Match[str]) -> str:
        return found[0] if _is_allowed(found["url"], allowed) else removed

    text = _outside_code(text, lambda part: _DEFINITION.sub(define, part))
    steps: tuple[tuple[re.Pattern[str], _Replace], ...] = (
        (_INLINE, link),
        (_REFERENCE, reference),
        (_SHORTCUT, shortcut),
        (_ACTIVE, lambda _: ""),
        (_TAG, lambda _: ""),
        (_AUTOLINK, autolink),
    )
    for pattern, replace in steps:
        text = _outside_code(text, lambda part, p=pattern, r=replace: p.sub(r, part))
    text = _HREF.sub(lambda found: found["label"], text)
    text = _TEX_URL.sub(removed, text)
    return _BARE.sub(lambda found: _bare(found, allowed, removed), text)


def _bare(found: re.Match[str], allowed: frozenset[str], removed: str) -> str:
    whole = found[0]
    if found["host"]:
        if whole.casefold() in _NOT_HOSTS:
            return whole
        name = found["name"].removesuffix(".")
        return name if name[0].isupper() and "." not in name else removed
    url = whole.rstrip(_TRAILING)
    while url.endswith((")", "]", "}")) and url.count(url[-1]) > url.count(
        {")": "(", "]": "[", "}": "{"}[url[-1]]
    ):
        url = url[:-1].rstrip(_TRAILING)
    return whole if url in allowed else removed + whole[len(url) :]


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    parts: list[str] = []
    start = 0
    for found in _CODE.finditer(text):
        parts += (change(text[start : found.start()]), found[0])
        start = found.end()
    return "".join((*parts, change(text[start:])))


def _is_allowed(url: str, allowed: frozenset[str]) -> bool:
    return url.strip("<>").strip() in allowed


def _label(label: str) -> str:
    return " ".join(label.casefold().split())
