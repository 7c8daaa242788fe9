"""A real PostgreSQL server for the tests, from Debian's package, on a socket and a port of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import free_port

PROGRAMS = Path("/usr/lib/postgresql")
PASSWORD = "s3cret-of-test"


class Server:
    """A server with one database, `crm`, of a user with a password."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder, self.programs, self.port = folder, programs, free_port()
        another = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self._as_user = another if os.getuid() == 0 else []  # it refuses to run as root
        if self._as_user:
            shutil.chown(folder, "postgres", "postgres")
        secret = folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        access = ("-U", "crm", "-A", "scram-sha-256", "--pwfile", secret)
        self._run("initdb", "-D", folder / "db", *access, "-E", "UTF8", "--no-sync")
        self.start()
        self.execute("CREATE DATABASE crm", database="postgres")

    @property
    def url(self) -> str:
        return f"postgresql+psycopg://crm:{PASSWORD}@127.0.0.1:{self.port}/crm"

    def start(self) -> None:
        flags = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "-D", self.folder / "db", "-w", "-o", flags, "-l", self.folder / "log", "start")

    def stop(self, mode: str = "immediate") -> None:
        self._run("pg_ctl", "-D", self.folder / "db", "-w", "-m", mode, "stop")

    def execute(self, statement: str, database: str = "crm") -> list[tuple]:
        import psycopg

        address = self.url.replace("+psycopg", "").rpartition("/")[0]
        with psycopg.connect(f"{address}/{database}", autocommit=True) as connection:
            answer = connection.execute(statement)
            return answer.fetchall() if answer.description else []

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._as_user, str(self.programs / program), *map(str, arguments)]
        subprocess.run(command, cwd="/", check=True, capture_output=True, timeout=60)


def started() -> Iterator[Server]:
    """Start a server; skip where it is not installed."""
    pytest.importorskip("psycopg", reason="psycopg is not installed: pip install 'icp_ml[postgresql]'")
    found = sorted(PROGRAMS.glob("*/bin"))
    if not found:
        pytest.skip("PostgreSQL is not installed: setup/debian postgresql")
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder), found[-1])
        yield server
        server.stop()
