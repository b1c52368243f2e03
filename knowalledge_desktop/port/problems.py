"""Errors as problem documents (RFC 9457): those people meet from the one table, those of HTTP from here."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from knowalledge_desktop.core.errors import AppError
from knowalledge_desktop.core.sentences import problem

PROBLEM = "application/problem+json"
_TITLES = {
    400: "Bad request",
    401: "This needs the token of the port",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    408: "Request timed out",
    411: "Length required",
    413: "Too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Something in the program is broken",
    503: "Not ready",
}


class Refused(Exception):
    """A request that is refused before anybody is asked. `detail` is a whole sentence."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})


def plain(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """A problem of HTTP itself."""
    title = _TITLES.get(status, "Refused")
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return Response(json.dumps(told), status, headers, PROBLEM)


def of_error(error: AppError, now: float) -> Response:
    """The problem of an error that people meet too; `now` is epoch seconds."""
    told = problem(error, now)
    status = told["status"]
    wait = told.get("retry_after_s")
    headers = {"Retry-After": str(wait)} if wait is not None else None
    body = json.dumps(told, ensure_ascii=False)
    return Response(body.encode("utf-8", "replace"), status if isinstance(status, int) else 500, headers, PROBLEM)
