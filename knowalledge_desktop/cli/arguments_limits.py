"""What can stand after `quota`, `budget` and `cache`."""

from __future__ import annotations

import argparse

from knowalledge_desktop.cli import budget, cache, quota
from knowalledge_desktop.core.quota_rules import PRESETS

_MOST = 10**12  # the largest limit that is taken
_LIMITS = (
    ("rpm", "requests a minute"),
    ("tpm", "input tokens a minute"),
    ("rpd", "requests a day"),
    ("tpd", "input tokens a day"),
    ("ipm", "images a minute"),
)


def add_quota(to: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    """`quota` and `quota set`; `shared` has the global options."""
    to.set_defaults(work=quota.quota)
    to.add_argument("--model", metavar="M", help="the text model, unless another one is named")
    text = "say what the limits are; what Google's refusals taught about them is forgotten"
    group = to.add_subparsers(dest="action", metavar="ACTION")
    setting = group.add_parser("set", parents=[shared], help=text, description=text)
    setting.set_defaults(work=quota.set_quota)
    # SUPPRESS, so that what was not given is not there, or stays as it was said before "set".
    none = argparse.SUPPRESS
    setting.add_argument("--json", action="store_true", default=none, help="one JSON document on standard output")
    setting.add_argument("--model", metavar="M", default=none, help="'*' is every model without limits of its own")
    for name, about in _LIMITS:
        setting.add_argument(f"--{name}", type=_limit, metavar="N", default=none, help=f"{about}, or none")
    setting.add_argument(
        "--preset", choices=tuple(PRESETS), metavar="|".join(PRESETS), help="limits to begin with"
    )
    setting.add_argument("--project", metavar="NAME", help="your name for the Google project of the key")


def add_budget(to: argparse.ArgumentParser) -> None:
    """`budget`."""
    to.set_defaults(work=budget.budget)
    for name in ("day", "month"):
        to.add_argument(f"--{name}", metavar="X", help=f"dollars a {name}, such as 0.50, or none")


def add_cache(to: argparse.ArgumentParser, as_json: argparse.ArgumentParser) -> None:
    """`cache stats`, `clear` and `forget` or `invalidate`; `as_json` has the global options and --json."""
    group = to.add_subparsers(dest="action", metavar="ACTION", required=True)
    by_name = "forget answers by their name, such as topic:photo* or explanation:*; the library stays as it is"
    for name, work, text in (
        ("stats", cache.stats, "what is in the cache"),
        ("clear", cache.clear, "forget all answers; the library stays as it is"),
        ("forget", cache.invalidate, by_name),
        ("invalidate", cache.invalidate, "the same as forget"),
    ):
        made = group.add_parser(name, parents=[as_json], help=text, description=text)
        made.set_defaults(work=work)
        if work is cache.invalidate:
            made.add_argument("pattern", metavar="PATTERN")
            made.add_argument("--dry-run", action="store_true", help="only tell how many these are")


def _limit(text: str) -> int | None:
    if text.lower() == "none":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > len(str(_MOST)) or int(text) > _MOST:
        raise argparse.ArgumentTypeError(f"it must be a whole number from 0 on, or none, not {text!r}")
    return int(text)
