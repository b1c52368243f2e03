"""Words of three languages: tokens with their place and case, stems, stop words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from atlas_reading import Article

from knowalledge_desktop.core.evidence import sentences

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ELISION = re.compile(r"^(?:l|d|j|m|n|s|t|c|qu|jusqu|lorsqu|puisqu)['’]", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_CLAUSE = re.compile(r"[.!?;:,()\[\]\"“”«»—–]")

_STOP_WORDS = """
a an and are as at be been being but by can could did do does for from had has have he her his how i if in into
is it its may more most much not of on one or other our over own she so some such than that the their them then
there these they this those to too under up upon very was we were what when where which while who whom whose why
will with would about after all also although among any became because before between both called commonly
considered different each early end first known generally include included includes including known large late
later least less made mainly major many modern name named new number often only out part second see several
since small sometimes term three through throughout time two type types typically until use used uses using
usually various way well within without world year years century form group main example based refer refers like
un une le la les de du des et est sont a au aux en dans par pour sur avec sans ou où qui que quoi dont ce cet
cette ces il elle ils elles on nous vous son sa ses leur leurs se ne pas plus moins tres comme mais si tout
toute tous toutes etre avoir fait ete etait etaient ont eu entre depuis vers chez apres avant pendant aussi
autre autres meme ainsi donc car deux trois premier premiere siecle annee annees ans nom terme partie plusieurs
souvent generalement appele appelee dit dite nes ne nee mort morte janvier fevrier mars avril mai juin juillet
aout septembre octobre novembre decembre el los las lo unos unas y o u e es son del al por para con sin sobre
que quien cual cuyo su sus se no mas menos muy como pero si todo toda todos todas ser fue fueron era eran ha han
habia haber desde hasta hacia entre tambien otro otra otros otras mismo misma asi pues dos tres primer primera
primero siglo ano anos nombre termino parte varios varias llamado llamada conocido conocida este esta estos
estas ese esa esos esas donde cuando aunque enero febrero marzo abril mayo junio julio agosto septiembre octubre
noviembre diciembre january february march april june july august september october november december born died
"""
STOP = frozenset(_STOP_WORDS.split())


class Token(NamedTuple):
    """A word of a text: folded, whether upper-case, whether it opens a sentence, the number of its clause.

    `single` is the folded word without a plural ending, `root` its stem, empty where it tells nothing.
    """

    folded: str
    capital: bool
    opening: bool
    clause: int
    single: str
    root: str


@lru_cache(maxsize=300_000)
def fold_word(word: str) -> str:
    """Case and accents folded, elision and possessive taken off."""
    if word.isascii() and word.isalnum():
        return word.lower()
    bare = _POSSESSIVE.sub("", _ELISION.sub("", word)) or word
    plain = unicodedata.normalize("NFKD", bare).casefold()
    return "".join(ch for ch in plain if not unicodedata.combining(ch))


@lru_cache(maxsize=300_000)
def _begins_capital(word: str) -> bool:
    elided = _ELISION.match(word)
    return (word[elided.end()] if elided and elided.end() < len(word) else word[0]).isupper()


_NO_PLURAL = frozenset(
    {"news", "series", "species", "mars", "paris", "texas", "corps", "temps", "dieux", "mathematics"}
)


@lru_cache(maxsize=300_000)
def singular(word: str) -> str:
    """A folded word without a plural ending (English, French, Spanish alike)."""
    if len(word) < 4 or not word.endswith(("s", "x")) or word.endswith(("ss", "us", "is")) or word in _NO_PLURAL:
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("x"):
        return word[:-1] if word.endswith(("eaux", "eux", "oux")) else word
    return word[:-1]


_ENDINGS = (
    "ically", "ization", "isation", "ical", "ics", "ists", "isms", "ian", "ist", "ism", "iste", "isme", "ista",
    "ismo", "ing", "ed", "ic", "ique", "ico", "ica", "ally", "al", "an", "ish", "y", "ie", "ia", "e", "o", "a",
    "i",
)  # fmt: skip


@lru_cache(maxsize=300_000)
def stem(word: str) -> str:
    """A crude common stem, so that "photosynthetic" meets "photosynthesis"."""
    base = singular(word)
    if base.isdigit():
        return base
    for ending in _ENDINGS:
        if base.endswith(ending) and len(base) - len(ending) >= 4:
            base = base[: -len(ending)]
            break
    return base[:8]


@lru_cache(maxsize=300_000)
def _facts(word: str) -> tuple[str, bool, str, str]:
    """What is the same of a word wherever it stands: folded, capital, singular, telling root."""
    folded = fold_word(word)
    telling = folded not in STOP and (len(folded) > 1 or folded.isdigit())
    return folded, _begins_capital(word), singular(folded), stem(folded) if telling else ""


@lru_cache(maxsize=50_000)
def _breaks(gap: str) -> tuple[bool, bool]:
    """Whether what stands between two words ends a clause, and a sentence."""
    clause = _CLAUSE.search(gap) is not None
    return clause, clause and any(mark in gap for mark in ".!?\n")


def tokens(text: str) -> list[Token]:
    """The words of a text in order."""
    found: list[Token] = []
    clause = 0
    last = 0
    opening = True
    for match in _WORD.finditer(text):
        begin, end = match.span()
        if begin != last + 1 or text[last] != " ":
            ended, sentence = _breaks(text[last:begin])
            clause += ended
            opening = opening or sentence
        folded, capital, single, root = _facts(match[0])
        found.append(Token(folded, capital, opening, clause, single, root))
        opening = False
        last = end
    return found


@dataclass(frozen=True, slots=True)
class Parsed:
    """An article's words: of its title, its description, and each sentence of its text."""

    title: list[Token]
    description: list[Token]
    told: list[list[Token]]


def parse(article: Article) -> Parsed:
    """Split an article into words once; everything else works on these."""
    return Parsed(
        tokens(article.title), tokens(article.description), [tokens(s) for s in sentences(article.extract)]
    )


def key_of(text: str) -> tuple[str, ...]:
    """What titles are looked up by: folded singular words."""
    return tuple(singular(fold_word(m.group())) for m in _WORD.finditer(text))


def base_title(title: str) -> tuple[str, str]:
    """A title without its qualifier in brackets, and the qualifier."""
    match = re.fullmatch(r"(.+?)\s*\(([^()]*(?:\([^()]*\))?[^()]*)\)", title)
    return (match.group(1), match.group(2)) if match else (title, "")
