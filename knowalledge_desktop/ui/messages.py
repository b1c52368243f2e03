"""Errors as sentences in the user's language and time zone."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from knowalledge_desktop.core import errors
from knowalledge_desktop.core.graph import Change


@dataclass(frozen=True, slots=True)
class Message:
    """What is shown: a title, what happened, and what comes next."""

    title: str
    text: str
    next_step: str

    @property
    def whole(self) -> str:
        """Text and next step as one paragraph."""
        return f"{self.text} {self.next_step}".strip()


def translated(template: str) -> str:
    """A template of the sentence table in the user's language."""
    return QCoreApplication.translate("Sentences", template)


def local_time(epoch: float) -> str:
    """Clock time in the user's zone and way of writing."""
    at = QDateTime.fromSecsSinceEpoch(int(epoch))
    return QLocale().toString(at.time(), QLocale.FormatType.ShortFormat)


def message_for(error: BaseException, now: float) -> Message:
    """The sentence of an error."""
    from knowalledge_desktop.core.sentences import describe  # most starts have nothing to tell

    title, text, step = describe(error, now, local_time).render(translated)
    return Message(title, text, step)


def reason(because: str) -> str:
    """Why something stands in, from the name of the error: its title in the sentence table."""
    kind = getattr(errors, because, errors.Unavailable)
    return message_for(kind(until=0.0) if kind is errors.CircuitOpen else kind(), 0.0).title


def ago(seconds: float) -> str:
    """How long ago, in words."""
    days, hours, minutes = int(seconds // 86400), int(seconds // 3600), int(seconds // 60)
    if days:
        return QCoreApplication.translate("Ago", "%n days ago", "", days)
    if hours:
        return QCoreApplication.translate("Ago", "%n hours ago", "", hours)
    if minutes:
        return QCoreApplication.translate("Ago", "%n minutes ago", "", minutes)
    return QCoreApplication.translate("Ago", "just now")


def act_name(change: Change) -> str:
    """An act as the undo button names it."""
    return _acts().get(change.reason, change.reason).format(about=change.about)


def known_acts() -> frozenset[str]:
    """The reasons of changes that have a text."""
    return frozenset(_acts())


def _acts() -> dict[str, str]:
    """A text for every reason that changes are made for, also for those that are no step of undo."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Acts", text)

    return {
        "expand": tr("expand {about}"),
        "renew": tr("new texts for the subtopics of {about}"),
        "explain": tr("explain {about}"),
        "illustrate": tr("illustrate {about}"),
        "remove picture": tr("remove the picture of {about}"),
        "check": tr("check of {about}"),
        "rename": tr("rename {about}"),
        "remove": tr("remove {about}"),
        "add": tr("add {about}"),
        "judge": tr("your opinion of {about}"),
        "move": tr("move"),
        "place": tr("first places"),
        "fold": tr("fold"),
        "view": tr("another view"),
        "import": tr("import into {about}"),
        "back": tr("return to an earlier version"),
        "tidy": tr("tidy up"),
        "remove several": tr("remove {about} topics"),
        "reparent": tr("move {about} below another topic"),
        "reparent several": tr("move {about} topics below another one"),
        "reorder": tr("new order of {about}"),
        "paste": tr("paste {about}"),
        "paste several": tr("paste {about} topics"),
        "unite": tr("merge {about} with its twins"),
        "unite several": tr("merge {about} topics with their twins"),
        "link": tr("link of {about}"),
        "link several": tr("link {about} topics"),
        "label link": tr("label of a link of {about}"),
        "unlink": tr("remove a link of {about}"),
        "note": tr("note on {about}"),
        "tag": tr("tag {about}"),
        "tag several": tr("tag {about} topics"),
        "untag": tr("remove the tag of {about}"),
        "untag several": tr("remove the tags of {about} topics"),
        "lock": tr("lock {about}"),
        "lock several": tr("lock {about} topics"),
        "unlock": tr("unlock {about}"),
        "unlock several": tr("unlock {about} topics"),
        "pin": tr("pin {about}"),
        "pin several": tr("pin {about} topics"),
        "unpin": tr("unpin {about}"),
        "unpin several": tr("unpin {about} topics"),
    }
