"""The loop of the window: Qt's, with what asyncio expects of one."""

from __future__ import annotations

import sys

import qasync


class EventLoop(qasync.QEventLoop):
    """Qt's event loop as asyncio's, which also closes asynchronous generators that nobody runs to their end.

    asyncio's own loops do so by the hooks of PEP 525; qasync (0.28) sets none. A stream that was given up between
    two of its parts was then ended by the collector, outside of any loop, and could not close its connection.
    """

    def run_forever(self) -> None:
        """Run until stopped."""
        before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(
            firstiter=self._asyncgen_firstiter_hook,  # pyright: ignore[reportAttributeAccessIssue]
            finalizer=self._asyncgen_finalizer_hook,  # pyright: ignore[reportAttributeAccessIssue]
        )  # asyncio.BaseEventLoop has both, which the stubs leave out
        try:
            super().run_forever()
        finally:
            sys.set_asyncgen_hooks(*before)
