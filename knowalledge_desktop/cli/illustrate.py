"""`knowalledge illustrate`: a picture of a topic, written to a file and kept with the topic."""

from __future__ import annotations

import asyncio
import errno
import os
from pathlib import Path

from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.cli.explain import place
from knowalledge_desktop.cli.shapes import answer_json
from knowalledge_desktop.core.errors import DiskFull, StorageError, StorageReadOnly, UserInputError
from knowalledge_desktop.core.validation import check_topic

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")


async def illustrate(context: Context) -> int:
    """Run the command."""
    topic = check_topic(context.args.topic_)
    root = check_topic(context.args.root) if context.args.root is not None else ""
    out = Path(context.args.out)
    await asyncio.to_thread(_check, out)  # before anything is paid for
    services, console = context.services, context.console
    session, topic_id, added = await place(context, topic, root)
    console.progress(f"Having {topic} drawn …")
    try:
        drawn = await services.imaging.illustrate(
            session, topic_id, context.options(), engine=context.engine(), fresh=context.args.fresh
        )
    except BaseException:
        if added:  # a topic that could not be drawn leaves nothing behind
            await session.undo()
        raise
    data = await services.imaging.as_file(drawn.illustration.picture, out.suffix)
    await asyncio.to_thread(_write, out, data)
    context.say_who_answered(drawn.answer, context.engine())
    if context.as_json:
        console.json(
            {
                "topic": session.map.topics[topic_id].title,
                "file": str(out),
                "bytes": len(data),
                "width": drawn.picture.width,
                "height": drawn.picture.height,
                "sha256": drawn.picture.sha256,
                "alt": drawn.picture.alt,
                "engine": drawn.answer.provenance.engine,
                **answer_json(drawn.answer),
                "map_id": session.map.map_id,
            }
        )
    else:
        console.out(f"{out}: {drawn.picture.width} x {drawn.picture.height}. {drawn.picture.alt}")
    return 0


def _check(out: Path) -> None:
    if out.suffix.lower() not in SUFFIXES:
        raise UserInputError(f"The name of the picture file must end in {', '.join(SUFFIXES)}.")
    try:
        if out.is_dir() or not out.parent.is_dir():
            raise UserInputError(f"A picture cannot be written to ‘{out}’: there is no such folder, or it is one.")
    except (OSError, ValueError) as error:
        raise UserInputError(f"A picture cannot be written to ‘{out}’.") from error
    if not os.access(out.parent, os.W_OK):
        raise StorageReadOnly(str(out.parent))


def _write(out: Path, data: bytes) -> None:
    """Write through a second file, so that an earlier picture is there until the new one is whole."""
    fresh = out.with_name(f".{out.name[:200]}.{os.getpid()}.new")
    try:
        try:
            fresh.write_bytes(data)
            fresh.replace(out)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(str(out)) from error
        kind = StorageReadOnly if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS} else StorageError
        raise kind(str(out)) from error
