"""The connection to Gemini: the SDK's client, and calls that end in the program's own errors."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from knowalledge_desktop.adapters.gemini_address import Address, ApiKey
from knowalledge_desktop.adapters.gemini_errors import Failure, from_failure
from knowalledge_desktop.core.errors import (
    AppError,
    InvalidReply,
    Offline,
    RequestRejected,
    TimedOut,
)
from knowalledge_desktop.core.ports import Clock, SecretStore
from knowalledge_desktop.core.settings import Settings

if TYPE_CHECKING:
    import ssl

    import httpx2
    from google import genai

T = TypeVar("T")

CONNECT_TIMEOUT_S = 10.0


@dataclass
class Link:
    """One SDK client with its HTTP client, for one key and address."""

    key: ApiKey
    address: Address
    client: genai.Client
    http: httpx2.AsyncClient
    users: int = 0
    retired: bool = False
    responses: dict[asyncio.Task[Any] | None, httpx2.Response] = field(
        default_factory=dict["asyncio.Task[Any] | None", "httpx2.Response"]
    )

    async def note(self, response: httpx2.Response) -> None:
        """Remember the response that the current task is given (a hook of the HTTP client)."""
        self.responses[asyncio.current_task()] = response

    def take(self) -> httpx2.Response | None:
        """The response noted for the current task."""
        return self.responses.pop(asyncio.current_task(), None)

    async def aclose(self) -> None:
        """Close connections."""
        await self.http.aclose()
        self.client.close()


class Links:
    """Keeps the client of the present key and address; a changed one replaces it.

    The SDK is imported and clients are built in a worker thread: the import takes most of a
    second, a first TLS context a tenth.
    """

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets
        self._lock = asyncio.Lock()
        self._link: Link | None = None
        self._tls: ssl.SSLContext | None = None

    async def warm_up(self) -> None:
        """Import the SDK and build its models off the loop.

        What stands in the way of a connection is not said here but by the first question.
        """
        async with self._lock:
            with suppress(Offline):
                await asyncio.to_thread(self._prepare)

    def use(self, settings: Settings) -> Lease:
        """A link for one request (`async with`)."""
        return Lease(self, settings)

    async def acquire(self, settings: Settings) -> Link:
        """The link for these settings; give it back with `release`."""
        address = Address.of(settings)
        key = ApiKey.of(await self._secrets.get())
        async with self._lock:
            old = self._link
            if old is None or old.key != key or old.address != address:
                self._link = await asyncio.to_thread(self._build, key, address)
                if old is not None:
                    await self._retire(old)
            link = self._link
            assert link is not None  # noqa: S101  # for the type checker
            link.users += 1
            return link

    async def release(self, link: Link) -> None:
        """The request is over."""
        link.users -= 1
        if link.retired and link.users == 0:
            await link.aclose()

    async def aclose(self) -> None:
        """Close the client; calls that still run end by themselves."""
        async with self._lock:
            if self._link is not None:
                await self._retire(self._link)
                self._link = None

    async def _retire(self, link: Link) -> None:
        link.retired = True
        if link.users == 0:
            await link.aclose()

    def _prepare(self) -> ssl.SSLContext:
        import httpx2
        from google.genai import types

        if self._tls is None:
            # New members of the API's enums are expected, not worth a line on stderr.
            warnings.filterwarnings("ignore", message=r".* is not a valid ", category=UserWarning)
            # Nor is its advice on parts that are not text; they are looked at one by one here.
            logging.getLogger("google_genai.types").setLevel(logging.ERROR)
            types.GenerateContentConfig()
            types.GenerateContentResponse.model_validate({})
            types.HttpOptions(timeout=1, retry_options=types.HttpRetryOptions(attempts=1))
            try:
                self._tls = httpx2.create_ssl_context()
            except OSError as error:
                raise Offline(
                    f"the certificates of SSL_CERT_FILE or SSL_CERT_DIR: {type(error).__name__}"
                ) from None
        return self._tls

    def _build(self, key: ApiKey, address: Address) -> Link:
        tls = self._prepare()
        import httpx2
        from google import genai
        from google.genai import types

        # The SDK obeys this variable even against the client it is given, and fails over another library.
        os.environ.pop("GOOGLE_GENAI_HTTP_CLIENT", None)
        # Passing the HTTP client chooses the transport: the SDK would silently take another one that
        # is installed. Redirects are not followed because the key would go along. Plain http stays on
        # this machine, so it must not take the way through a proxy of the environment.
        try:
            http = httpx2.AsyncClient(verify=tls, follow_redirects=False, trust_env=not address.plain)
        except (ImportError, ValueError, httpx2.InvalidURL) as error:
            raise Offline(f"the proxy of the environment cannot be used: {type(error).__name__}") from None
        client = genai.Client(
            api_key=key.value,
            enterprise=False,
            http_options=types.HttpOptions(
                base_url=address.base_url,
                api_version=address.api_version,
                httpx_async_client=http,
                client_args={"verify": tls, "follow_redirects": False, "trust_env": False},
                async_client_args={"verify": tls, "ssl": tls, "follow_redirects": False},
                retry_options=types.HttpRetryOptions(attempts=1),
            ),
        )
        link = Link(key, address, client, http)
        http.event_hooks = {"request": [_limit_connecting], "response": [link.note]}
        return link


class Lease:
    """A link while one request uses it. A class, so that no frame with the key is in a traceback."""

    def __init__(self, links: Links, settings: Settings) -> None:
        self._links = links
        self._settings = settings
        self._link: Link | None = None

    async def __aenter__(self) -> Link:
        self._link = await self._links.acquire(self._settings)
        return self._link

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._link is not None:
            await self._links.release(self._link)


async def _limit_connecting(request: httpx2.Request) -> None:
    """A host that does not answer at all is known sooner than a slow answer (a hook of the HTTP client)."""
    timeouts = cast("dict[str, float | None]", request.extensions.setdefault("timeout", {}))
    timeouts["connect"] = min(timeouts.get("connect") or CONNECT_TIMEOUT_S, CONNECT_TIMEOUT_S)


class Call:
    """One exchange with the service inside a time limit; every trouble becomes an AppError.

    `timeout_s` bounds the whole exchange, not the single read. The errors are raised without a
    cause or context: the SDK's own hold the request's headers, and so the key.
    """

    def __init__(self, link: Link, clock: Clock, *, model: str, timeout_s: float) -> None:
        self._link = link
        self._clock = clock
        self._model = model
        self._deadline = asyncio.get_running_loop().time() + timeout_s
        self._response: httpx2.Response | None = None

    async def run(self, step: Awaitable[T]) -> T:
        """Await one step of the SDK."""
        try:
            async with asyncio.timeout_at(self._deadline):
                return await step
        except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, *_vendor()) as error:
            # Junk on the wire makes the SDK's own parsing raise the plain ones.
            known = self._known(error)
        finally:
            self._response = self._link.take() or self._response
        raise known

    async def aclose(self) -> None:
        """Hang up when the answer is not complete.

        Done on the response itself: closing the SDK's generator leaves the inner ones to the garbage
        collector, which not every event loop lets finish.
        """
        if self._response is not None:
            await self._response.aclose()

    def _known(self, error: Exception) -> AppError:
        import httpx2
        from google.genai import errors

        name = type(error).__name__
        match error:
            case errors.APIError():
                body = cast("object", error.details)  # pyright: ignore[reportUnknownMemberType]
                return from_failure(self._failure(error.code, body))
            case TimeoutError() | httpx2.TimeoutException():
                return TimedOut(name)
            case httpx2.DecodingError():
                return InvalidReply(name)
            case httpx2.LocalProtocolError() | httpx2.UnsupportedProtocol() | httpx2.InvalidURL():
                return RequestRejected(name)
            case OSError() | httpx2.HTTPError() | httpx2.StreamError():
                return Offline(name, never_sent=isinstance(error, httpx2.ConnectError | httpx2.ProxyError))
            case _:
                status = self._status()
                return InvalidReply(name) if status in {None, 200} else from_failure(self._failure(status, None))

    def _status(self) -> int | None:
        noted = self._link.responses.get(asyncio.current_task()) or self._response
        return noted.status_code if noted is not None else None

    def _failure(self, code: object, body: object) -> Failure:
        noted = self._link.responses.get(asyncio.current_task()) or self._response
        return Failure(
            code=code if isinstance(code, int) else 0,
            body=body,
            retry_after=noted.headers.get("retry-after", "") if noted is not None else "",
            model=self._model,
            now=self._clock.now(),
        )


def _vendor() -> tuple[type[Exception], ...]:
    import httpx2
    from google.genai import errors

    return (errors.APIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError)
