"""Kept answers of the library: what an engine said stays, under its fingerprint."""

from __future__ import annotations

from dataclasses import replace

from knowalledge_desktop.adapters.library_connection import Connection
from knowalledge_desktop.adapters.library_pictures import put_picture, read_picture
from knowalledge_desktop.core.codec import decode_answer, encode_answer
from knowalledge_desktop.core.payload import Illustration
from knowalledge_desktop.core.request import Answer, Request, subject
from knowalledge_desktop.core.validation import fold

_STEP = "\x1f"  # stands between the steps of a path; no topic may contain it


def _plain(text: str) -> str:
    return fold(text).encode("utf-8", "replace").decode()


def _about(request: Request) -> tuple[str, str, str, str]:
    """What must be equal for one answer to stand in for another."""
    path = _STEP.join(_plain(step) for step in request.path)
    return (request.task.value, _plain(subject(request)), path, request.options.language)


def keep_answer(db: Connection, key: str, request: Request, answer: Answer, now: float) -> None:
    """Write an answer under its key, in place of an earlier one."""
    options = request.options
    if isinstance(answer.content, Illustration):  # its bytes are kept once, beside those that maps show
        drawn = answer.content
        put_picture(db, drawn.picture, now)
        answer = replace(answer, content=replace(drawn, picture=replace(drawn.picture, data=b"")))
    db.rows("DELETE FROM answer WHERE key = ?", (key,))
    db.rows(
        "INSERT INTO answer(key, task, topic, path, language, level, detail, style, created_at, payload)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            key,
            *_about(request),
            options.level.value,
            options.detail.value,
            options.style.value,
            now,
            encode_answer(answer),
        ),
    )


def kept_answer(db: Connection, key: str, request: Request) -> Answer | None:
    """The answer under this key, else the newest readable one for the same question.

    A row that cannot be read (written by a newer program) counts as not there.
    """
    rows = db.rows("SELECT payload FROM answer WHERE key = ?", (key,))
    rows += db.rows(
        "SELECT payload FROM answer WHERE task = ? AND topic = ? AND path = ? AND language = ?"
        " ORDER BY created_at DESC, row DESC LIMIT 3",
        _about(request),
    )
    for (payload,) in rows:
        try:
            answer = _with_picture(db, decode_answer(payload))
        except ValueError:
            continue
        if answer is not None:
            return answer
    return None


def _with_picture(db: Connection, answer: Answer) -> Answer | None:
    """The answer with the bytes of its picture; None when they are gone."""
    if not isinstance(answer.content, Illustration):
        return answer
    picture = read_picture(db, answer.content.picture.sha256)
    return replace(answer, content=replace(answer.content, picture=picture)) if picture else None
