"""What a batch is doing, in the user's words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from knowalledge_desktop.core import errors as e
from knowalledge_desktop.core.jobs import OVER, ItemState, Job, JobItem, JobState, Progress
from knowalledge_desktop.core.metric import Metric
from knowalledge_desktop.core.request import Task
from knowalledge_desktop.ui.messages import message_for, reason
from knowalledge_desktop.ui.quota_words import name_of, when

_SOON_S, _MINUTE_S, _HOUR_S = 120, 60, 3600
_METRICS = {metric.value: metric for metric in Metric}


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it is shown. `here` is True while this window runs it, `elsewhere` while another process does.

    `waits_until` (epoch seconds) is set while nothing can be asked, `because` and `detail` say why.
    `turns` is what its requests wait for that are in line, in words.
    """

    job: Job
    progress: Progress
    items: tuple[JobItem, ...] = ()
    here: bool = False
    elsewhere: bool = False
    waits_until: float | None = None
    because: str = ""
    detail: str = ""
    turns: str = ""

    @property
    def is_interrupted(self) -> bool:
        """It wants to run, and nobody runs it."""
        return self.job.state is JobState.RUNNING and not self.here and not self.elsewhere

    @property
    def is_pausing(self) -> bool:
        """It is to rest; what it has asked for still comes in."""
        return self.job.state is JobState.PAUSED and self.here


def _tr(text: str) -> str:
    return QCoreApplication.translate("Jobs", text)


def error_of(item: JobItem) -> e.AppError:
    """The error of an item again, from its name and remark."""
    return _error(item.error, item.detail)


def _error(name: str, detail: str) -> e.AppError:
    kind = getattr(e, name, None)
    if not isinstance(kind, type) or not issubclass(kind, e.AppError):
        return e.Unavailable(detail)
    if issubclass(kind, e.CircuitOpen):
        return e.CircuitOpen(detail, until=0.0)
    if issubclass(kind, e.Incomplete):
        return e.InvalidReply(detail)
    return kind(detail)


def counts(progress: Progress, job: Job) -> str:
    """How many of all are explained, expanded, drawn, or asked about again, and how many failed."""
    texts = {
        Task.SUBTOPICS: _tr("{done} of {total} told anew") if job.renews else _tr("{done} of {total} expanded"),
        Task.ILLUSTRATION: _tr("{done} of {total} drawn"),
    }
    text = texts.get(job.task, _tr("{done} of {total} explained"))
    text = text.format(done=f"{progress.done:,}", total=f"{progress.total:,}")
    if progress.failed:
        text += ", " + _tr("{n} failed").format(n=f"{progress.failed:,}")
    return text


def span(seconds: float) -> str:
    """How long, in words: "40 s", "12 min", "3 h 5 min"."""
    if seconds < _MINUTE_S:
        return _tr("{n} s").format(n=max(1, math.ceil(seconds)))
    minutes = round(seconds / _MINUTE_S)
    if seconds < _HOUR_S:
        return _tr("{n} min").format(n=minutes)
    return _tr("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)


def why(because: str, detail: str) -> str:
    """What stands in the way: the limit by its name where it is one, else the error's title."""
    if detail in _METRICS and because in (e.QuotaExhausted.__name__, e.BudgetReached.__name__):
        return name_of(_METRICS[detail])
    title = reason(because)
    return title if title.startswith(("Gemini", "Google")) else title[:1].lower() + title[1:]


def wait_line(view: JobView, now: float) -> str:
    """What the whole job waits for: "Waits for requests per day, goes on at 09:00"; empty when it does not."""
    if view.waits_until is None or view.waits_until <= now or view.job.state is not JobState.RUNNING:
        return ""
    goes_on = when(view.waits_until, now)
    if view.detail in _METRICS and view.because == e.QuotaExhausted.__name__:
        return _tr("Waits for {what}, goes on {when}").format(what=why(view.because, view.detail), when=goes_on)
    return _tr("Waits ({what}), goes on {when}").format(what=why(view.because, view.detail), when=goes_on)


def state_line(view: JobView, now: float) -> str:
    """What a job is doing, for how long still, or how it ended."""
    job = view.job
    if job.state is JobState.DONE:
        return _tr("Done {when}").format(when=_moment(job.ended_at, now))
    if job.state is JobState.CANCELLED:
        return _tr("Cancelled {when}").format(when=_moment(job.ended_at, now))
    if view.is_pausing:
        return _tr("Pausing: what is asked already still comes in")
    if job.state is JobState.PAUSED:
        return _tr("Paused: {what}").format(what=reason(job.because)) if job.because else _tr("Paused")
    if view.is_interrupted:
        return _tr("Interrupted: nobody runs it now")
    ends = _ends(view.progress, now, waits=bool(view.turns or wait_line(view, now)))
    if view.elsewhere:
        first = _tr("Runs in another window or process")
    elif waits := wait_line(view, now):
        first = waits
    else:
        first = view.turns
    return ". ".join(part for part in (first, ends) if part)


def _ends(progress: Progress, now: float, *, waits: bool) -> str:
    parts: list[str] = []
    if progress.rate > 0 and not waits:
        parts.append(
            _tr("{n} a minute").format(n=f"{progress.rate:.0f}" if progress.rate >= 10 else f"{progress.rate:.1f}")
        )
    if progress.ends_at is not None and progress.ends_at > now:
        left = progress.ends_at - now
        parts.append(_tr("about {span} left").format(span=span(left)))
        if left > _SOON_S:
            parts.append(_tr("done {when}").format(when=when(progress.ends_at, now)))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _moment(at: float, now: float) -> str:
    from knowalledge_desktop.ui.messages import ago

    return ago(max(0.0, now - at)) if at else ""


def item_line(item: JobItem, job: Job, now: float) -> str:
    """A topic and what has become of it."""
    doing, done = {
        Task.SUBTOPICS: (_tr("being expanded"), _tr("expanded")),
        Task.ILLUSTRATION: (_tr("being drawn"), _tr("drawn")),
    }.get(job.task, (_tr("being explained"), _tr("explained")))
    if job.renews:
        doing, done = _tr("its subtopics are asked for again"), _tr("its subtopics are told anew")
    words = {
        ItemState.WAITING: _tr("waits"),
        ItemState.RUNNING: doing,
        ItemState.DONE: done,
        ItemState.FAILED: _tr("failed"),
        ItemState.SKIPPED: _tr("locked, or no longer in the map"),
    }
    text = f"{item.title}: {words[item.state]}"
    if item.state is ItemState.FAILED and item.error:
        message = message_for(error_of(item), now)
        text += f". {message.title}. {message.whole}"
    return text


def end_words(job: Job, progress: Progress) -> str:
    """What a job that has ended by itself is told with."""
    if job.state is JobState.PAUSED:
        text = _tr("‘{title}’ is paused: {what}. {counts}.")
        return text.format(title=job.title, what=reason(job.because), counts=counts(progress, job))
    return _tr("‘{title}’ is done: {counts}.").format(title=job.title, counts=counts(progress, job))


def is_over(view: JobView) -> bool:
    """Whether nothing more will come of it by itself."""
    return view.job.state in OVER
