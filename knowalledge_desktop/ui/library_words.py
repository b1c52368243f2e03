"""Maps and hits of the library as rows, and the shelves in words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from knowalledge_desktop.core.ports import MapInfo, SearchHit
from knowalledge_desktop.core.shelf import Shelf, Where
from knowalledge_desktop.ui.messages import ago
from knowalledge_desktop.ui.panels.library_rows import Row

ENGINES = {"gemini": "Gemini", "atlas": "Atlas", "person": ""}
_ICONS = {Where.TEXT.value: "file-text", Where.SUMMARY.value: "sticky-note"}
_GOOD, _FAIR = 0.85, 0.6  # from such a quality on a badge is green, or blue


def tr(text: str, number: int = -1) -> str:
    """A text of this module in the person's language."""
    return QCoreApplication.translate("Library", text, "", number)


def shelf_names() -> dict[Shelf, str]:
    """The shelves by name."""
    return {
        Shelf.ALL: tr("All maps"),
        Shelf.PINNED: tr("Pinned"),
        Shelf.RECENT: tr("Opened lately"),
        Shelf.DUPLICATES: tr("Same title"),
        Shelf.TRASH: tr("Trash"),
    }


def why_empty(shelf: Shelf, tag: str, *, filtered: bool) -> str:
    """Why nothing is listed."""
    if filtered:
        return tr("No map is like that. Clear the filters to see all.")
    if tag:
        return tr("This collection is empty.")
    return {
        Shelf.ALL: tr("Maps you make are kept here and open without a connection."),
        Shelf.RECENT: tr("No map was opened in the last 14 days."),
        Shelf.PINNED: tr("Pin a map with P, and it stays at the top of every list."),
        Shelf.DUPLICATES: tr("No two maps have the same title."),
        Shelf.TRASH: tr("The trash is empty. Deleted maps stay here until you empty it."),
    }[shelf]


def map_rows(infos: Sequence[MapInfo], now: float, heads: set[str] | None = None) -> list[Row]:
    """Maps as rows; with `heads` (titles that have one already) equal titles get a heading."""
    rows: list[Row] = []
    for info in infos:
        if heads is not None and info.title.casefold() not in heads:
            heads.add(info.title.casefold())
            rows.append(Row(info.title, badge=tr("open each to compare")))
        engine = ENGINES.get(info.engine, "")
        rows.append(
            Row(info.title, _about(info, now), icon="network", badge=engine, pinned=info.pinned, info=info)
        )
    return rows


def _about(info: MapInfo, now: float) -> str:
    topics = tr("%n topics", info.topics)
    when = tr("changed {ago}").format(ago=ago(now - info.updated_at))
    if info.deleted_at is not None:
        when = tr("deleted {ago}").format(ago=ago(now - info.deleted_at))
    told = tr("{topics}, {n} explained, {when}").format(topics=topics, n=info.explained, when=when)
    return " · ".join((told, *info.tags))


def hit_rows(hits: Sequence[SearchHit]) -> list[Row]:
    """Hits as rows in three groups: maps, topics, and texts."""
    maps = [hit for hit in hits if hit.is_root and hit.where in (Where.TITLE, Where.NEAR)]
    titles = [hit for hit in hits if not hit.is_root and hit.where in (Where.TITLE, Where.NEAR)]
    texts = [hit for hit in hits if hit.where in (Where.TEXT, Where.SUMMARY)]
    rows: list[Row] = []
    for name, group in ((tr("Maps"), maps), (tr("Topics"), titles), (tr("In texts"), texts)):
        if group:
            rows.append(Row(name, badge=str(len(group))))
            rows += [_hit_row(hit) for hit in group]
    return rows


def _hit_row(hit: SearchHit) -> Row:
    shown, tone = tr("Explained") if hit.explained else "", ""
    if hit.quality is not None:
        shown = tr("Quality {n}").format(n=round(hit.quality * 100))
        tone = "success" if hit.quality >= _GOOD else "info" if hit.quality >= _FAIR else "warning"
    where = tr("Map") if hit.is_root else hit.map_title
    icon = "network" if hit.is_root else _ICONS.get(hit.where, "map")
    return Row(hit.lit or hit.title, where, hit.snippet, icon, shown, tone, hit=hit)
