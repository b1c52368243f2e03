"""The program with a shorter minute: `python -m tests.support.gateway_program MINUTE_S DEADLINE_S COMMAND …`."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from knowalledge_desktop.__main__ import port_for
from knowalledge_desktop.bootstrap import Overrides, build_services
from knowalledge_desktop.cli.main import run
from knowalledge_desktop.services.bundle import Services


def main() -> int:
    """Run one command; the real wiring but for the lengths of the ledger."""
    lengths = Overrides(minute_s=float(sys.argv[1]), deadline_s=float(sys.argv[2]))

    def build(overrides: Mapping[str, str]) -> Services:
        return build_services({**os.environ, **overrides}, lengths)

    return run(sys.argv[3:], build, port_for)


if __name__ == "__main__":
    sys.exit(main())
