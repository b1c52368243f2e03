"""Acts and differences of maps in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from knowalledge_desktop.core.graph import Change
from knowalledge_desktop.core.versions import BACK, BEGIN, SEVERAL, Act, Comparison, Tally
from knowalledge_desktop.ui.messages import act_name

NAMED = 6
"""How many titles are told of each kind."""


def tr(text: str, number: int = -1) -> str:
    """A text of this module in the person's language."""
    return QCoreApplication.translate("History", text, "", number)


def moment(epoch: float) -> str:
    """Day and time in the person's zone and way of writing."""
    at = QDateTime.fromSecsSinceEpoch(int(epoch))
    return QLocale().toString(at, QLocale.FormatType.ShortFormat)


def act_title(act: Act) -> str:
    """An act as a heading."""
    words = {BEGIN: tr("Began"), SEVERAL: tr("Several acts of a day"), BACK: tr("Went back to an earlier version")}
    if act.reason in words:
        return words[act.reason]
    for how, pattern in (("undo ", tr("Undid: {act}")), ("redo ", tr("Did again: {act}"))):
        if act.reason.startswith(how):
            return pattern.format(act=_named(act.reason.removeprefix(how), act.about))
    told = _named(act.reason, act.about) or tr("Changed")
    return told[:1].upper() + told[1:]


def _named(reason: str, about: str) -> str:
    told = act_name(Change((), reason, about))
    return f"{told}: {about}" if about and about not in told else told


def act_author(act: Act) -> str:
    """Who did it."""
    name = {"person": tr("You"), "gemini": "Gemini", "atlas": tr("The Atlas")}.get(act.author, act.author)
    return f"{name} ({act.model})" if act.model and act.author == "gemini" else name


def tally_words(tally: Tally) -> str:
    """What an act did, in numbers and names."""
    counts = (
        (tally.added, tr("{n} added")),
        (tally.removed, tr("{n} removed")),
        (tally.renamed, tr("{n} renamed")),
        (tally.explained, tr("{n} explained")),
        (tally.edited, tr("{n} edited")),
        (tally.moved, tr("{n} moved")),
    )
    numbers = ", ".join(text.format(n=count) for count, text in counts if count)
    names = ", ".join(tally.names[:3])
    return f"{numbers} · {names}" if names and numbers else numbers


def comparison_lines(different: Comparison) -> list[tuple[str, str]]:
    """What is different since a version: how many of which kind, and their titles."""
    rows = (
        (tr("added since"), different.added),
        (tr("removed since"), different.removed),
        (tr("renamed"), tuple(f"{old} → {new}" for old, new in different.renamed)),
        (tr("elsewhere in the tree"), different.reparented),
        (tr("edited"), different.edited),
        (tr("explained since"), different.explained),
        (tr("explained in other words"), different.retold),
        (tr("no longer explained"), different.unexplained),
        (tr("with another picture"), different.pictures),
    )
    lines: list[tuple[str, str]] = []
    for word, names in rows:
        if names:
            more = tr(" and {n} more").format(n=len(names) - NAMED) if len(names) > NAMED else ""
            lines.append((f"{len(names)} {word}", ", ".join(names[:NAMED]) + more))
    if different.links:
        lines.append((tr("{n} links changed").format(n=different.links), ""))
    if different.moved:
        lines.append((tr("{n} topics moved").format(n=different.moved), ""))
    return lines
