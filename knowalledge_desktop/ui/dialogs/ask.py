"""Dialogs without a loop of their own: opened, and awaited."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QDialog


async def ask(dialog: QDialog) -> bool:
    """Open a dialog and wait for its end; True when it was accepted.

    A dialog's own `exec` would run a loop inside the loop, which leaves other tasks stuck.
    """
    closed: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def end(result: int) -> None:
        if not closed.done():
            closed.set_result(result)

    dialog.finished.connect(end)
    dialog.open()
    try:
        return await closed == QDialog.DialogCode.Accepted
    finally:
        dialog.close()
        dialog.deleteLater()
