"""The program with every socket to the world refused, whatever the system would allow."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

from knowalledge_desktop.__main__ import main


def refuse(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        raise OSError(101, f"Network is unreachable: {address}")
    _connect(self, address)


_connect = socket.socket.connect


if __name__ == "__main__":
    socket.socket.connect = refuse  # type: ignore[method-assign]
    if sys.argv[1] == "--window":
        from tests.support.window_program import run

        sys.exit(run(Path(sys.argv[2]), sys.argv[3:]))
    sys.exit(main(sys.argv[1:]))
