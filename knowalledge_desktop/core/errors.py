"""Every error a user can meet, drawn as a tree.

AppError                      known: shown as a sentence with a next step
+-- UserInputError            what was typed or given cannot be used          exit 3
|   +-- TopicNotFound         the Atlas has no such topic; carries the nearest
|   +-- ImportRefused         a file that cannot be imported, or is not safe to
+-- KeyProblem                                                                exit 4
|   +-- KeyMissing            no key is set
|   +-- KeyMalformed          the text cannot be a key (never sent)
|   +-- KeyRejected           Google did not accept the key
|   +-- KeyringUnavailable    no usable system keyring
+-- QuotaExhausted            a limit is used up; carries the time it frees   exit 5
|   +-- BudgetReached         the money that was set aside is spent
|   +-- RequestTooBig         more in one request than the limit allows at all
|   +-- TeamApart             the team's Redis is gone, and this member's share is used
+-- Unavailable               an engine cannot answer now                     exit 6
|   +-- Offline               no connection to the engine's host
|   +-- TimedOut              no answer in time
|   +-- ModelUnavailable      5xx: overloaded or down
|   +-- ModelNotFound         the configured model does not exist
|   +-- AccessDenied          403 or an unsupported location
|   +-- CircuitOpen           too many failures; carries the time of the next try
|   +-- QueueFull             too many requests wait already
|   +-- ContentBlocked        the engine declined the topic
|   +-- InvalidReply          the answer could not be read
|   +-- RequestRejected       400: the engine did not accept the request
|   +-- Incomplete            some of the answer is kept, the rest could not be had
|   +-- AtlasMissing          the Atlas file is not installed
+-- StorageError                                                              exit 7
    +-- DiskFull
    +-- StorageReadOnly
    +-- StorageDamaged
    +-- NewerVersion          the file was written by a newer program
    +-- MapNotFound

Anything else that is raised is a bug (exit 70) and goes to the crash dialog.
Cancelling is not an error. The sentences live in one table, `core/sentences.py`.
"""

from __future__ import annotations


class AppError(Exception):
    """A known trouble. `detail` is a short technical remark, free of secrets.

    `task` names what an engine was asked for (see `request.Task`), empty when none was asked.
    """

    exit_code = 70

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.task = ""


class UserInputError(AppError):
    """What was typed or given cannot be used; `detail` is a whole sentence."""

    exit_code = 3


class TopicGone(UserInputError):
    """The topic was removed, or its making undone, between an act's wish and its first step.

    Where a person sees the map there is nothing left to say it of; a job or a command says it.
    """


class TopicNotFound(UserInputError):
    """The Atlas has no article for the topic."""

    def __init__(self, topic: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(topic)
        self.topic = topic
        self.nearest = nearest


class ImportRefused(UserInputError):
    """A file cannot be imported, or it is not safe to; `detail` is a whole sentence that says why."""


class KeyProblem(AppError):
    """Something about the Gemini key."""

    exit_code = 4


class KeyMissing(KeyProblem):
    """No Gemini key is set."""


class KeyMalformed(KeyProblem):
    """The text cannot be a key; it was not sent anywhere."""


class KeyRejected(KeyProblem):
    """Google did not accept the key."""


class KeyringUnavailable(KeyProblem):
    """There is no usable system keyring; `detail` says why."""


class QuotaExhausted(AppError):
    """A limit is used up. `until` is the epoch second it frees, when known."""

    exit_code = 5

    def __init__(
        self, detail: str = "", *, until: float | None = None, quota_id: str = "", limit: int | None = None
    ) -> None:
        super().__init__(detail)
        self.until = until
        self.quota_id = quota_id
        self.limit = limit
        self.model = ""


class BudgetReached(QuotaExhausted):
    """The request was not sent: it could cost more than is left of a budget."""


class RequestTooBig(QuotaExhausted):
    """One request needs more than its limit allows; no waiting helps."""


class TeamApart(QuotaExhausted):
    """The team's Redis cannot be used, and more than this member's own share would be needed."""


class Unavailable(AppError):
    """An engine cannot answer now. `retry_after_s` is the engine's own advice."""

    exit_code = 6

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Offline(Unavailable):
    """The engine's host cannot be reached, or the connection broke.

    `never_sent` is True when it is certain that nothing of the request reached the host.
    """

    def __init__(self, detail: str = "", *, retry_after_s: float | None = None, never_sent: bool = False) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.never_sent = never_sent


class TimedOut(Unavailable):
    """No answer in time."""


class ModelUnavailable(Unavailable):
    """The service is overloaded or down (5xx)."""


class ModelNotFound(Unavailable):
    """The configured model does not exist; `detail` is its name."""


class AccessDenied(Unavailable):
    """The project or the location may not use the service."""


class CircuitOpen(Unavailable):
    """Too many failures in a row; asking again at `until` (epoch seconds)."""

    def __init__(self, detail: str = "", *, until: float) -> None:
        super().__init__(detail)
        self.until = until


class QueueFull(Unavailable):
    """So many requests wait that another would only wait longer; `detail` is how many."""


class ContentBlocked(Unavailable):
    """The engine declined; `detail` is its reason, such as SAFETY."""


class InvalidReply(Unavailable):
    """The answer could not be read."""


class RequestRejected(Unavailable):
    """The engine did not accept the request (400)."""


class Incomplete(Unavailable):
    """Some of the answer is kept, the rest could not be had; `cause` says why."""

    def __init__(self, cause: AppError) -> None:
        super().__init__(cause.detail)
        self.cause = cause


class AtlasMissing(Unavailable):
    """The Atlas file is not installed."""


class StorageError(AppError):
    """Something about files on this device; `detail` names the file."""

    exit_code = 7


class DiskFull(StorageError):
    """No space left."""


class StorageReadOnly(StorageError):
    """The folder or file cannot be written."""


class StorageDamaged(StorageError):
    """The file is damaged; `detail` says where the damaged copy was put."""


class NewerVersion(StorageError):
    """The file was written by a newer version of the program."""


class MapNotFound(StorageError):
    """There is no such map in the library; `detail` is what was asked for."""
