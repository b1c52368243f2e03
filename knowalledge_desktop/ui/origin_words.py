"""Where a topic comes from, in words: sections of named lines, for the eye and for the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QLocale

from knowalledge_desktop.core.content import Provenance, Source
from knowalledge_desktop.core.graph import Explanation, Opinion
from knowalledge_desktop.core.origin import Edit, EditKind, Origin
from knowalledge_desktop.core.prices import money
from knowalledge_desktop.core.request import Detail, Level, Style
from knowalledge_desktop.core.staleness import Present, StaleReason, prompt_of, switched_off, why_stale
from knowalledge_desktop.ui.history_words import moment
from knowalledge_desktop.ui.panels.claims_list import counts_in_words


@dataclass(frozen=True, slots=True)
class Line:
    """A name and what it stands for; `address` is where it leads."""

    name: str
    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, its lines, and a warning of what is out of date, empty when nothing is."""

    title: str
    lines: tuple[Line, ...]
    stale: str = ""


def tr(text: str, number: int = -1) -> str:
    """A text of this module in the person's language."""
    return QCoreApplication.translate("Origin", text, "", number)


def sections(origin: Origin, present: Present) -> tuple[Section, ...]:
    """All that is known of a topic."""
    found = [_of_topic(origin, present)]
    found += [_of_text(text, origin, present) for text in origin.texts]
    if origin.picture is not None:
        found.append(_of_picture(origin, present))
    found.append(_of_edits(origin.edits))
    return tuple(found)


def plain(title: str, told: Iterable[Section]) -> str:
    """The same as text to be pasted elsewhere."""
    parts = [title]
    for section in told:
        lines = [f"{line.name}: {_addressed(line)}" if line.name else _addressed(line) for line in section.lines]
        parts.append("\n".join([section.title, *([section.stale] if section.stale else []), *lines]))
    return "\n\n".join(parts) + "\n"


def writer(engine: str, model: str = "") -> str:
    """Who it was."""
    name = {"person": tr("You"), "gemini": "Gemini", "atlas": tr("The built-in Atlas")}.get(engine, engine)
    return f"{name}, {model}" if model and engine != "person" else name


def reason_words(made: Provenance, present: Present) -> str:
    """Why it is out of date, in sentences; empty when it is not."""
    said: list[str] = []
    for reason in why_stale(made, present):
        if reason is StaleReason.MODEL:
            day = switched_off(made.model)
            if day and day <= present.day:
                said.append(tr("{model} was switched off on {day}.").format(model=made.model, day=day))
            else:
                said.append(tr("{model} is not offered any more.").format(model=made.model))
        else:
            prompt, version = prompt_of(made)
            text = tr("The prompt “{prompt}” was version {old}; now it is version {new}.")
            said.append(text.format(prompt=prompt, old=version, new=present.prompts.get(prompt, "")))
    return " ".join(said)


def rendering_words(level: Level, detail: Detail, style: Style) -> str:
    """For whom, how long and how a text is told."""
    levels = {
        Level.JUNIOR: tr("Age 8–12"),
        Level.HIGH_SCHOOL: tr("Age 13–18"),
        Level.UNDERGRADUATE: tr("Age 18 and above"),
    }
    details = {Detail.BRIEF: tr("brief"), Detail.MEDIUM: tr("medium length"), Detail.DETAILED: tr("detailed")}
    styles = {
        Style.GENERAL: "",
        Style.VISUAL: tr("visual"),
        Style.AUDITORY: tr("auditory"),
        Style.KINESTHETIC: tr("hands-on"),
        Style.READING: tr("reading and writing"),
    }
    return ", ".join(part for part in (levels[level], details[detail], styles[style]) if part)


# --- sections ---


def _of_topic(origin: Origin, present: Present) -> Section:
    topic = origin.topic
    made = topic.provenance
    lines = [
        Line(tr("Added by") if made.engine == "person" else tr("Proposed by"), writer(made.engine, made.model))
    ]
    lines += _when(made)
    if origin.siblings > 1:
        lines.append(Line(tr("Together with"), tr("{n} more topics, in one answer").format(n=origin.siblings - 1)))
    lines += _how(made, (origin.costs or {}).get("topic"), together=origin.siblings)
    lines += _sources(topic.sources)
    if topic.edited:
        lines.append(Line(tr("Changed"), tr("by you: the title is another one since")))
    return Section(tr("The topic"), tuple(lines), reason_words(made, present))


def _of_text(text: Explanation, origin: Origin, present: Present) -> Section:
    made, how = text.provenance, text.rendering
    lines = [Line(tr("Written by"), writer(made.engine, made.model)), *_when(made)]
    lines += _how(made, (origin.costs or {}).get(text.key), skip=("level", "detail", "style"))
    if text.quality is not None and made.engine != "atlas":
        lines.append(Line(tr("Form"), tr("{score} of 100").format(score=round(100 * text.quality))))
    if text.claims:
        lines.append(Line(tr("Checks"), counts_in_words(text.claims)))
    lines += _sources(text.sources)
    opinions = {Opinion.USEFUL: tr("useful"), Opinion.WRONG: tr("wrong")}
    if text.opinion in opinions:
        lines.append(Line(tr("Your opinion"), opinions[text.opinion]))
    if text.opinion_note:
        lines.append(Line(tr("Your report"), " ".join(text.opinion_note.split())))
    told = rendering_words(how.level, how.detail, how.style)
    return Section(tr("Explanation: {how}").format(how=told), tuple(lines), reason_words(made, present))


