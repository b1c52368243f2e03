"""What is going on, in a few words, for the pill over the map and the status bar."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from knowalledge_desktop.core.graph import Map
from knowalledge_desktop.ui.ask_controller import ASK
from knowalledge_desktop.ui.map_controller import EXPAND, ILLUSTRATE
from knowalledge_desktop.ui.waiting import Wait, wait_reason, wait_time


def _tr(text: str) -> str:
    return QCoreApplication.translate("Activity", text)


def act_words(document: Map, kind: str, topic_id: str) -> str:
    """What is done with a topic: "Growing Calvin cycle"."""
    verbs = {
        EXPAND: _tr("Growing {title}"),
        ILLUSTRATE: _tr("Drawing {title}"),
        ASK: _tr("Answering about {title}"),
    }
    return verbs.get(kind, _tr("Writing {title}")).format(title=_title(document, topic_id))


def activity(
    document: Map | None, acts: tuple[tuple[str, str], ...], batch: tuple[str, str], wait: Wait | None, now: float
) -> tuple[str, str]:
    """What is done, and what is to know about it; two empty texts at rest.

    `acts` are those of the person, `batch` is told by the batch in front, `wait` is the act to tell of first.
    """
    if document is None or not (acts or batch[0]):
        return "", ""
    if acts:
        text, more = act_words(document, *acts[-1]), ""
        if wait is not None and (wait.kind, wait.topic_id) in acts:
            text = _tr("{title} waits").format(title=_title(document, wait.topic_id))
        others = len(acts) - 1 + bool(batch[0])
        if others:
            text += _tr(", {n} more").format(n=others)
    else:
        text, more = batch
    if wait is not None:
        place = bool(acts)  # of a batch, several are in line
        time = wait_time(wait.queued, now, place=place)
        told = _tr("{time}: {reason}").format(time=time, reason=wait_reason(wait.queued))
        more = f"{more}, {told}" if more else told
    return text, more


def _title(document: Map, topic_id: str) -> str:
    return document.topics[topic_id].title if topic_id in document.topics else ""
