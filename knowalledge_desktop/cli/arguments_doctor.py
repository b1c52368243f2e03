"""What can stand after `doctor`."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_doctor(to: argparse.ArgumentParser) -> None:
    """`--online` and `--bundle`."""
    to.add_argument(
        "--online", action="store_true", help="also the way to Gemini, hop by hop: sends one request without a key"
    )
    to.add_argument(
        "--bundle",
        type=Path,
        metavar="FILE",
        help="also write what was found to a zip that you may send to others",
    )