def _of_picture(origin: Origin, present: Present) -> Section:
    picture = origin.picture
    if picture is None:
        return Section("", ())
    made = picture.provenance
    by = tr("Chosen by") if made.engine == "person" else tr("Generated by")
    lines = [Line(by, writer(made.engine, made.model)), *_when(made)]
    lines += _how(made, (origin.costs or {}).get("picture"))
    lines.append(Line(tr("Size"), f"{picture.width} × {picture.height}"))
    lines.append(Line(tr("Fingerprint"), f"SHA-256 {picture.sha256[:16]}…"))
    return Section(tr("The picture"), tuple(lines), reason_words(made, present))


def _of_edits(edits: Sequence[Edit]) -> Section:
    lines = tuple(Line(moment(each.at), f"{_did(each)} · {writer(each.author, each.model)}") for each in edits)
    none = (Line("", tr("Nothing was done to it since the journal of this map begins.")),)
    return Section(tr("What was done to it"), lines or none)


def _did(edit: Edit) -> str:
    words: dict[EditKind, Callable[[], str]] = {
        EditKind.ADDED: lambda: tr("added"),
        EditKind.REMOVED: lambda: tr("removed"),
        EditKind.RENAMED: lambda: tr("renamed, it was “{was}”"),
        EditKind.MOVED: lambda: tr("moved, it was below “{was}”") if edit.was else tr("moved to another topic"),
        EditKind.NOTE: lambda: tr("note changed"),
        EditKind.TAG: lambda: tr("tag changed"),
        EditKind.LOCKED: lambda: tr("locked"),
        EditKind.UNLOCKED: lambda: tr("unlocked"),
        EditKind.EDITED: lambda: tr("summary or sources changed"),
        EditKind.TOLD: lambda: tr("explained"),
        EditKind.RETOLD: lambda: tr("explained anew, the earlier text was by {was}"),
        EditKind.CHECKED: lambda: tr("checked again"),
        EditKind.JUDGED: lambda: tr("judged"),
        EditKind.UNTOLD: lambda: tr("explanation removed, it was by {was}"),
        EditKind.PICTURED: lambda: tr("illustrated anew") if edit.was else tr("illustrated"),
        EditKind.UNPICTURED: lambda: tr("picture removed"),
        EditKind.LINKED: lambda: tr("link changed"),
    }
    return words[edit.kind]().format(was=edit.was)


# --- lines ---


def _when(made: Provenance) -> list[Line]:
    return [Line(tr("When"), moment(made.created_at))] if made.created_at > 0 else []


def _how(made: Provenance, cost: int | None, skip: Sequence[str] = (), together: int = 1) -> list[Line]:
    """How it was asked for, and what that took, for all that came `together`."""
    lines: list[Line] = []
    prompt, version = prompt_of(made)
    if made.prompt:
        told = tr("{prompt}, version {version}").format(prompt=prompt, version=version)
        lines.append(Line(tr("Prompt"), told if version is not None else made.prompt))
    parameters = [f"{name} {value}" for name, value in made.parameters if name not in skip]
    if made.engine != "person":
        parameters.append(tr("language {code}").format(code=made.language))
    if parameters:
        lines.append(Line(tr("Parameters"), ", ".join(parameters)))
    usage, number = made.usage, QLocale().toString
    counts = (
        (usage.prompt_tokens, tr("{n} in")),
        (usage.output_tokens, tr("{n} out")),
        (usage.thought_tokens, tr("{n} thoughts")),
        (usage.cached_tokens, tr("{n} of these cached")),
    )
    tokens = ", ".join(text.format(n=number(count)) for count, text in counts if count)
    if tokens:
        lines.append(Line(tr("Tokens"), tokens))
    if made.engine == "gemini":
        told = tr("price unknown") if cost is None else money(cost)
        for_all = tr("{cost} for all {n}").format(cost=told, n=together)
        lines.append(Line(tr("Cost"), for_all if together > 1 and cost is not None else told))
    elif made.engine == "atlas":
        lines.append(Line(tr("Cost"), tr("none, it is on this device")))
    return lines


def _sources(sources: Sequence[Source]) -> list[Line]:
    return [
        Line(
            tr("Sources") if not at else "",
            f"{source.title} ({source.licence})" if source.licence else source.title or source.url,
            source.url,
        )
        for at, source in enumerate(sources)
    ]


def _addressed(line: Line) -> str:
    return f"{line.text} <{line.address}>" if line.address and line.address != line.text else line.text
