"""Pictures: topics of those that people give, and what can be done with those of topics."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QShortcut

from knowalledge_desktop.core.content import Picture
from knowalledge_desktop.core.errors import AppError, ContentBlocked, StorageError, UserInputError
from knowalledge_desktop.core.pictures import TopicPicture
from knowalledge_desktop.core.request import Request, Task
from knowalledge_desktop.services.bundle import Services
from knowalledge_desktop.ui.drops import DropFrame, png_of, source_of
from knowalledge_desktop.ui.messages import message_for
from knowalledge_desktop.ui.prices import Prices
from knowalledge_desktop.ui.saving import write_whole
from knowalledge_desktop.ui.tasks import TaskRunner
from knowalledge_desktop.ui.theme import Theme
from knowalledge_desktop.ui.thumbnails import Thumbnails, decode
from knowalledge_desktop.ui.widgets.trouble import needs_settings

if TYPE_CHECKING:
    from knowalledge_desktop.services.imaging import Proposed
    from knowalledge_desktop.ui.desk import Desk
    from knowalledge_desktop.ui.dialogs.image_topic_dialog import ImageTopicDialog
    from knowalledge_desktop.ui.main_window import MainWindow

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_READ, ASK_IMAGE = "image:read", "image:ask"


class ImagingController(QObject):
    """Owns the picture dialogs; the acts on a topic's picture go through the map controller."""

    def __init__(
        self,
        desk: Desk,
        window: MainWindow,
        services: Services,
        theme: Theme,
        tasks: TaskRunner,
        prices: Prices,
    ) -> None:
        super().__init__(desk)
        self._theme = theme
        self._desk, self._window, self._services = desk, window, services
        self._tasks, self._prices = tasks, prices
        self.thumbnails = Thumbnails(services.imaging, tasks, self)
        self._dialog: ImageTopicDialog | None = None
        self._picture: Picture | None = None
        self._proposed: Proposed | None = None
        self.wait_words: Callable[[], str] = lambda: ""
        """What tells why the question about a picture waits for its turn."""
        box, maps = window.detail.picture, desk.maps
        box.set_source(self.thumbnails.for_panel, self.thumbnails.is_missing)
        box.enlarge_requested.connect(self._enlarge)
        box.save_requested.connect(self._ask_where)
        box.regenerate_requested.connect(lambda: maps.illustrate(window.detail.topic_id, fresh=True))
        box.remove_requested.connect(lambda: maps.remove_picture(window.detail.topic_id))
        window.canvas.set_thumbnails(self.thumbnails.for_node)
        window.drop_frame.dropped.connect(self.take)
        self.thumbnails.ready.connect(self._on_ready)

    # --- a topic of a picture ---

    def take(self, source: Path | QImage) -> None:
        """Show a picture that was dropped, pasted or chosen; nothing is sent yet."""
        dialog = self._open()
        self._stop()
        self._picture = self._proposed = None
        dialog.show_preparing()
        self._tasks.start(_READ, self._read(dialog, source), self._fail)

    def paste(self) -> bool:
        """Take what is on the clipboard; False when it is no picture."""
        source = source_of(QGuiApplication.clipboard().mimeData())
        if source is not None:
            self.take(source)
        return source is not None

    def choose_file(self) -> None:
        """Let a person choose a file."""
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(self._dialog or self._window, self.tr("Choose a picture"))
        chooser.setObjectName("imageFileDialog")
        chooser.setFileMode(QFileDialog.FileMode.ExistingFile)
        kinds = " ".join(f"*{suffix}" for suffix in (*SUFFIXES, ".gif", ".heic", ".heif"))
        chooser.setNameFilters([self.tr("Pictures ({kinds})").format(kinds=kinds), self.tr("All files (*)")])
        chooser.fileSelected.connect(lambda name: self.take(Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _open(self) -> ImageTopicDialog:
        if self._dialog is None:
            from knowalledge_desktop.ui.dialogs.image_topic_dialog import ImageTopicDialog

            dialog = self._dialog = ImageTopicDialog(self._window)
            dialog.explain_waits_by(lambda: self.wait_words())
            dialog.file_wanted.connect(self.choose_file)
            dialog.send_requested.connect(self._send)
            dialog.stop_requested.connect(self._stop_asking)
            dialog.topic_chosen.connect(self._begin)
            dialog.settings_requested.connect(self._settings)
            dialog.finished.connect(self._closed)
            DropFrame(dialog, self._theme, "imageDialogDropTarget").dropped.connect(self.take)
            QShortcut(QKeySequence.StandardKey.Paste, dialog).activated.connect(self.paste)
            self._prices.attach(dialog.send_button, self._priced)
            self._prices.attach(dialog.retry_button, self._priced)
            self._prices.attach(dialog.choose_button, lambda: self._prices.of_new_map(dialog.chosen))
            dialog.open()
        return self._dialog

    async def _read(self, dialog: ImageTopicDialog, source: Path | QImage) -> None:
        data = await asyncio.to_thread(png_of, source) if isinstance(source, QImage) else source
        picture = await self._services.imaging.prepare(data)
        image = await decode(self._services.imaging, picture)
        if image is None:
            raise UserInputError(self.tr("The picture cannot be shown. Use a PNG or JPEG picture."))
        self._picture = picture
        dialog.show_picture(picture, image, self._prices.text(self._priced()))
        self._prices.look(self._priced())

    def _priced(self) -> tuple[Request, ...]:
        options = self._services.preferences.settings.options
        return (Request(Task.IMAGE_TOPIC, image=self._picture, options=options),) if self._picture else ()

    def _send(self) -> None:
        if self._dialog is not None and self._picture is not None:
            self._dialog.show_busy()
            self._tasks.start(ASK_IMAGE, self._ask(self._dialog, self._picture), self._fail)

    async def _ask(self, dialog: ImageTopicDialog, picture: Picture) -> None:
        settings = self._services.preferences.settings
        self._proposed = await self._services.imaging.topics_of(picture, settings.options, engine=settings.engine)
        dialog.show_candidates(self._proposed.candidates.items)
        self._desk.settings.show_status()

    def _fail(self, error: AppError) -> None:
        self._desk.settings.show_status()
        if self._dialog is not None:
            self._dialog.show_error(
                message_for(error, self._services.now()),
                can_retry=self._picture is not None and not isinstance(error, UserInputError | ContentBlocked),
                needs_settings=needs_settings(error, self._services.preferences.settings),
                has_picture=self._picture is not None,
            )

    def _stop_asking(self) -> None:
        self._stop()
        self._tasks.start(_READ, self._show_again())

    async def _show_again(self) -> None:
        if self._dialog is not None and self._picture is not None:
            image = await decode(self._services.imaging, self._picture)
            if image is not None:
                self._dialog.show_picture(self._picture, image, self._prices.text(self._priced()))

    def _begin(self, title: str) -> None:
        try:
            if self._proposed is None:  # nobody was asked: it is a topic like any other that is typed
                session = self._services.explore.new_map(title)
            else:
                session = self._services.imaging.new_map(self._proposed, title)
        except UserInputError as error:
            self._fail(error)
            return
        if self._dialog is not None:
            self._dialog.accept()
        self._desk.begin(session)

    def _settings(self) -> None:
        if self._dialog is not None:
            self._dialog.reject()
        self._desk.open_settings()

    def _stop(self) -> None:
        self._tasks.cancel(_READ)
        self._tasks.cancel(ASK_IMAGE)

    def _closed(self) -> None:
        self._stop()
        self._dialog = None
        self._picture = self._proposed = None

    # --- the picture of a topic ---

    def _kept(self) -> TopicPicture | None:
        document = self._desk.maps.map
        return document.pictures.get(self._window.detail.topic_id) if document else None

    def _enlarge(self) -> None:
        kept = self._kept()
        if kept is not None:
            self._tasks.start("picture:enlarge", self._show_large(kept))

    async def _show_large(self, kept: TopicPicture) -> None:
        image = await decode(self._services.imaging, await self._bytes_of(kept))
        if image is None:
            raise StorageError(self.tr("the picture cannot be read"))
        from knowalledge_desktop.ui.dialogs.picture_dialog import PictureDialog

        PictureDialog(image, kept.alt, self._window).open()

    def _ask_where(self) -> None:
        kept, document = self._kept(), self._desk.maps.map
        if kept is None or document is None:
            return
        suffix = {"image/jpeg": ".jpg", "image/webp": ".webp"}.get(kept.mime, ".png")
        title = re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', " ", document.topics[kept.topic_id].title).strip(" .")[:80]
        from PySide6.QtWidgets import QFileDialog

        chooser = QFileDialog(self._window, self.tr("Save the picture"))
        chooser.setObjectName("pictureSaveDialog")
        chooser.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        chooser.setNameFilters([f"*{each}" for each in SUFFIXES])
        chooser.selectNameFilter(f"*{suffix}")
        chooser.setDefaultSuffix(suffix[1:])
        chooser.selectFile((title or "picture") + suffix)
        chooser.fileSelected.connect(lambda name: self.save(kept, Path(name)))
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def save(self, kept: TopicPicture, path: Path) -> None:
        """Write a topic's picture to a file, whole or not at all."""
        self._tasks.start("picture:save", self._save(kept, path))

    async def _save(self, kept: TopicPicture, path: Path) -> None:
        if path.suffix.lower() not in SUFFIXES:
            raise UserInputError(
                self.tr("The name of the picture file must end in {endings}.").format(endings=", ".join(SUFFIXES))
            )
        data = await self._services.imaging.as_file(await self._bytes_of(kept), path.suffix)
        await asyncio.to_thread(write_whole, path, data)
        self._window.notifier.show(self.tr("Saved {name}.").format(name=path.name))

    async def _bytes_of(self, kept: TopicPicture) -> Picture:
        picture = await self._services.imaging.picture(kept.sha256)
        if picture is None:
            raise StorageError(self.tr("the picture is not on this device any more"))
        return picture

    def _on_ready(self, sha256: str) -> None:
        self._window.detail.picture.refresh(sha256)
        self._window.canvas.update()
