"""A table with a line for each topic, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import replace

from knowalledge_desktop.core.content import Relation
from knowalledge_desktop.core.errors import ImportRefused
from knowalledge_desktop.core.exchange import FormatFacts, Loss
from knowalledge_desktop.core.graph import Map, Topic
from knowalledge_desktop.formats.base import (
    Caps,
    Exported,
    Extras,
    Imported,
    fit_title,
    foreign_of,
    is_id,
    text_of,
    with_foreign,
)
from knowalledge_desktop.formats.origins import CELLS, from_cells, origin_cells
from knowalledge_desktop.formats.tree import Grove

NAME = "csv"
_COLUMNS = (
    *("id", "parent", "level", "title", "summary", "note", "tag", "locked", "relation"),
    *CELLS,
    *("map", "lineage"),
)
_TITLES = ("title", "topic", "name", "label")
_PARENTS = ("parent", "parent id", "parent_id", "parent title", "under")
_FORMULA = ("=", "+", "-", "@", "\t", "'")
_YES = {"yes", "true", "1"}


class CsvTable:
    """`.csv`: the tree and a person's own words; columns of others survive."""

    facts = FormatFacts(
        name=NAME,
        title="Table (CSV)",
        suffixes=(".csv", ".tsv"),
        keeps="Titles, summaries, notes, the tree and its order, colour tags, locks, who proposed a topic.",
        loses="Explanations and where they came from, links, sources, pictures, places.",
    )

    def write(self, document: Map, extras: Extras) -> Exported:
        """A line for each topic, parents before children; a text that a spreadsheet would calculate is quoted."""
        more = sorted({name for t in document.topics.values() for name in foreign_of(t, NAME)} - set(_COLUMNS))
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow([*_COLUMNS, *more])
        levels: dict[str, int] = {}
        for key in document.branch(document.root_id):
            topic = document.topics[key]
            levels[key] = levels.get(topic.parent_id or "", -1) + 1
            is_root = key == document.root_id
            cells = [
                key,
                topic.parent_id or "",
                str(levels[key]),
                topic.title,
                topic.summary,
                topic.note,
                topic.tag,
                "yes" if topic.locked else "",
                topic.relation.value,
                *origin_cells(topic.provenance),
                document.map_id if is_root else "",
                " ".join(extras.lineage) if is_root else "",
            ]
            kept = foreign_of(topic, NAME)
            table.writerow([_safe(cell) for cell in (*cells, *(str(kept.get(name, "")) for name in more))])
        return Exported(b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace"), _losses(document))

    def read(self, data: bytes, name: str, caps: Caps) -> Imported:
        """The lines as topics, put below those that they name by id or by title."""
        rows = _rows(text_of(data, caps), caps)
        first = rows[0]
        about = (first.get("map", ""), first.get("lineage", ""))
        grove = Grove(name, caps, about[0] if is_id(about[0]) else "")
        by_name: dict[str, str] = {}
        parents: dict[str, str] = {}
        keeps_ids = False
        for number, row in enumerate(rows):
            title, rest = fit_title(next((row[n] for n in _TITLES if row.get(n, "").strip()), ""))
            wanted = row.get("id", "").strip()
            parent = next((row[n].strip() for n in _PARENTS if row.get(n, "").strip()), "")
            key = grove.fresh_id(wanted, parent, title)
            keeps_ids = keeps_ids or key == wanted
            grove.add(_topic(row, key, title, rest, float(number)))
            by_name.setdefault(wanted or title, key)
            by_name.setdefault(title, key)
            parents[key] = parent
        for key, parent in parents.items():
            above = by_name.get(parent) if parent else None
            if above is not None and above != key:
                grove.topics[key] = replace(grove.topics[key], parent_id=above)
        document = grove.finish(root_id=next(iter(grove.topics)))
        lineage = tuple(each for each in about[1].split() if is_id(each))
        return Imported(document, {}, keeps_ids=keeps_ids, lineage=lineage, warnings=tuple(grove.warnings))

    def recognises(self, data: bytes) -> bool:
        """Whether its first line names titles."""
        first = data[:2000].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0].lower()
        return any(mark in first for mark in (b",", b";", b"\t")) and any(t.encode() in first for t in _TITLES)


def _safe(cell: str) -> str:
    """A cell that a spreadsheet takes for text: what begins as a formula gets an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _bare(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def _rows(text: str, caps: Caps) -> list[dict[str, str]]:
    first = text.partition("\n")[0]
    delimiter = max((",", ";", "\t"), key=first.count)
    old = csv.field_size_limit(caps.field_chars)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ImportRefused(
            "The table is not sound: a quotation mark is missing, or a cell is too large."
        ) from error
    finally:
        csv.field_size_limit(old)
    if not lines:
        raise ImportRefused("The table is empty.")
    header = [" ".join(cell.split()).lower() for cell in lines[0]]
    if not set(header) & set(_TITLES):
        raise ImportRefused("The first line of the table must name its columns, one of them ‘title’.")
    if len(lines) - 1 > caps.topics or len(header) > 1000:
        raise ImportRefused(f"The table has more than {caps.topics:,} lines, so it was not read.")
    rows = [
        {name: _bare(cell) for name, cell in zip(header, line, strict=False) if name}
        for line in lines[1:]
        if any(cell.strip() for cell in line)
    ]
    if not rows:
        raise ImportRefused("There are no topics in this table.")
    return rows


def _topic(row: Mapping[str, str], key: str, title: str, rest: str, rank: float) -> Topic:
    note = "\n\n".join(filter(None, (rest, row.get("note", ""))))
    relation = row.get("relation", "").strip()
    topic = Topic(
        key,
        title,
        rank=rank,
        summary=row.get("summary", ""),
        relation=Relation(relation) if relation in {each.value for each in Relation} else Relation.SUBTOPIC,
        note=note,
        tag=row.get("tag", "").strip(),
        locked=row.get("locked", "").strip().lower() in _YES,
        provenance=from_cells(row),
    )
    known = {*_COLUMNS, *_TITLES, *_PARENTS}
    if CELLS[0] not in row:  # a table of others may mean something else by the names of these columns
        known -= set(CELLS)
    return with_foreign(topic, NAME, {name: cell for name, cell in row.items() if name not in known and cell})


def _losses(document: Map) -> tuple[Loss, ...]:
    why = "A table has a line for each topic, and no place for them."
    counts = (
        ("explanations", len(document.explanations)),
        ("links", len(document.links)),
        ("pictures", len(document.pictures)),
        ("sources", sum(len(each.sources) for each in document.topics.values())),
        ("places", len(document.places)),
    )
    return tuple(Loss(what, count, why) for what, count in counts if count)
