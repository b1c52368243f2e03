"""A team in sentences, for all faces."""

from __future__ import annotations

from collections.abc import Callable

from knowalledge_desktop.core.team import Member, TeamReport, TeamState

_STATES = {
    TeamState.OFF: "You work alone: nothing is shared.",
    TeamState.NO_KEY: "The team’s key is not on this device. Join again with the key.",
    TeamState.CONNECTING: "The team’s Redis is being asked.",
    TeamState.TOGETHER: "Together: quota and answers are shared.",
    TeamState.APART: (
        "The team’s Redis cannot be used now ({trouble}). Until it is back, this device uses no more than its "
        "own share of the limits; answers that are kept, and the Atlas, are there as always."
    ),
    TeamState.REFUSED: "The team’s Redis is not used, and Gemini is not asked: {trouble}",
}
_WAITS = (
    "Redis was started anew. Until {time} at the latest nothing is sent, so that every member can tell what it "
    "has used."
)


def state_sentence(report: TeamReport, time_of: Callable[[float], str]) -> str:
    """How things stand, in a sentence or two."""
    text = _STATES[report.state].format(trouble=report.trouble or "no answer")
    if report.state is TeamState.TOGETHER and report.waits_until is not None:
        text = f"{text} {_WAITS.format(time=time_of(report.waits_until))}"
    return text


def saved_sentence(report: TeamReport) -> str:
    """What sharing was good for."""
    if report.saved == 1:
        return "Sharing has saved the team one request."
    return f"Sharing has saved the team {report.saved:,} requests."


def refused_sentence(report: TeamReport) -> str:
    """Of values that no member has written; empty when there were none."""
    if not report.refused_values:
        return ""
    what = "One value" if report.refused_values == 1 else f"{report.refused_values:,} values"
    return f"{what} in Redis did not come from a member. They were not used, and were deleted."


def member_line(member: Member, now: float) -> tuple[str, str, str, str]:
    """Name, when it was last heard, its share of the limits, and its requests today."""
    ago = max(0.0, now - member.seen_at)
    heard = "now" if ago < 15 else f"{ago:.0f} s ago" if ago < 120 else f"{ago / 60:.0f} min ago"
    name = f"{member.name} (you)" if member.me else member.name
    return name, heard, f"{100 * member.share:.0f} %", f"{member.used_today:,}"
