"""The log file: one JSON object a line, rotating, private, and without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path

from knowalledge_desktop.adapters.storage_errors import os_errors, private_folder
from knowalledge_desktop.core.log_lines import Field, log_line
from knowalledge_desktop.core.redaction import redact

LOG_NAME = "knowalledge.log"
_MAX_BYTES = 1_000_000
_KEPT = 4
# These log requests, and with them addresses and headers.
_TALKATIVE = ("google_genai", "google_genai.models", "google.auth", "httpx", "httpx2", "httpcore", "keyring")

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}


def _no_secrets() -> Sequence[str]:
    return ()


class JsonFormatter(logging.Formatter):
    """Each text is redacted when it is whole, so that arguments and tracebacks are covered too.

    What `extra` names beside the message becomes the `fields` of the line.
    """

    def __init__(self, secrets: Callable[[], Sequence[str]] = _no_secrets) -> None:
        super().__init__()
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        """The line without secrets."""
        secrets = self._secrets()
        exception = self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""
        if record.stack_info:
            exception = f"{exception}\n{record.stack_info}".strip()
        return log_line(
            datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            record.levelname,
            record.name,
            redact(record.getMessage(), secrets),
            {name: _field(name, value, secrets) for name, value in vars(record).items() if name not in _USUAL},
            redact(exception, secrets),
        )


def _field(name: str, value: object, secrets: Sequence[str]) -> Field:
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value)):
        return value
    told = f"{name}="  # a name such as api_key says that its value is a secret
    return redact(f"{told}{value}", secrets).removeprefix(told)


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file that only the user may read."""

    def _open(self):  # noqa: ANN202 (the base class's own type is private)
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the base class's name)
        """Be silent where the disk is full: the person is told by what was asked for, not by its log."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        """Release the file; lines that found no room are gone."""
        with suppress(OSError):
            super().close()


def without_logs() -> None:
    """End logs that could not be begun, as their folder cannot be written."""


def set_up_logs(
    folder: Path, level: int = logging.INFO, secrets: Callable[[], Sequence[str]] = _no_secrets
) -> Callable[[], None]:
    """Log to a rotating file in `folder`; the answer ends that again.

    `secrets` gives what must never be written at the time of each line, such as the key in
    use; anything that looks like a key is taken out in any case.
    """
    path = private_folder(folder) / LOG_NAME
    with os_errors(path):
        handler = _PrivateFile(path, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8", errors="replace")
    handler.setFormatter(JsonFormatter(secrets))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(capture=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

    def close() -> None:
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)
        root.setLevel(before)
        handler.close()

    return close
