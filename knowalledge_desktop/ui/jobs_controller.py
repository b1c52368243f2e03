"""Batches in the window: they run here, are shown on their topics and in their list, and outlive the window."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from knowalledge_desktop.core.errors import AppError, MapNotFound
from knowalledge_desktop.core.jobs import OPEN, ItemState, Job, JobItem, JobState
from knowalledge_desktop.core.request import EngineChoice, Priority, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.canvas.pills import GENERATING, QUEUED
from knowalledge_desktop.ui.herald import Herald
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.jobs_list import JobsList
from knowalledge_desktop.ui.jobs_words import JobView, counts, end_words, error_of, span, wait_line
from knowalledge_desktop.ui.map_controller import EXPAND, EXPLAIN, ILLUSTRATE
from knowalledge_desktop.ui.messages import local_time
from knowalledge_desktop.ui.panels.rail import JOBS
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.waiting import JOB, Waits, wait_sentence

if TYPE_CHECKING:
    from knowalledge_desktop.services.job_run import JobNews
    from knowalledge_desktop.services.session import MapSession
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow

ACT, RESUME = "batch:act", "batch:resume"
_KINDS = {Task.SUBTOPICS: EXPAND, Task.ILLUSTRATION: ILLUSTRATE}


class JobsController(QObject):
    """Runs jobs with the map that is open, if it is theirs, and tells what becomes of them."""

    changed = Signal()
    """What runs, waits or has failed on the topics of the open map is another now."""

    def __init__(
        self, desk: Desk, window: MainWindow, services: Services, icons: Icons, tasks: TaskRunner
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._herald = Herald(window, icons)
        self._sessions: dict[str, MapSession] = {}  # of jobs that run here
        self._items: dict[str, dict[str, JobItem]] = {}
        self._news: dict[str, JobNews] = {}
        self._in_front: set[str] = set()
        self.list = JobsList(desk, window, services, tasks, self)
        self.waits: Waits | None = None
        tasks.finished.connect(self._on_finished)

    # --- acts ---

    async def begin(self, session: MapSession, topic_ids: Sequence[str], *, in_background: bool) -> None:
        """Start a batch over topics of the open map."""
        settings = self._services.preferences.settings
        jobs = self._services.jobs
        job = await jobs.start(session.map, topic_ids, settings.options, settings.engine)
        if in_background:
            self._window.notifier.show(
                self.tr("‘{title}’ runs in the background: %n topics.", "", len(topic_ids)).format(
                    title=job.title
                ),
                self.tr("Batches"),
                self.open,
            )
        await self._launch(job, session, in_front=not in_background)

    def resume(self, job_id: str) -> None:
        """Go on with a job that rests or was interrupted."""
        self._act(self._resume(job_id))

    def resume_interrupted(self) -> None:
        """After a start: go on with what ran when the program ended, where somebody can be asked."""
        self._tasks.start(RESUME, self._resume_all())

    def pause(self, job_id: str) -> None:
        """Let a job rest."""
        self._act(self._pause(job_id))

    def retry(self, job_id: str) -> None:
        """Ask again for what failed."""
        self._act(self._retry(job_id))

    def cancel(self, job_id: str) -> None:
        """End a job; what it has brought stays."""
        self._act(self._cancel(job_id))

    def remove(self, job_id: str) -> None:
        """Take a job off the list."""
        self._act(self._remove(job_id))

    async def launch(self, job: Job, session: MapSession) -> None:
        """Run a job that was just made, behind what is seen."""
        await self._launch(job, session, in_front=False)

    def waiting_for(self, because: Collection[str]) -> int:
        """How many jobs that run here wait because of one of these errors."""
        return sum(news.because in because for news in self._news.values())

    def stop_in_front(self) -> bool:
        """Stop the batches that run in the window; they can be resumed. Whether there was any."""
        stopped = self._here(in_front=True)
        for job_id in stopped:
            self._tasks.start(f"batch:stop:{job_id}", self._stop(job_id))
        return bool(stopped)

    def rest(self, map_id: str) -> None:
        """Let the jobs of a map rest that goes into the trash."""
        for job_id, session in tuple(self._sessions.items()):
            if session.map.map_id == map_id:
                self.pause(job_id)
                self._tasks.cancel(JOB + job_id)

    def open(self) -> None:
        """Go to the list."""
        self._desk.show_page(JOBS)

    # --- what is so ---

    def session_of(self, map_id: str) -> MapSession | None:
        """The session that a job works on: who opens the map must take it too, or would not see what comes."""
        return next((each for each in self._sessions.values() if each.map.map_id == map_id), None)

    def acts(self) -> tuple[tuple[str, str], ...]:
        """Topics of the open map that are being explained: (kind, topic id)."""
        return tuple(
            (self._kind(job_id), item.topic_id)
            for job_id in self._here()
            for item in self._items.get(job_id, {}).values()
            if item.state is ItemState.RUNNING
        )

    def _kind(self, job_id: str) -> str:
        news = self._news.get(job_id)
        return _KINDS.get(news.job.task, EXPLAIN) if news is not None else EXPLAIN

    def states(self) -> dict[str, str]:
        """States of topics of the open map that wait or are being explained."""
        looks = {ItemState.WAITING: QUEUED, ItemState.RUNNING: GENERATING}
        return {
            item.topic_id: looks[item.state]
            for job_id in self._here()
            for item in self._items.get(job_id, {}).values()
            if item.state in looks
        }

    def told_of(self, topic_id: str) -> str:
        """What a batch on the open map is to do with a topic, and its place in it; empty when in none."""
        for job_id in self._here():
            items = tuple(self._items.get(job_id, {}).values())
            item = next((each for each in items if each.topic_id == topic_id), None)
            news = self._news.get(job_id)
            if item is None or item.state not in OPEN or (news and news.job.task is not Task.EXPLANATION):
                continue
            if item.state is ItemState.RUNNING:
                waits = self.waits.words(EXPLAIN, topic_id) if self.waits is not None else ""
                return (
                    self.tr("In the batch. {waits}").format(waits=waits)
                    if waits
                    else self.tr("Its turn in the batch.")
                )
            open_ids = [each.topic_id for each in items if each.state in OPEN]
            place = self.tr("Waits in the batch, number {n} of {total}.").format(
                n=open_ids.index(topic_id) + 1, total=len(open_ids)
            )
            line = self._line(job_id, self._services.now())
            return f"{place} {line}".rstrip()
        return ""

    def leave_out(self, topic_id: str) -> None:
        """Take a topic out of the batches on the open map that have it still before them."""
        for job_id in self._here():
            item = self._items.get(job_id, {}).get(topic_id)
            if item is not None and item.state in OPEN:
                self._tasks.start(f"{ACT}:leave:{job_id}:{topic_id}", self._leave_out(job_id, topic_id))

    async def _leave_out(self, job_id: str, topic_id: str) -> None:
        await self._services.jobs.leave_out(job_id, topic_id)
        self.refresh()

    def remarks(self) -> dict[str, str]:
        """A sentence for each topic of the open map that has not been asked for yet."""
        now = self._services.now()
        found: dict[str, str] = {}
        for job_id in self._here():
            told = self._line(job_id, now) or self.tr("Waits for its turn in the batch")
            items = self._items.get(job_id, {}).values()
            found |= {item.topic_id: told for item in items if item.state is ItemState.WAITING}
        return found

    def activity(self) -> tuple[str, str]:
        """What the batch in front does, in a few words, and what it waits for; empty when there is none."""
        for job_id in self._here(in_front=True):
            news = self._news.get(job_id)
            if news is not None:
                words = {
                    Task.SUBTOPICS: self.tr("Growing {title}"),
                    Task.ILLUSTRATION: self.tr("Drawing topics of {title}"),
                }
                text = words.get(news.job.task, self.tr("Explaining {title}")).format(title=news.job.title)
                return text, self._line(job_id, self._services.now()) or counts(news.progress, news.job)
        return "", ""

    def queue(self) -> tuple[str, str]:
        """How many topics of the open map wait for a time to come in jobs behind, and how far off it is."""
        now = self._services.now()
        waiting = [news for job_id in self._here() if (news := self._news.get(job_id)) is not None]
        waiting = [news for news in waiting if news.waits_until is not None and news.waits_until > now]
        if not waiting:
            return "", ""
        first = min(news.waits_until or now for news in waiting)
        text = self.tr("%n topics wait for {time}", "", sum(news.progress.left for news in waiting))
        return text.format(time=local_time(first)), self.tr("in {span}").format(span=span(first - now))

    def _line(self, job_id: str, now: float) -> str:
        news = self._news.get(job_id)
        return wait_line(self._view_of(news), now) if news is not None else ""

    def _here(self, *, in_front: bool = False) -> tuple[str, ...]:
        """Jobs that run here on the open map."""
        document = self._desk.maps.map
        return tuple(
            job_id
            for job_id, session in self._sessions.items()
            if document is not None
            and session.map.map_id == document.map_id
            and (not in_front or job_id in self._in_front)
        )

    # --- running ---

    async def _launch(self, job: Job, session: MapSession, *, in_front: bool) -> None:
        job_id = job.job_id
        if self._tasks.is_running(JOB + job_id):
            return
        items = await self._services.jobs.items(job_id)
        self._items[job_id] = {item.topic_id: item for item in items}
        for item in items:
            self._desk.maps.note_failure(job.map_id, item.topic_id, None)
        self._sessions[job_id] = session
        if in_front:
            self._in_front.add(job_id)
        work = self._run(job_id, session, in_front=in_front)
        self._tasks.start(JOB + job_id, work, lambda error: self._fail(job_id, error))
        self.changed.emit()
        self.refresh()

    async def _run(self, job_id: str, session: MapSession, *, in_front: bool) -> None:
        priority = Priority.HIGH if in_front else Priority.LOW
        job = await self._services.jobs.run(job_id, self._hear, session=session, priority=priority)
        if job.state is JobState.DONE or (job.state is JobState.PAUSED and job.because):
            text = end_words(job, await self._services.jobs.progress(job_id))
            self._window.notifier.show(text, self.tr("Batches"), self.open)
            if not in_front or not self._window.isActiveWindow():
                self._herald.tell(self.tr("Batch"), text, self.open)

    def _hear(self, news: JobNews) -> None:
        job_id = news.job.job_id
        self._news[job_id] = news
        item = news.item
        if item is not None and job_id in self._items:
            self._items[job_id][item.topic_id] = item
            if item.state is ItemState.FAILED:
                self._desk.maps.note_failure(news.job.map_id, item.topic_id, error_of(item))
        self.changed.emit()
        self.refresh()

    def _fail(self, job_id: str, error: AppError) -> None:
        if isinstance(error, MapNotFound):  # it would only fail again at each start
            self.cancel(job_id)
        self._desk.tell_error(error)

    def _on_finished(self, key: str) -> None:
        if not key.startswith(JOB) or self._tasks.is_running(key):
            return
        job_id = key.removeprefix(JOB)
        for kept in (self._sessions, self._items, self._news):
            kept.pop(job_id, None)
        self._in_front.discard(job_id)
        self.changed.emit()
        self.refresh()

    # --- the person's word ---

    def _act(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(f"{ACT}:{id(work)}", work)

    async def _job(self, job_id: str) -> Job | None:
        return next((job for job in await self._services.jobs.jobs() if job.job_id == job_id), None)

    async def _session(self, map_id: str) -> MapSession:
        opened = self._desk.maps.session
        if opened is not None and opened.map.map_id == map_id:
            return opened
        if map_id not in await self._kept():
            raise MapNotFound(map_id)
        return self.session_of(map_id) or await self._services.library.behind(map_id)

    async def _kept(self) -> frozenset[str]:
        """Maps that are there, and not in the trash: nothing is asked for those."""
        return frozenset(info.map_id for info in await self._services.library.maps())

    async def _resume(self, job_id: str) -> None:
        job = await self._job(job_id)
        if job is not None:
            await self._launch(job, await self._session(job.map_id), in_front=False)

    async def _resume_all(self) -> None:
        await self._services.prepare()
        kept = await self._kept()
        jobs = [job for job in await self._services.jobs.interrupted() if job.map_id in kept]
        if not jobs:
            return
        has_key = (await self._services.preferences.key_state()).is_set
        going = [job for job in jobs if has_key or job.engine is not EngineChoice.GEMINI]
        for job in going:
            await self._launch(job, await self._session(job.map_id), in_front=False)
        titles = ", ".join(f"‘{job.title}’" for job in (going or jobs)[:3])
        if going:
            text = self.tr("%n batches go on where they were interrupted: {titles}.", "", len(going))
        else:
            text = self.tr("%n batches were interrupted and wait for a key: {titles}.", "", len(jobs))
        self._window.notifier.show(text.format(titles=titles), self.tr("Batches"), self.open)

    async def _pause(self, job_id: str) -> None:
        await self._services.jobs.pause(job_id)
        self.refresh()

    async def _stop(self, job_id: str) -> None:
        """Pause, and do not wait for what is asked already."""
        await self._services.jobs.pause(job_id)
        self._tasks.cancel(JOB + job_id)
        progress = await self._services.jobs.progress(job_id)
        job = next((each for each in await self._services.jobs.jobs() if each.job_id == job_id), None)
        if job is not None:
            self._window.notifier.show(
                self.tr("Stopped: {counts}.").format(counts=counts(progress, job)),
                self.tr("Go on"),
                lambda: self.resume(job_id),
            )

    async def _retry(self, job_id: str) -> None:
        await self._services.jobs.retry(job_id)
        await self._resume(job_id)

    async def _cancel(self, job_id: str) -> None:
        await self._services.jobs.cancel(job_id)
        self._tasks.cancel(JOB + job_id)
        self.refresh()

    async def _remove(self, job_id: str) -> None:
        self._tasks.cancel(JOB + job_id)
        await self._services.jobs.forget(job_id)
        self.refresh()

    # --- the list ---

    def refresh(self) -> None:
        """List the jobs anew, where they are seen."""
        self.list.refresh()

    def view(self, job: Job, items: tuple[JobItem, ...] = ()) -> JobView | None:
        """A job that runs here as it is shown; None for others, and before anything is heard of it."""
        news = self._news.get(job.job_id)
        if news is None or not self.runs(job.job_id):
            return None
        return replace(self._view_of(news), job=job, items=items, turns=self._turns(job))

    def runs(self, job_id: str) -> bool:
        """Whether it runs here, also while what was stopped comes to its end."""
        return job_id in self._sessions

    def _view_of(self, news: JobNews) -> JobView:
        items = self._items.get(news.job.job_id, {}).values()
        detail = next((each.detail for each in items if each.error == news.because and each.detail), "")
        return JobView(
            news.job,
            news.progress,
            here=True,
            waits_until=news.waits_until,
            because=news.because,
            detail=detail,
        )

    def _turns(self, job: Job) -> str:
        """What its requests that are in line wait for."""
        document = self._desk.maps.map
        if self.waits is None or document is None or document.map_id != job.map_id:
            return ""
        mine = {topic_id for _, topic_id in self.acts()}
        first = next((wait for wait in self.waits.all if wait.topic_id in mine), None)
        return "" if first is None else wait_sentence(first.queued, self._services.now())
