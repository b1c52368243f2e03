"""A labelled set of claims made from Atlas sentences: reworded, and with one fact changed."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from pathlib import Path

import apsw

from knowalledge_desktop.core.evidence import sentences
from knowalledge_desktop.core.facts import Fact, Kind, facts_of

WORDS = {
    "en": [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    ],
    "fr": ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"],
    "es": [
        "cero",
        "uno",
        "dos",
        "tres",
        "cuatro",
        "cinco",
        "seis",
        "siete",
        "ocho",
        "nueve",
        "diez",
        "once",
        "doce",
    ],
}
ABOUT = {"en": "about", "fr": "environ", "es": "unos"}
SYNONYMS = {
    "en": (
        ("is known for", "is famous for"),
        ("is located", "lies"),
        ("is considered", "counts as"),
        ("is regarded as", "is seen as"),
        ("established", "set up"),
        ("founded", "created"),
        ("died", "passed away"),
        ("began", "started"),
        ("located", "situated"),
        ("also known as", "also called"),
        ("commonly", "usually"),
        ("approximately", "some"),
        ("primarily", "mainly"),
        ("such as", "for example"),
        ("received", "was given"),
        ("several", "a number of"),
        ("became", "turned into"),
        ("often", "frequently"),
        ("wrote", "penned"),
        ("constructed", "built"),
        ("throughout", "across"),
        ("consists of", "is made up of"),
        ("contains", "holds"),
        ("including", "among them"),
        ("large", "big"),
        ("largest", "biggest"),
        ("important", "significant"),
        ("influential", "important"),
        ("various", "different"),
        ("population", "number of inhabitants"),
        ("people", "inhabitants"),
        ("published", "brought out"),
        ("developed", "worked out"),
        ("conquered", "took"),
        ("used to", "employed to"),
        ("the world", "the globe"),
        ("region", "area"),
        ("born in", "a native of"),
        ("method", "way"),
        ("widely", "broadly"),
        ("was awarded", "won"),
        ("served as", "held the post of"),
        ("ruled", "governed"),
        ("originally", "at first"),
        ("film", "movie"),
        ("nation", "country"),
        ("war", "conflict"),
    ),
    "fr": (
        ("est situé", "se trouve"),
        ("est située", "se trouve"),
        ("notamment", "en particulier"),
        ("débute", "commence"),
        ("principalement", "surtout"),
        ("également", "aussi"),
        ("célèbre", "connu"),
        ("plusieurs", "divers"),
        ("considéré", "vu"),
        ("considérée", "vue"),
        ("important", "majeur"),
        ("constitue", "forme"),
        ("habitants", "personnes"),
        ("fondé", "créé"),
        ("fondée", "créée"),
        ("environ", "à peu près"),
        ("guerre", "conflit"),
        ("afin de", "pour"),
        ("utilisé", "employé"),
        ("région", "zone"),
    ),
    "es": (
        ("está situado", "se encuentra"),
        ("está situada", "se encuentra"),
        ("comenzó", "empezó"),
        ("actualmente", "hoy"),
        ("principalmente", "sobre todo"),
        ("conocido", "famoso"),
        ("conocida", "famosa"),
        ("diversos", "varios"),
        ("habitantes", "personas"),
        ("importante", "relevante"),
        ("considerado", "visto"),
        ("considerada", "vista"),
        ("aproximadamente", "cerca de"),
        ("fundada", "creada"),
        ("fundado", "creado"),
        ("guerra", "conflicto"),
        ("utilizado", "usado"),
        ("ubicado", "situado"),
        ("murió", "falleció"),
        ("región", "zona"),
    ),
}
NAME = re.compile(r"(?<=[a-zà-ÿ,] )(?:[A-ZÀ-Ý][\w'’.-]*[\w](?: (?:of |de |la )?(?=[A-ZÀ-Ý]))?)+(?![\w-])")


@dataclass(frozen=True, slots=True)
class Labelled:
    """One claim: `kind` is "true" or what was changed ("number", "date", "name")."""

    article: str
    language: str
    source: str
    text: str
    kind: str


def articles(path: Path, language: str, count: int, seed: int) -> list[tuple[str, str]]:
    """Titles and texts of well-known articles, the same ones for the same seed."""
    db = apsw.Connection(path.as_uri() + "?immutable=1", flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
    rows = db.execute(
        "SELECT title, extract FROM article WHERE lang = ? AND length(extract) > 300 ORDER BY title", (language,)
    ).fetchall()
    db.close()
    found = [(str(title), str(text)) for title, text in rows]
    return random.Random(seed).sample(found, count)  # noqa: S311 (repeatable, nothing secret)


def labelled(path: Path, language: str, count: int, seed: int) -> list[Labelled]:
    """Claims from `count` articles: for each sentence with a fact a true one and one for each kind of change."""
    rng = random.Random(seed)  # noqa: S311
    chosen = articles(path, language, count, seed)
    names = [
        name for _, text in articles(path, language, 200, seed + 1) for name in NAME.findall(text) if len(name) > 3
    ]
    made: list[Labelled] = []
    for title, text in chosen:
        for sentence in [s for part in text.split("\n\n") for s in sentences(part)]:
            if not 6 <= len(sentence.split()) <= 45:
                continue
            kinds = _kinds(sentence, language, title)
            if not kinds:
                continue
            made.append(Labelled(title, language, sentence, reworded(sentence, language, title, rng), "true"))
            for kind in kinds:
                changed = _changed(sentence, language, kind, title, names, rng)
                if changed:
                    wrong, keep = changed
                    made.append(
                        Labelled(title, language, sentence, reworded(wrong, language, title, rng, keep), kind)
                    )
    return made


def _kinds(sentence: str, language: str, title: str) -> list[str]:
    kinds = {fact.kind for fact in facts_of(sentence, language)}
    found = ["number"] if Kind.NUMBER in kinds else []
    found += ["date"] if Kind.DATE in kinds else []
    found += ["name"] if _other_names(sentence, title) else []
    return found


def _other_names(sentence: str, title: str) -> list[re.Match[str]]:
    own = set(re.findall(r"\w+", title))
    return [m for m in NAME.finditer(sentence) if len(m[0]) > 3 and not own & set(re.findall(r"\w+", m[0]))]


def _changed(
    sentence: str, language: str, kind: str, title: str, names: list[str], rng: random.Random
) -> tuple[str, str] | None:
    """The sentence with one fact changed, and the text that must stay in it."""
    if kind == "name":
        found = rng.choice(_other_names(sentence, title))
        new = rng.choice(names).strip() + (" " if found[0].endswith(" ") else "")
        if set(new.split()) & set(sentence.split()):
            return None
        return sentence[: found.start()] + new + sentence[found.end() :], new
    wanted = Kind.DATE if kind == "date" else Kind.NUMBER
    fact = rng.choice([f for f in facts_of(sentence, language) if f.kind is wanted])
    new = _other_date(fact, rng) if kind == "date" else _other_number(fact, rng)
    if new is None or new == fact.text:
        return None
    changed = sentence[: fact.start] + new + sentence[fact.end :]
    if any(f.text == fact.text for f in facts_of(changed, language)):
        return None
    return changed, new


def _other_date(fact: Fact, rng: random.Random) -> str | None:
    year = re.search(r"\d{3,4}", fact.text)
    if year:
        apart = rng.choice([1, -1]) * rng.choice([1, 2, 3, 5, 10, 14, 30, 50])
        decade = fact.high - fact.low > 5
        new = int(year[0]) + (10 * apart if decade else apart)
        return fact.text[: year.start()] + str(new) + fact.text[year.end() :]
    nth = re.search(r"\d{1,2}(?=th)", fact.text)
    if nth:
        new = int(nth[0]) + rng.choice([-2, -1, 1] if int(nth[0]) > 6 else [4, 5])
        ending = {1: "st", 2: "nd", 3: "rd"}.get(new % 10 if new // 10 != 1 else 0, "th")
        return fact.text[: nth.start()] + str(new) + ending + fact.text[nth.end() + 2 :]
    return None


def _other_number(fact: Fact, rng: random.Random) -> str | None:
    digits = re.search(r"\d+", fact.text)
    if not digits:
        return None
    value = int(digits[0])
    new = max(1, round(value * rng.choice([0.4, 0.6, 0.8, 1.25, 1.5, 2, 3])))
    if new == value:
        new = value + 1
    if len(str(new)) > 3 and re.match(r"[.,   ]\d{3}", fact.text[digits.end() :]):
        return None
    if "%" in fact.text and new > 99:
        new = max(1, value // 2)
    return fact.text[: digits.start()] + str(new) + fact.text[digits.end() :]


def reworded(sentence: str, language: str, title: str, rng: random.Random, keep: str = "") -> str:
    """The same statement in other words; what `keep` says stays in it."""
    text = _numbers(sentence, language, rng)
    text = _clauses(text, language, rng, keep)
    for old, new in SYNONYMS[language]:
        if rng.random() < 0.8:
            text = re.sub(rf"\b{old}\b", new, text)
    if language == "en" and rng.random() < 0.3 and text.startswith(title + " "):
        text = "It" + text[len(title) :]
    return text


def _clauses(text: str, language: str, rng: random.Random, keep: str) -> str:
    """A time told first goes last and the other way round; what follows a "which" may go."""
    lead = re.match(
        r"((?:In|On|During|By|Since|En|Depuis|Durante|Desde|After|Après|Tras) [^,]{3,40}), (.+)\.$", text
    )
    if lead and rng.random() < 0.8:
        return f"{lead[2][0].upper()}{lead[2][1:]} {lead[1][0].lower()}{lead[1][1:]}."
    tail = re.match(r"(.{20,}?),? ((?:in|on|en|since|depuis|desde) (?:[a-z]+ )?\d{4})\.$", text)
    if tail and rng.random() < 0.8:
        small = tail[1].split()[0] in {"The", "It", "He", "She", "La", "Le", "El", "Il", "Elle", "Los", "Les"}
        first = tail[1][0].lower() + tail[1][1:] if small else tail[1]
        return f"{tail[2][0].upper()}{tail[2][1:]}, {first}."
    cut = re.match(r"(.{40,}?)(?:, (?:which|who|where|and|qui|où|que|y|et)\b|;)", text)
    if cut and rng.random() < 0.5 and keep in cut[1]:
        return cut[1] + "."
    return text


def _numbers(text: str, language: str, rng: random.Random) -> str:
    for fact in sorted(facts_of(text, language), key=lambda f: -f.start):
        new = (
            _date_again(fact, language, rng)
            if fact.kind is Kind.DATE
            else _number_again(fact, text, language, rng)
        )
        if new:
            text = text[: fact.start] + new + text[fact.end :]
    return text


def _date_again(fact: Fact, language: str, rng: random.Random) -> str | None:
    day = re.fullmatch(r"(\d{1,2}) (?:de )?([^\W\d]+) (?:de )?(\d{4})", fact.text)
    if language == "en" and day and rng.random() < 0.7:
        return f"{day[2]} {day[1]}, {day[3]}"
    if language == "en" and (day := re.fullmatch(r"([^\W\d]+) (\d{1,2}), (\d{4})", fact.text)):
        return f"{day[2]} {day[1]} {day[3]}"
    return None


def _number_again(fact: Fact, text: str, language: str, rng: random.Random) -> str | None:
    if fact.kind is not Kind.NUMBER or fact.other is not None or text[fact.start - 1 : fact.start] in "$€£-–":
        return None
    value = fact.low
    if not fact.unit and 2 <= value <= 12 and value == int(value) and fact.text.isdigit():
        return WORDS[language][int(value)] if rng.random() < 0.7 else None
    if (
        fact.unit == "length"
        and language == "en"
        and fact.symbol in {"km", "kilometres", "kilometers"}
        and rng.random() < 0.8
    ):
        return f"{value / 1609.344:.0f} miles" if value > 30_000 else f"{value / 1609.344:.1f} miles"
    if (
        fact.unit == "length"
        and language == "en"
        and fact.symbol in {"m", "metres", "meters"}
        and rng.random() < 0.5
    ):
        return f"{value / 0.3048:,.0f} feet"
    if not fact.unit and value >= 100_000 and rng.random() < 0.7 and re.fullmatch(r"[\d ,.  ]+", fact.text):
        return _rounded(value, language)
    return None


def _rounded(value: float, language: str) -> str:
    about = ABOUT[language]
    comma = "." if language == "en" else ","
    if value >= 1e6:
        word = {"en": "million", "fr": "millions d'", "es": "millones de"}[language]
        said = f"{value / 1e6:.1f}".replace(".", comma)
        return f"{about} {said} {word}".removesuffix(" d'").removesuffix(" de")
    digits = round(value, -3)
    return f"{about} {digits:,.0f}" if language == "en" else f"{about} {digits:,.0f}".replace(",", " ")


_MARKED = re.compile(r"[^\W\d_]{6,}")


def blurred(claim: Labelled, share: float, seed: int) -> str:
    """The claim with a share of its long ordinary words replaced by words that no source has."""
    rng = random.Random(seed)  # noqa: S311
    found = [m for m in _MARKED.finditer(claim.text) if m[0].islower()]
    chosen = rng.sample(found, round(share * len(found)))
    text = claim.text
    for match in sorted(chosen, key=lambda m: -m.start()):
        text = text[: match.start()] + "otherword" + text[match.end() :]
    return text


def without(claim: Labelled, text: str) -> str:
    """An article's text without the sentence of a claim."""
    return text.replace(claim.source, " ")
