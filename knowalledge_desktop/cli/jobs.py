"""`knowalledge jobs`: batches that last; what is said while one runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from knowalledge_desktop.cli.context import Context
from knowalledge_desktop.core import errors
from knowalledge_desktop.core.errors import Unavailable, UserInputError
from knowalledge_desktop.core.jobs import UNFINISHED, ItemState, Job, JobItem, JobState, Progress
from knowalledge_desktop.core.sentences import title_of
from knowalledge_desktop.services.job_run import JobNews
from knowalledge_desktop.services.session import MapSession

_SHORT = 8

Meant = Callable[[Context, Job], Awaitable[bool]]


async def list_jobs(context: Context) -> int:
    """All jobs, newest first."""
    services, console = context.services, context.console
    rows: list[dict[str, object]] = []
    interrupted = {job.job_id for job in await services.jobs.interrupted()}
    for job in await services.jobs.jobs():
        so_far = await services.jobs.progress(job.job_id)
        state = "interrupted" if job.job_id in interrupted else _state(job)
        if context.as_json:
            items = await services.jobs.items(job.job_id)
            told = {"interrupted": job.job_id in interrupted, "progress": asdict(so_far)}
            rows.append({**asdict(job), **told, "items": [asdict(item) for item in items]})
        else:
            goes_on = job.state is JobState.RUNNING and job.job_id not in interrupted
            ends = f", done about {context.time_of(so_far.ends_at)}" if goes_on and so_far.ends_at else ""
            console.out(f"{job.job_id[:_SHORT]}  {state:<12} {_count(so_far):<14} {job.title}{ends}")
    if context.as_json:
        console.json({"jobs": rows})
    elif not await services.jobs.jobs():
        console.say("There are no jobs. Begin one with: knowalledge present TOPIC --all")
    return 0


async def pause(context: Context) -> int:
    """Let a job rest; what it has asked for still comes in."""
    job_id = await _job_id(context)
    if not await context.services.jobs.pause(job_id):
        await _say_state(context, job_id)
    return 0


async def cancel(context: Context) -> int:
    """End a job."""
    job_id = await _job_id(context)
    if not await context.services.jobs.cancel(job_id):
        await _say_state(context, job_id)
    return 0


async def retry(context: Context) -> int:
    """Let failed items wait again, and go on here; without a name those of the newest job that has some."""
    job_id = await _job_id(context, _has_failed)
    count = await context.services.jobs.retry(job_id)
    context.console.say(f"{count} to be tried again.")
    return await _go_on(context, job_id) if count else 0


async def resume(context: Context) -> int:
    """Go on with a job here, until it is done."""
    return await _go_on(context, await _job_id(context))


async def forget(context: Context) -> int:
    """Take a job off the list; its explanations stay. It has to be named."""
    if not context.args.job:
        raise UserInputError("Say which job to take off the list. See: knowalledge jobs list")
    await context.services.jobs.forget(await _job_id(context))
    return 0


async def run_here(context: Context, job_id: str, *, session: MapSession | None = None) -> Job:
    """Run a job and tell how it goes; Ctrl+C lets it rest, to be resumed."""
    service, console = context.services.jobs, context.console
    told_wait = ""

    def heard(news: JobNews) -> None:
        nonlocal told_wait
        if news.waits_until is not None:
            line = f"{title_of(news.because)}: it goes on at {context.time_of(news.waits_until)}."
            if line != told_wait:
                told_wait = line
                console.say(line)
        elif news.item is not None and news.item.state is ItemState.FAILED:
            console.say(f"{news.item.title}: {title_of(news.item.error)}.")
        console.progress(_line(context, news))

    try:
        ended = await service.run(job_id, heard, session=session)
    except asyncio.CancelledError:
        await service.pause(job_id)
        console.say(f"The job rests. Go on with: knowalledge jobs resume {job_id[:_SHORT]}")
        raise
    console.progress("")
    if ended.state is JobState.PAUSED:
        why = f" {title_of(ended.because)}." if ended.because else ""
        console.say(f"The job rests.{why} Go on with: knowalledge jobs resume {job_id[:_SHORT]}")
    return ended


async def _go_on(context: Context, job_id: str) -> int:
    job = await run_here(context, job_id)
    items = await context.services.jobs.items(job_id)
    so_far = await context.services.jobs.progress(job_id)
    if context.as_json:
        context.console.json({**asdict(job), "items": [asdict(item) for item in items]})
    else:
        context.console.out(f"{_state(job)}: {_count(so_far)}")
    return exit_code(job, items)


def exit_code(job: Job, items: tuple[JobItem, ...]) -> int:
    """0 when everything came, else the code of what stopped the job or of the first item that failed."""
    failed = [item.error for item in items if item.state is ItemState.FAILED]
    if job.state is JobState.DONE and not failed:
        return 0
    kind = getattr(errors, job.because or next(iter(failed), ""), Unavailable)
    return kind.exit_code


async def _job_id(context: Context, meant: Meant | None = None) -> str:
    """The job that was named by the beginning of its id; without a name the newest that is meant: an open one."""
    jobs = await context.services.jobs.jobs()
    named = context.args.job or ""
    if named:
        found = [job for job in jobs if job.job_id.startswith(named)]
    elif meant is None:
        found = [job for job in jobs if job.state in UNFINISHED][:1]
    else:
        found = [job for job in jobs if await meant(context, job)][:1]
    if len(found) != 1:
        none = f"no job ‘{named}’" if named else "no open job" if meant is None else "no job with failed items"
        raise UserInputError(f"There is {'more than one such job' if found else none}. See: knowalledge jobs list")
    return found[0].job_id


async def _has_failed(context: Context, job: Job) -> bool:
    return any(item.state is ItemState.FAILED for item in await context.services.jobs.items(job.job_id))


async def _say_state(context: Context, job_id: str) -> None:
    job = next(each for each in await context.services.jobs.jobs() if each.job_id == job_id)
    context.console.say(f"This job is {job.state.value} already.")


def _state(job: Job) -> str:
    return f"{job.state.value} ({title_of(job.because)})" if job.because else job.state.value


def _count(so_far: Progress) -> str:
    failed = f", {so_far.failed} failed" if so_far.failed else ""
    return f"{so_far.done} of {so_far.total}{failed}"


def _line(context: Context, news: JobNews) -> str:
    so_far = news.progress
    when = f", done about {context.time_of(so_far.ends_at)}" if so_far.ends_at else ""
    pace = f", {so_far.rate:.0f} a minute" if so_far.rate >= 1 else ""
    return f"{_count(so_far)}{pace}{when} …"
