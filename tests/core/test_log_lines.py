"""Lines of the log: objects for programs, sentences for people."""

from __future__ import annotations

import json

import pytest

from knowalledge_desktop.core.log_lines import for_people, log_line


def test_a_line_is_one_line_and_reads_back() -> None:
    line = log_line("t", "INFO", "l", "a\nb “c”", {"n": 1}, "e\nf")
    assert "\n" not in line
    told = {"time": "t", "level": "INFO", "logger": "l", "message": "a\nb “c”"}
    assert json.loads(line) == {**told, "fields": {"n": 1}, "exception": "e\nf"}
    assert json.loads(log_line("t", "INFO", "l", "a\nb “c”")) == told
    assert for_people(line) == "t INFO l: a\nb “c” n=1\n    e\n    f"


@pytest.mark.parametrize("line", ["", "2026 INFO x: y", "[1]", "3", '{"time": 1}', "{", "[" * 100_000])
def test_what_is_no_line_of_ours_stays_as_it_is(line: str) -> None:
    assert for_people(line) == line
