"""Fills the sky, tells of what is chosen in it, and opens or explores it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.panels.rail import SKY
from knowalledge_desktop.ui.tasks import TaskRunner

if TYPE_CHECKING:
    from knowalledge_desktop.core.request import Request
    from knowalledge_desktop.core.sky import Sky
    from knowalledge_desktop.services.sky import Stars
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.main_window import MainWindow
    from knowalledge_desktop.ui.panels.sky_page import SkyPage
    from knowalledge_desktop.ui.sky.chart import Chart

T = TypeVar("T")

LOAD, BESIDE, ABOUT = "sky:load", "sky:beside", "sky:about"


class SkyController(QObject):
    """Nothing is read before the page is first seen."""

    def __init__(self, desk: Desk, window: MainWindow, services: Services, tasks: TaskRunner) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services, self._tasks = desk, window, services, tasks
        self._page: SkyPage | None = None
        self._sky: Sky | None = None
        self._stars: Stars | None = None
        self._haze = QImage()
        self._language = ""
        self._wished: bool | None = None  # whether all articles are to be seen, once the person has said so

    def open(self) -> None:
        """See the sky."""
        self._desk.show_page(SKY)

    def adopt_page(self, page: SkyPage) -> None:
        """Connect the page when it is built."""
        self._page = page
        page.everything_changed.connect(self._on_everything)
        page.language_changed.connect(self._on_language)
        page.node_opened.connect(self.open_node)
        page.view.node_chosen.connect(self._on_chosen)
        self._desk.prices.attach(page.card.button, self._price)

    def beside(self, work: Callable[[Callable[[], bool]], Any], done: Callable[[Any], None]) -> None:
        """Do something beside the loop for the page, and hand the result back."""
        self._tasks.start(BESIDE, self._beside(work, done))

    def refresh(self) -> None:
        """Show the library as it is now, in the sky of the present language."""
        if not self._language:
            self._language = self._services.preferences.settings.options.language
        self._window.sky_page.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tasks.start(LOAD, self._load())

    def open_node(self, node: int) -> None:
        """Open an explored topic where it is; begin a map of any other."""
        if self._page is None or not 0 <= node < len(self._page.view.chart):
            return
        chart = self._page.view.chart
        topic = chart.star.get(node)
        if topic is not None:
            self._desk.library.open(topic.map_id, topic.topic_id)
        else:
            self._desk.explore(chart.titles[node], chart.sky.language)

    # --- inside ---

    def _price(self) -> tuple[Request, ...]:
        """What exploring the chosen article asks for; opening a topic asks for nothing."""
        view = self._window.sky_page.view
        if view.chosen < 0 or view.chosen in view.chart.star:
            return ()
        return self._desk.prices.of_new_map(view.chart.titles[view.chosen])

    async def _beside(self, work: Callable[[Callable[[], bool]], Any], done: Callable[[Any], None]) -> None:
        done(await _in_thread(work))

    async def _load(self) -> None:
        from knowalledge_desktop.ui.sky.painter import decoded

        try:
            sky = self._sky
            if not sky or self._language != sky.language:
                sky = await self._services.sky.sky(self._language)
                self._language = sky.language
                haze = sky.haze
                self._haze = await _in_thread(lambda _: decoded(haze))
        except AppError as error:  # without the Atlas there is still the library
            self._desk.tell_error(error)
            from knowalledge_desktop.core.sky import Sky

            sky, self._haze = Sky(self._language), QImage()
        is_new = self._sky is None or self._sky.language != sky.language
        self._sky = sky
        self._stars = stars = await self._services.sky.stars(sky)
        page = self._window.sky_page
        everything = self._wished if self._wished is not None else not stars.stars
        page.everything.blockSignals(True)  # noqa: FBT003 - Qt takes no keyword here
        page.everything.setChecked(everything)
        page.everything.blockSignals(False)  # noqa: FBT003
        page.language.setCurrentIndex(max(0, page.language.findData(sky.language)))
        self._show(stay=not is_new)

    def _show(self, *, stay: bool) -> None:
        from knowalledge_desktop.ui.sky.chart import chart_of

        page, sky, stars = self._window.sky_page, self._sky, self._stars
        if sky is None or stars is None:
            return  # they are being read, and are shown then
        chart = chart_of(sky, stars, everything=page.everything.isChecked())
        page.view.show_chart(chart, self._haze, stay=stay)
        known = sum(star.topic.known for star in stars.stars)
        page.tell_count(known, len(stars.stars) - known, len(sky))
        self._on_chosen(page.view.chosen)

    def _on_everything(self, everything: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        self._wished = everything
        self._show(stay=True)

    def _on_language(self, language: str) -> None:
        self._language = language
        self.refresh()

    def _on_chosen(self, node: int) -> None:
        page = self._page
        if page is None:
            return
        if node < 0:
            self._tasks.cancel(ABOUT)
            page.card.hide()
            return
        chart = page.view.chart
        disc, topic = chart.disc_of(node), chart.star.get(node)
        state = ""
        if topic is not None:
            state = self.tr("Explored in your library") if topic.known else self.tr("In one of your maps")
        count = len(chart.neighbours(node))
        links = self.tr("Linked with %n articles", "", count) if count else ""
        page.card.show_node(
            chart.titles[node], disc.name if disc else "", state, links, explored=topic is not None
        )
        page.show_card()
        if node < chart.articles:
            self._tasks.start(ABOUT, self._tell(chart, node))

    async def _tell(self, chart: Chart, node: int) -> None:
        text = await self._services.sky.about(chart.titles[node], chart.sky.language)
        if self._page is not None and self._page.view.chart is chart and self._page.view.chosen == node:
            self._page.card.show_text(text)
            self._page.show_card()


async def _in_thread(work: Callable[[Callable[[], bool]], T]) -> T:
    """Do something in a thread; when that is cancelled, it is told to stop, and its end is waited for.

    A thread that outlives the loop would bring its result to nobody.
    """
    unwanted = threading.Event()
    result = asyncio.get_running_loop().run_in_executor(None, work, unwanted.is_set)
    try:
        return await asyncio.shield(result)
    except asyncio.CancelledError:
        unwanted.set()
        await asyncio.wait((result,))
        raise
