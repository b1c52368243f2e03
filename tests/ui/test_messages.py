"""Errors and times as the window words them."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from knowalledge_desktop.core import errors
from knowalledge_desktop.core.graph import Change
from knowalledge_desktop.core.versions import BACK
from knowalledge_desktop.ui.messages import act_name, ago, known_acts, local_time, message_for

NOW = 1_800_000_000.0


def kinds(kind: type[errors.AppError] = errors.AppError) -> list[type[errors.AppError]]:
    return [kind] + [deeper for below in kind.__subclasses__() for deeper in kinds(below)]


def made(kind: type[errors.AppError]) -> errors.AppError:
    if kind is errors.TopicNotFound:
        return errors.TopicNotFound("Qqzx", ("Quartz",))
    if kind is errors.CircuitOpen:
        return errors.CircuitOpen(until=NOW + 30)
    if kind is errors.Incomplete:
        return errors.Incomplete(errors.TimedOut("60 s"))
    return kind("A whole sentence.")


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_known_error_has_a_message_without_gaps(kind: type[errors.AppError]) -> None:
    message = message_for(made(kind), NOW)
    assert message.title
    assert message.text.endswith((".", "?"))
    assert not {"{", "}"} & set(message.title + message.whole)
    assert message.whole == message.whole.strip()


def test_a_time_is_a_time_of_the_persons_own_clock(qapp: object) -> None:
    here = datetime.fromtimestamp(NOW)  # noqa: DTZ006 - local time is what is wanted
    assert f"{here.minute:02d}" in local_time(NOW)
    assert local_time(NOW) == QLocale().toString(
        here.time().replace(second=0, microsecond=0), QLocale.FormatType.ShortFormat
    )


@pytest.mark.parametrize(
    ("seconds", "number", "unit"),
    [
        (0, "", "just now"),
        (59, "", "just now"),
        (120, "2", "minute"),
        (7300, "2", "hour"),
        (5 * 86400, "5", "day"),
    ],
)
def test_how_long_ago(seconds: float, number: str, unit: str) -> None:
    told = ago(seconds)
    assert number in told or "%n" in told
    assert unit in told


ROOT = Path(__file__).resolve().parents[2] / "knowalledge_desktop"
MAKERS = {"Change", "about", "_altered", "placing", "put_places", "difference", "merge", "moving", "_put"}
"""What makes changes, or hands on what a change is made for."""
FOR_SEVERAL = {"about", "_altered"}
"""These put " several" behind the reason when more than one topic is meant."""


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _texts(node: ast.AST) -> set[str]:
    found = {
        each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }
    return {each for each in found if each and not each.startswith(" ")}


def reasons() -> set[str]:
    """All reasons that the sources give to changes."""
    found = {BACK}
    for path in [*ROOT.glob("core/*.py"), *ROOT.glob("services/*.py"), *ROOT.rglob("ui/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in MAKERS:
                told = set[str]().union(*map(_texts, [*node.args, *(each.value for each in node.keywords)]))
                found |= told
                if _called(node) in FOR_SEVERAL and {"remove", "tag", "untag", "reparent"} & told:
                    found |= {f"{each} several" for each in told}
            if isinstance(node, ast.FunctionDef):
                pairs = zip(reversed(node.args.args), reversed(node.args.defaults), strict=False)
                found |= set[str]().union(*(_texts(told) for arg, told in pairs if arg.arg == "reason"))
    return found


def test_every_reason_of_a_change_has_a_text() -> None:
    found = reasons()
    assert {"expand", "rename", "move", "import", "tag several", "illustrate", "back"} <= found
    assert found - known_acts() == set()
    for reason in known_acts():
        told = act_name(Change((), reason, "Jazz"))
        assert told
        assert not {"{", "}"} & set(told)


def test_undo_names_what_it_would_take_back() -> None:
    assert act_name(Change((), "rename", "Jazz")) == "rename Jazz"
    assert act_name(Change((), "move")) == "move"
