"""Real Redis servers on free ports of this machine, each in a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

PROGRAM = "redis-server"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class RedisServer:
    """`with RedisServer(folder) as server:`, then `server.url`. Only its own process is ever ended."""

    def __init__(self, folder: Path, *options: str, port: int = 0, program: Sequence[str] = (PROGRAM,)) -> None:
        if shutil.which(program[0]) is None:
            raise RuntimeError("redis-server is missing. Debian, Ubuntu: sudo apt-get install redis-server")
        self.folder = folder
        self.port = port or free_port()
        self.options = options
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def __enter__(self) -> RedisServer:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        words = [*self._program, *self._arguments(), *self.options]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, cwd=self.folder, stdout=log, stderr=log)
        for _ in range(400):
            if self.asked("PING").startswith("+PONG"):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        raise RuntimeError(f"Redis did not start: {(self.folder / 'log').read_text()[-800:]}")

    def _arguments(self) -> list[str]:
        return ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]

    def kill(self) -> None:
        """End it at once, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait(10)

    def pause(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def asked(self, *words: str) -> str:
        """The raw answer to one command; empty when there is none."""
        told = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2.0) as line:
                line.sendall(told.encode())
                return line.recv(65536).decode("utf-8", "replace")
        except OSError:
            return ""


class Proxy:
    """A line to a port of this machine that can be cut: what is on it then goes nowhere, unanswered."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_open = threading.Event()
        self._is_open.set()
        self._ended = False
        self._listening = socket.socket()
        self._listening.bind(("127.0.0.1", 0))
        self._listening.listen(64)
        self._lines: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Proxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended = True
        self._is_open.set()
        for line in (self._listening, *self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def stop(self) -> None:
        """Nothing passes from now on, in either direction; connections stay open."""
        self._is_open.clear()

    def go_on(self) -> None:
        """What was held passes now, late."""
        self._is_open.set()

    def _accept(self) -> None:
        while not self._ended:
            try:
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._port))
            except OSError:
                return
            self._lines += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while (text := one.recv(65536)) and not self._ended:
                self._is_open.wait()
                other.sendall(text)
        except OSError:
            pass
        finally:
            for line in (one, other):
                with contextlib.suppress(OSError):
                    line.shutdown(socket.SHUT_RDWR)
