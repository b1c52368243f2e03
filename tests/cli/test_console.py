"""How text reaches a terminal, a pipe and a program that reads JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowalledge_desktop.cli.console import Console, Flow, columns, cut, plain, unescaped, wrapped
from tests.support.cli_services import Stream, console


def out(at: Console) -> str:
    assert isinstance(at.stdout, Stream)
    return at.stdout.text


def err(at: Console) -> str:
    assert isinstance(at.stderr, Stream)
    return at.stderr.text


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")


def flow_of(at: Console, *pieces: str) -> str:
    flow = Flow(at)
    for piece in pieces:
        flow.add(piece)
    flow.end()
    return out(at)


# --- text ---


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[31mb\x07c\x9b\ud800\n\td") == "a[31mbc\n\td"


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [columns(text) for text in ("abc", "光合成", "e\u0301")] == [3, 6, 1]


@given(st.text(max_size=60), st.integers(8, 30))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = list(wrapped(text, width, "  "))
    assert all(columns(line) <= width or "://" in line for line in lines)
    assert "".join("".join(lines).split()) == "".join(plain(text).split())


def test_addresses_are_not_broken() -> None:
    address = "https://en.wikipedia.org/wiki/" + "x" * 40
    assert list(wrapped(f"See {address} there", 30)) == ["See", address, "there"]


@given(st.text(max_size=60), st.integers(2, 30))
def test_a_cut_line_fits(text: str, width: int) -> None:
    assert columns(cut(text, width)) <= max(width, 1)


def test_marks_that_are_escaped_in_markdown_are_shown_bare() -> None:
    assert unescaped(r"C\_4 \[a\] 1\. \x") == r"C_4 [a] 1. \x"


# --- running text ---


@pytest.mark.usefixtures("narrow")
def test_running_text_is_fitted_to_a_terminal_as_it_comes() -> None:
    text = "Bebop is a style of jazz that was played first in the nineteen forties.\n\n- fast\n- hard\n"
    for size in (1, 3, 1000):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert flow_of(console(terminal=True), *pieces) == (
            "Bebop is a style of jazz that was played\nfirst in the nineteen forties.\n\n- fast\n- hard\n"
        )


@pytest.mark.usefixtures("narrow")
def test_scripts_without_spaces_break_anywhere() -> None:
    assert flow_of(console(terminal=True), "光" * 25) == "光" * 20 + "\n" + "光" * 5 + "\n"


def test_a_pipe_gets_the_document_as_it_is() -> None:
    text = "**Bebop** is a \\_style\\_ of jazz that was played first in the nineteen forties.\n\n\n    code\n"
    assert flow_of(console(), text[:7], text[7:]) == text
    assert flow_of(console(), "no end") == "no end\n"
    assert flow_of(console()) == ""


def test_a_pipe_gets_no_control_characters() -> None:
    assert flow_of(console(), "a\x1b]0;title\x07b") == "a]0;titleb\n"


# --- lines, colours, progress ---


def test_colours_are_for_terminals_that_want_them() -> None:
    assert console(terminal=True).bold("x") == "\x1b[1mx\x1b[0m"
    assert console(terminal=True).dim("x") == "\x1b[2mx\x1b[0m"
    assert console().bold("x") == "x"
    assert console(terminal=True, NO_COLOR="1").bold("x") == "x"
    assert console(terminal=True, NO_COLOR="").bold("x") != "x"
    assert console(terminal=True, TERM="dumb").dim("x") == "x"


def test_progress_passes_and_leaves_no_trace() -> None:
    at = console(terminal=True)
    at.progress("Asking …")
    at.progress("Asking …")
    at.say("Done.")
    assert err(at) == "\r\x1b[KAsking …\r\x1b[KDone.\n"


@pytest.mark.parametrize("at", [console(), console(terminal=True, TERM="dumb")])
def test_progress_is_for_terminals(at: Console) -> None:
    at.progress("Asking …")
    assert err(at) == ""


def test_an_error_is_one_line() -> None:
    at = console()
    at.say("Two\nlines\x1b[2J and\tmore")
    assert err(at) == "Two lines[2J and more\n"


def test_an_encoding_that_lacks_a_letter_is_no_mistake() -> None:
    at = Console(Stream(), Stream(encoding="ascii"), Stream(encoding="ascii"))
    at.out("Café 光")
    at.say("Café")
    assert out(at) == "Caf? ?\n"
    assert err(at) == "Caf\\xe9\n"


@given(st.text())
def test_json_is_utf8_whatever_it_holds(text: str) -> None:
    at = Console(Stream(), Stream(encoding="ascii"), Stream())
    at.json({"text": text + "\ud800"})
    assert isinstance(at.stdout, Stream)
    raw = at.stdout.bytes.getvalue()
    assert json.loads(raw.decode("utf-8"))["text"] == text + "\ud800"
    assert not any(0x7F <= ord(ch) <= 0x9F or ch == "\x1b" for ch in raw.decode("utf-8"))


def test_json_keeps_letters_as_they_are() -> None:
    at = console()
    at.json(["光合成"])
    assert '"光合成"' in out(at)


def test_streams_that_are_closed_are_empty_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(f"sys.{name}", None)
    at = Console.of_process()
    at.out("nobody")
    at.json({})
    at.say("hears")
    at.progress("it")
    assert at.stdin.readline() == ""
