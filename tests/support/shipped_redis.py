"""A real Redis with the settings, the users and the certificates that teams are given."""

from __future__ import annotations

import hashlib
import socket
import ssl
import subprocess
from pathlib import Path

from tests.support.redis_servers import RedisServer

SHIPPED = Path(__file__).resolve().parents[2] / "packaging" / "team" / "redis"
PASSWORD = "a-long-password-of-the-members"
USER = "member"


def make_certificates(folder: Path, *names: str) -> Path:
    """By the program that teams use; returns the folder with ca.crt, redis.crt and redis.key."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["sh", str(SHIPPED / "make_certificates.sh"), *names]
    subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=30)
    return folder / "tls"


class ShippedRedis(RedisServer):
    """`redis.conf` and `users.acl` as they are; only their paths and the port lead into `folder`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.tls = make_certificates(folder, "localhost", "127.0.0.1")
        self.ca = str(self.tls / "ca.crt")
        told = hashlib.sha256(PASSWORD.encode()).hexdigest()
        users = (SHIPPED / "users.acl").read_text().replace("REPLACE_WITH_SHA256_OF_THE_PASSWORD", told)
        (folder / "users.acl").write_text(users)
        (folder / "data").mkdir()
        conf = (SHIPPED / "redis.conf").read_text()
        for shipped, here in (
            ("/tls/", f"{self.tls}/"),
            ("/etc/redis/users.acl", str(folder / "users.acl")),
            ("dir /data", f"dir {folder / 'data'}"),
            ("tls-port 6379", f"tls-port {self.port}\nbind 127.0.0.1 -127.0.0.2"),
        ):
            if shipped not in conf:
                raise ValueError(f"redis.conf no longer says {shipped}")
            conf = conf.replace(shipped, here)
        (folder / "redis.conf").write_text(conf)

    @property
    def url(self) -> str:
        return f"rediss://{USER}@localhost:{self.port}"

    def _arguments(self) -> list[str]:
        return [str(self.folder / "redis.conf")]

    def _line(self) -> socket.socket:
        return ssl.create_default_context(cafile=self.ca).wrap_socket(super()._line(), server_hostname="localhost")
