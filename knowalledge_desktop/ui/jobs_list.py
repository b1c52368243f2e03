"""The list of batches: read anew while it is seen, with what going on with one would take."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.jobs import OPEN, ItemState, Job, JobItem, JobState
from knowalledge_desktop.core.request import Request
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.jobs_words import JobView
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.jobs_controller import JobsController
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.jobs_panel import JobCard, JobsPanel

READ = "batch:list"
TICK_MS = 1000


class JobsList(QObject):
    """Fills the panel. While a job runs and the panel is seen it is read once a second; else nothing ticks."""

    def __init__(
        self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner, jobs: JobsController
    ) -> None:
        super().__init__(jobs)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._jobs = jobs
        self._panel: JobsPanel | None = None
        self._listed: dict[str, tuple[Job, tuple[JobItem, ...]]] = {}
        self._again = False
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.refresh)

    def adopt_panel(self, panel: JobsPanel) -> None:
        """Connect the panel when it is built."""
        self._panel = panel
        panel.pause_requested.connect(self._jobs.pause)
        panel.resume_requested.connect(self._jobs.resume)
        panel.retry_requested.connect(self._jobs.retry)
        panel.cancel_requested.connect(self._jobs.cancel)
        panel.remove_requested.connect(self._jobs.remove)
        panel.items_opened.connect(self.refresh)
        panel.open_requested.connect(self._desk.library.open)
        panel.card_made.connect(self._price)
        panel.new_requested.connect(lambda: self._desk.batch.open())

    def refresh(self) -> None:
        """List the jobs anew, where they are seen; one reading at a time."""
        if self._panel is None or not self._panel.isVisible() or not self._window.isVisible():
            self._timer.stop()
        elif self._tasks.is_running(READ):
            self._again = True
        else:
            self._tasks.start(READ, self._read(self._panel), self._fail)

    async def _read(self, panel: JobsPanel) -> None:
        await self._services.prepare()
        self._again = True
        views: list[JobView] = []
        while self._again:
            self._again = False
            views = [await self._view(job, panel) for job in await self._services.jobs.jobs()]
            panel.show_jobs(views, self._services.now(), can_begin=self._desk.maps.map is not None)
        moves = any(view.job.state is JobState.RUNNING or view.here for view in views)
        if moves and panel.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    async def _view(self, job: Job, panel: JobsPanel) -> JobView:
        jobs, here = self._services.jobs, self._jobs.runs(job.job_id)
        items = await jobs.items(job.job_id) if job.job_id in panel.open_ids or not here else ()
        self._listed[job.job_id] = (job, items)
        if view := self._jobs.view(job, items):
            return view
        elsewhere = job.state is JobState.RUNNING and not here and await jobs.is_held(job.job_id)
        return JobView(job, await jobs.progress(job.job_id), items, here=here, elsewhere=elsewhere)

    def _fail(self, error: AppError) -> None:
        self._timer.stop()  # else it would be told every second
        self._desk.tell_error(error)

    def _price(self, card: JobCard) -> None:
        """Have a card's buttons tell what they take."""
        for button, failed in card.costing():
            self._desk.prices.attach(button, partial(self._requests, card.job_id, failed=failed))

    def _requests(self, job_id: str, *, failed: bool) -> tuple[Request, ...]:
        """What would be asked for to go on with a job, or for what failed in it."""
        if job_id not in self._listed:
            return ()
        job, items = self._listed[job_id]
        document = self._desk.maps.map
        wanted = {ItemState.FAILED} if failed else OPEN
        found: list[Request] = []
        for item in items:
            if item.state in wanted:
                is_here = document is not None and document.map_id == job.map_id
                path = document.path(item.topic_id)[:-1] if document is not None and is_here else ()
                titles = tuple(topic.title for topic in path) or (job.title,)
                found.append(Request(job.task, item.title, path=titles, options=job.options))
        return tuple(found)
