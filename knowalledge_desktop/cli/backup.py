"""`knowalledge backup`: the copies of the library, making one, and putting one in its place."""

from __future__ import annotations

from dataclasses import asdict

from knowalledge_desktop.cli.console import plain
from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core.backup import Backup, BackupKind

_KINDS = {
    BackupKind.DAILY: "daily",
    BackupKind.BY_HAND: "made by hand",
    BackupKind.BEFORE_MIGRATION: "before an update",
    BackupKind.BEFORE_RESTORE: "before a restore",
}


async def list_backups(context: Context) -> int:
    """All copies, newest first, each looked into."""
    backups = context.services.backups
    found = [await backups.look(each.name) for each in await backups.backups()]
    console = context.console
    if context.as_json:
        console.json({"folder": str(backups.folder), "backups": [_json(each) for each in found]})
        return 0
    for each in found:
        console.out(console.bold(plain(each.name)))
        console.out(console.dim(f"    {context.time_of(each.made_at)}, {_told(each)}"))
    if not found:
        console.say("There is no backup yet. Make one with: knowalledge backup make")
    console.say(f"They are in {backups.folder}")
    return 0


async def make(context: Context) -> int:
    """Copy the library as it is now."""
    made = await context.services.backups.make()
    if context.as_json:
        context.console.json(_json(made))
    else:
        context.console.out(f"{plain(made.name)}: {_told(made)}")
    return 0


async def restore(context: Context) -> int:
    """Put a copy in the library's place; what is there now is copied first."""
    restored = await context.services.backups.restore(context.args.name)
    if context.as_json:
        context.console.json({"restored": _json(restored.backup), "before": restored.before})
        return 0
    context.console.out(f"The library is as in {plain(restored.backup.name)}: {_told(restored.backup)}")
    if restored.before:
        context.console.out(f"What was there before is kept as {plain(restored.before)}")
    return 0


def _told(backup: Backup) -> str:
    size = f"{backup.size_bytes / 1024 / 1024:,.1f} MB"
    if not backup.good:
        return f"{_KINDS[backup.kind]}, {size}, damaged"
    maps = "1 map" if backup.maps == 1 else f"{backup.maps:,} maps"
    return f"{_KINDS[backup.kind]}, {size}, {maps}, good"


def _json(backup: Backup) -> dict[str, object]:
    return {**asdict(backup), "kind": backup.kind.name.lower()}
