"""Where the command line reads and writes: streams, width, colours, progress."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from knowalledge_desktop.core.errors import DiskFull, StorageError

_WIDTHS = (30, 100)  # columns; longer lines are hard to read
# Characters that JSON allows as they are, but that steer terminals or are no UTF-8.
_AWKWARD = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>$~|#+.)-])")


@dataclass
class Console:
    """The three streams of a process and what is known of its terminal."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str] = field(default_factory=dict[str, str])
    _line: str = ""
    _within: bool = False

    @classmethod
    def of_process(cls) -> Console:
        """The streams of this process; one that is closed (None, then) is as good as an empty file."""
        nobody = io.StringIO
        return cls(sys.stdin or nobody(), sys.stdout or nobody(), sys.stderr or nobody(), os.environ)

    @property
    def width(self) -> int:
        """Columns to write in."""
        return max(_WIDTHS[0], min(shutil.get_terminal_size().columns, _WIDTHS[1]))

    @property
    def wraps(self) -> bool:
        """Whether a terminal shows the output, so that running text is fitted to it."""
        return self.stdout.isatty()

    @property
    def passing(self) -> str:
        """The passing line that is shown now."""
        return self._line

    @property
    def is_within_line(self) -> bool:
        """Whether a line of the output stands unfinished on the terminal."""
        return self._within

    def _coloured(self, stream: TextIO) -> bool:
        known = self.environ.get("TERM", "") != "dumb" and (os.name != "nt" or "WT_SESSION" in self.environ)
        return known and not self.environ.get("NO_COLOR") and stream.isatty()

    def bold(self, text: str) -> str:
        """Text that stands out, where the terminal can do so."""
        return f"\x1b[1m{text}\x1b[0m" if self._coloured(self.stdout) else text

    def dim(self, text: str) -> str:
        """Text that stands back, where the terminal can do so."""
        return f"\x1b[2m{text}\x1b[0m" if self._coloured(self.stdout) else text

    def out(self, line: str = "") -> None:
        """A line on standard output; the progress line goes away first."""
        self.write(line + "\n")

    def write(self, text: str) -> None:
        """Text on standard output, at once."""
        self.progress("")
        encoding = self.stdout.encoding or "utf-8"
        with _writing():
            self.stdout.write(text.encode(encoding, "replace").decode(encoding))
            self.stdout.flush()
        if text:
            self._within = self.wraps and not text.endswith("\n")

    def json(self, document: object) -> None:
        """One JSON document in UTF-8, whatever the terminal's encoding is."""
        text = json.dumps(document, ensure_ascii=False, indent=2)
        text = _AWKWARD.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        self.progress("")
        binary = getattr(self.stdout, "buffer", None)
        with _writing():
            if binary is None:
                self.stdout.write(text + "\n")
            else:
                self.stdout.flush()
                binary.write(text.encode() + b"\n")
            self.stdout.flush()

    def say(self, line: str) -> None:
        """A line on standard error: what a person wants to know and a program does not."""
        self.progress("")
        encoding = self.stderr.encoding or "utf-8"
        text = plain(" ".join(line.split()))
        self.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        self.stderr.flush()

    def progress(self, text: str) -> None:
        """Show what is going on in one passing line; an empty text takes it away."""
        if text == self._line or not self.stderr.isatty() or self.environ.get("TERM") == "dumb":
            return
        self._line = text
        told = cut(plain(text), self.width - 1)
        encoding = self.stderr.encoding or "utf-8"
        self.stderr.write("\r\x1b[K" + told.encode(encoding, "replace").decode(encoding))
        self.stderr.flush()


@contextmanager
def _writing() -> Generator[None]:
    """Output may go to a file, and files have troubles of their own."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else StorageError
        raise kind("the standard output") from error


# --- text ---------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Text without control characters, which could steer a terminal; line breaks and tabs stay."""
    return "".join(ch for ch in text if ch in "\n\t" or unicodedata.category(ch) not in {"Cc", "Cs"})


def unescaped(markdown: str) -> str:
    """Markdown as a person reads it in a terminal: without backslashes before marks."""
    return _ESCAPED.sub(r"\1", markdown)


def columns(text: str) -> int:
    """How wide a terminal shows a text: wide East Asian characters take two columns, marks none."""
    return sum(
        0 if unicodedata.combining(ch) else 2 if unicodedata.east_asian_width(ch) in "WF" else 1 for ch in text
    )


def cut(text: str, width: int) -> str:
    """The text on one line of at most `width` columns."""
    line = " ".join(text.split())
    if columns(line) <= width:
        return line
    while line and columns(line) > width - 1:
        line = line[:-1]
    return line.rstrip() + "…"


def wrapped(text: str, width: int, indent: str = "") -> Iterator[str]:
    """The text in lines of at most `width` columns; scripts without spaces break anywhere."""
    line = ""
    for word in plain(text).split():
        rest = word
        if line and columns(indent + line) + 1 + columns(rest) > width:
            yield indent + line
            line = ""
        while columns(indent + rest) > width and "://" not in rest:
            head = _fitting(rest, width - columns(indent))
            yield indent + head
            rest = rest[len(head) :]
        line = f"{line} {rest}" if line else rest
    if line:
        yield indent + line


def _fitting(text: str, width: int) -> str:
    end, used = 0, 0
    for ch in text:
        used += columns(ch)
        if used > width and end:
            break
        end += 1
    return text[:end]


class Flow:
    """Running text that arrives in pieces, fitted to the terminal as it comes.

    In a pipe or a file the text goes through as it is: there it is a document.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._wraps = console.wraps
        self._word = ""
        self._column = 0
        self._gap = ""
        self.shown = ""

    def add(self, text: str) -> None:
        """Show some more."""
        self.shown += text
        if not self._wraps:
            self._console.write(plain(text))
            return
        out: list[str] = []
        for ch in plain(text):
            if ch.isspace():
                out.append(self._flushed())
                self._gap = self._gap + ch if ch == "\n" or "\n" in self._gap else " "
            else:
                self._word += ch
                if columns(ch) == 2:  # may break after it
                    out.append(self._flushed())
        if any(out):
            self._console.write("".join(out))

    def end(self) -> None:
        """Show what is left and end the line."""
        if not self.shown:
            return
        tail = self._flushed() if self._wraps else ""
        ended = not tail and self.shown.endswith("\n") and not self._wraps
        self._console.write(tail + ("" if ended else "\n"))
        self._gap, self._column, self.shown = "", 0, ""

    def _flushed(self) -> str:
        word = unescaped(self._word)
        self._word = ""
        if not word:
            return ""
        gap, self._gap = self._gap, ""
        if "\n" in gap:
            self._column = columns(gap.rpartition("\n")[2])
        elif self._column + len(gap) + columns(word) > self._console.width and self._column:
            gap, self._column = "\n", 0
        else:
            self._column += len(gap)
        self._column += columns(word)
        return gap + word
