"""Has this program draw something in another process, where a broken Qt can end nothing but that."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from knowalledge_desktop.core.errors import StorageDamaged

PATIENCE_S = 20.0
_WORD = "--check-drawing"


def own_command() -> tuple[str, ...]:
    """What starts this program again."""
    return (sys.executable,) if getattr(sys, "frozen", False) else (sys.executable, "-m", "knowalledge_desktop")


class Drawing:
    """Looks whether the window's pictures can be made here; `command` starts the program."""

    def __init__(self, fonts: Path, command: Sequence[str] | None = None, patience_s: float = PATIENCE_S) -> None:
        self._fonts = fonts
        self._command = command or own_command()
        self._patience_s = patience_s

    async def check(self) -> str:
        """What was drawn; raises StorageDamaged: what Qt needs is missing then, or it cannot be started."""
        return await asyncio.to_thread(self._drawn)

    def _drawn(self) -> str:
        words = (*self._command, _WORD, str(self._fonts))
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would flash a console
        try:
            ended = subprocess.run(  # noqa: S603 - this program itself
                words,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                timeout=self._patience_s,
                creationflags=hidden,
            )
        except OSError as error:
            raise StorageDamaged(f"drawing: the program cannot be started again: {error.strerror}") from error
        except subprocess.TimeoutExpired:
            raise StorageDamaged(f"drawing: nothing was drawn within {self._patience_s:.0f} s") from None
        told = ended.stdout.decode("utf-8", "replace").strip()
        if ended.returncode:
            lines = (told or ended.stderr.decode("utf-8", "replace").strip()).splitlines()
            raise StorageDamaged(f"drawing: {lines[-1] if lines else f'it ended with {ended.returncode}'}")
        return told or "drawn without a graphics card"
