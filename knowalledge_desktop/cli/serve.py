"""`knowalledge serve`: the loopback port without a window, and its token."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.errors import UserInputError


async def serve(context: Context) -> int:
    """Serve on the loopback address until the program is told to stop; `--token` prints the token first.

    `--token` without a port prints it and ends.
    """
    number = context.args.port
    if context.args.token:
        await _print_token(context, serves=number is not None)
        if number is None:
            return 0
    if number is None:
        number = context.services.preferences.settings.port or None
    if number is None:
        raise UserInputError("Say on which port to serve, for example: knowalledge serve --port 5000")
    port = context.port_for(context.services)
    stop = asyncio.Event()
    with _stopping(stop):
        try:
            taken = await port.start(number)
            context.console.say(
                f"Serving http://127.0.0.1:{taken}/metrics, /health, /ready and /api; see also /openapi.json."
                " Stop with Ctrl+C."
            )
            await stop.wait()
        finally:
            await port.aclose()
    return 0


async def _print_token(context: Context, *, serves: bool) -> None:
    token = await context.services.port_token.ensure()
    if not (token.lasting or serves):
        raise UserInputError(
            "There is no system keyring here, so the token could not be kept. "
            "Serve with it at once (--port N --token), or set KNOWALLEDGE_PORT_TOKEN."
        )
    context.console.out(token.text)
    kept = token.place if token.lasting else "nowhere: another start makes another one"
    context.console.say(f"Other programs send it as: Authorization: Bearer TOKEN. It is kept in: {kept}.")


@contextmanager
def _stopping(stop: asyncio.Event) -> Generator[None]:
    """Let Ctrl+C and the system's request to end set `stop`; that is how serving ends well."""
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # Windows: Ctrl+C ends the program as in other commands
                break
            handled.append(number)
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)
