"""Real Redis servers on free ports of this machine, each in a folder of its own."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

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

    def __enter__(self) -> Self:
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
            if self.asked("PING").startswith(("+PONG", "-NOAUTH")):
                return
            if self._process.poll() is not None:
                break
            time.sleep(0.01)
        self.kill()
        raise RuntimeError(f"Redis did not start: {(self.folder / 'log').read_text()[-800:]}")

    def _arguments(self) -> list[str]:
        if "--sentinel" in self.options:
            return ["--port", str(self.port), "--bind", "127.0.0.1"]
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
            with self._line() as line:
                line.sendall(told.encode())
                return line.recv(65536).decode("utf-8", "replace")
        except OSError:
            return ""

    def _line(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=2.0)


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


class Sentinel:
    """A leading server, one that follows it, and a Sentinel that lets the second take over."""

    def __init__(self, folder: Path) -> None:
        self.leader = RedisServer(folder / "leader")
        self.follower = RedisServer(folder / "follower", "--replicaof", "127.0.0.1", str(self.leader.port))
        self._folder = folder / "sentinel"
        self._sentinel: RedisServer | None = None

    @property
    def url(self) -> str:
        if self._sentinel is None:
            raise RuntimeError("not started")
        return f"redis+sentinel://127.0.0.1:{self._sentinel.port}/team"

    def __enter__(self) -> Sentinel:
        self.leader.__enter__()
        self.follower.__enter__()
        self._folder.mkdir(parents=True)
        conf = self._folder / "sentinel.conf"
        conf.write_text(
            f"sentinel monitor team 127.0.0.1 {self.leader.port} 1\n"
            "sentinel down-after-milliseconds team 500\nsentinel failover-timeout team 2000\n"
        )
        self._sentinel = RedisServer(self._folder, "--sentinel", program=(PROGRAM, str(conf)))
        self._sentinel.__enter__()
        wait_until(lambda: "slave" in self._told("SENTINEL", "REPLICAS", "team"), "the follower is known")
        return self

    def __exit__(self, *error: object) -> None:
        for server in (self._sentinel, self.follower, self.leader):
            if server is not None:
                server.kill()

    def fail_over(self) -> None:
        """End the leader and wait until the other one leads."""
        self.leader.kill()
        port = str(self.follower.port)
        wait_until(lambda: port in self._told("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "team"), "the take-over")

    def _told(self, *words: str) -> str:
        return self._sentinel.asked(*words) if self._sentinel else ""


class Cluster:
    """Three servers that share the slots among them."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [
            RedisServer(
                folder / f"node-{number}",
                *(
                    "--cluster-enabled",
                    "yes",
                    "--cluster-port",
                    str(free_port()),
                    "--cluster-node-timeout",
                    "2000",
                ),
            )
            for number in range(3)
        ]

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)

    def __enter__(self) -> Cluster:
        cuts = (0, 5461, 10922, 16384)
        for number, node in enumerate(self.nodes):
            node.__enter__()
            node.asked("CLUSTER", "ADDSLOTSRANGE", str(cuts[number]), str(cuts[number + 1] - 1))
            node.asked("CONFIG", "SET", "cluster-require-full-coverage", "no")
            node.asked("CLUSTER", "SET-CONFIG-EPOCH", str(number + 1))
        for node in self.nodes[1:]:
            bus = node.options[node.options.index("--cluster-port") + 1]
            self.nodes[0].asked("CLUSTER", "MEET", "127.0.0.1", str(node.port), bus)
        for node in self.nodes:
            wait_until(lambda each=node: _is_whole(each), "the cluster is whole")
        return self

    def __exit__(self, *error: object) -> None:
        for node in self.nodes:
            node.kill()


def _is_whole(node: RedisServer) -> bool:
    told = node.asked("CLUSTER", "INFO")
    return "cluster_state:ok" in told and "cluster_slots_ok:16384" in told and "cluster_known_nodes:3" in told


def wait_until(is_so: Callable[[], bool], what: str, seconds: float = 20.0) -> None:
    """Look again and again."""
    ends = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > ends:
            raise TimeoutError(what)
        time.sleep(0.05)
