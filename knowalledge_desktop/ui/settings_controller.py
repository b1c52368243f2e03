"""Settings and the key: what the person set, and what Google says of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from knowalledge_desktop.core.errors import AppError, KeyMalformed, KeyProblem
from knowalledge_desktop.core.request import Detail, Level, Request, Task
from knowalledge_desktop.core.settings import Ahead
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.dialogs.ask import ask
from knowalledge_desktop.ui.icons import Icons
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.panels.key_card import KeyCard
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme

if TYPE_CHECKING:
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.settings_dialog import SettingsDialog
    from knowalledge_desktop.ui.main_window import MainWindow


_SENTENCES = 15
"""Of a text of the usual length."""


class SettingsController(QObject):
    """The settings dialog, both key cards, and the engine's line in the status bar."""

    changed = Signal()  # other settings are in force, whoever has set them

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        services: Services,
        theme: Theme,
        icons: Icons,
        tasks: TaskRunner,
    ) -> None:
        super().__init__(desk)
        self._desk, self._window, self._services = desk, window, services
        self._theme, self._icons, self._tasks = theme, icons, tasks
        self._has_key = False
        self._cards: list[KeyCard] = []

    def adopt_card(self, card: KeyCard) -> None:
        """Serve a key card; it is told of the key at once."""
        self._adopt(card)
        self.refresh_key()

    def watch(self) -> None:
        """Follow from now on what other processes of the same person change."""
        from knowalledge_desktop.ui.settings_watch import SettingsWatch

        self._watch = SettingsWatch(self._services.folders.config, self)
        self._watch.changed.connect(lambda: self._tasks.start("settings:look", self._look()))

    async def _look(self) -> None:
        if await self._services.preferences.look_again():
            self._take_over()
        await self._show_key()  # the meters are read anew after every task of the settings

    def _take_over(self) -> None:
        """Show what follows from the settings as they are now."""
        settings = self._services.preferences.settings
        self._theme.update(settings)
        self._window.detail.set_options(settings.options)
        self._desk.refresh_topic()
        self.changed.emit()

    def open(self) -> None:
        """Show the settings."""
        self._tasks.start("settings", self._edit())

    def change_rendering(self, chosen: tuple[Level, Detail]) -> None:
        """Level and length were chosen in the topic panel."""
        settings = self._services.preferences.settings
        options = replace(settings.options, level=chosen[0], detail=chosen[1])
        self._services.preferences.save(replace(settings, options=options))
        self._window.detail.set_options(options)
        self._window.detail.show_topic(
            self._desk.maps.map, self._window.canvas.selected_id, now=self._services.now()
        )

    def refresh_key(self) -> None:
        """Find out whether a key is set."""
        self._tasks.start("key:state", self._show_key())

    def show_status(self) -> None:
        """What the status bar says of connection and engine."""
        self._window.status_bar.show_status(self._services.status.snapshot(), self._has_key)

    async def _edit(self) -> None:
        preferences = self._services.preferences
        from knowalledge_desktop.ui.dialogs.settings_dialog import SettingsDialog

        dialog = SettingsDialog(preferences.settings, self._icons, self._window)
        dialog.models_requested.connect(lambda: self._load_models(dialog))
        dialog.backups_requested.connect(self._desk.backups.open)
        dialog.cache_requested.connect(self._desk.quota.open_cache)
        dialog.token_requested.connect(lambda: self._tasks.start("settings:token", self._copy_token(dialog)))
        self._adopt(dialog.key_card)
        self.refresh_key()
        self._tasks.start("settings:prices", self._tell_prices(dialog))
        try:
            if await ask(dialog):
                preferences.save(dialog.result_settings())
                self._theme.update(preferences.settings)
                self._window.detail.set_options(preferences.settings.options)
                self.changed.emit()
        finally:
            self._cards.remove(dialog.key_card)
            for key in (
                "settings:models",
                "settings:prices",
                "settings:token",
                "key:test",
            ):  # their answers would have nowhere to be shown
                self._tasks.cancel(key)

    async def _copy_token(self, dialog: SettingsDialog) -> None:
        try:
            token = await self._services.port_token.ensure()
        except AppError as error:
            dialog.say_of_port(message_for(error, self._services.now()).whole)
            return
        QGuiApplication.clipboard().setText(token.text)
        if token.lasting:
            dialog.say_of_port(self.tr("Copied. The token is kept in: {place}.").format(place=token.place))
        else:
            dialog.say_of_port(self.tr("Copied. There is no system keyring here, so it is for this session only."))

    async def _tell_prices(self, dialog: SettingsDialog) -> None:
        await self._services.prepare()  # off the loop, if nothing else has needed the prices yet
        from knowalledge_desktop.services.prefetch import MOST

        options = self._services.preferences.settings.options
        tasks = {Ahead.TEXTS: Task.EXPLANATION, Ahead.SUBTOPICS: Task.SUBTOPICS}
        sentence = "A sentence of the usual length says one thing about the topic that could be looked up."
        second = Request(Task.SECOND_LOOK, "Photosynthesis", options=options, statements=(sentence,) * _SENTENCES)
        dialog.show_prices(
            {
                ahead: self._desk.prices.text([Request(task, "Photosynthesis", options=options)] * MOST)
                for ahead, task in tasks.items()
            },
            self._desk.prices.text([second]),
        )

    def _load_models(self, dialog: SettingsDialog) -> None:
        def say(error: AppError) -> None:
            message = message_for(error, self._services.now())
            dialog.say(f"{message.title}. {message.whole}")

        self._tasks.start("settings:models", self._models(dialog), say)

    async def _models(self, dialog: SettingsDialog) -> None:
        models = await self._services.preferences.models()
        names = [m.name.removeprefix("models/") for m in models if "generateContent" in m.actions or not m.actions]
        dialog.show_models(names)

    def _adopt(self, card: KeyCard) -> None:
        self._cards.append(card)
        card.test_requested.connect(lambda key: self._tasks.start("key:test", self._test(card, key)))
        card.keep_requested.connect(lambda key: self._tasks.start("key:keep", self._keep(card, key)))
        card.remove_requested.connect(lambda: self._tasks.start("key:remove", self._remove()))

    async def _test(self, card: KeyCard, key: str) -> None:
        card.set_busy(True)
        try:
            await self._services.preferences.test_key(key)
        except KeyProblem as error:
            card.set_busy(False)
            message = message_for(error, self._services.now())
            card.say(f"{message.title}. {message.whole}", "danger", offer_keep=False)
            return
        except AppError as error:
            card.set_busy(False)
            message = message_for(error, self._services.now())
            card.say(
                f"{message.title}. {message.whole}", "warning", offer_keep=not isinstance(error, KeyMalformed)
            )
            return
        card.set_busy(False)
        await self._keep(card, key)

    async def _keep(self, card: KeyCard, key: str) -> None:
        lasting = await self._services.preferences.set_key(key)
        await self._show_key()
        if card not in self._cards:  # its dialog was closed meanwhile
            return
        card.forget_input()
        if lasting:
            card.say(self.tr("The key is kept. Type any topic."), "success")
        else:
            card.say(
                self.tr("There is no system keyring here, so the key is kept for this session only."), "warning"
            )

    async def _remove(self) -> None:
        await self._services.preferences.remove_key()
        for card in self._cards:
            card.say(self.tr("The key is removed from this device."), "secondary")
        await self._show_key()

    async def _show_key(self) -> None:
        state = await self._services.preferences.key_state()
        self._has_key = state.is_set
        self._desk.prices.know_key(is_set=state.is_set)
        for card in self._cards:
            card.show_state(state)
        self.show_status()
