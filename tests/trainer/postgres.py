"""A real PostgreSQL server of the tests' own: empty, on a port of this machine alone.

PostgreSQL refuses to run as root, so root starts it as the user that its Debian package makes.
"""

import glob
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from lab import packages, patience, probes, processes
from lab.faults import Missing
from lab.processes import Component
from lab.pytest_plugin import without

USER, PASSWORD = "reader", "pass-word-of-the-tests"
"""A user that may read what is granted to everybody, and nothing else."""
SYSTEM_USER = "postgres"


@dataclass(frozen=True)
class Server:
    """A running server with one database, ``shop``."""

    folder: Path
    port: int
    component: Component

    def url(self, password: str = PASSWORD, port: int | None = None, **more: str) -> str:
        """Return the address for ``USER``, as a Secret would hold it."""
        place = f"127.0.0.1:{port or self.port}/shop"
        asked = "&".join(f"{name}={quote(value)}" for name, value in more.items())
        return f"postgresql://{USER}:{password}@{place}" + (f"?{asked}" if asked else "")

    def execute(self, *statements: str) -> list[tuple[Any, ...]]:
        """Execute statements as the superuser; give the rows of the last one."""
        with self._connect("shop") as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def cut(self) -> None:
        """End every session of ``USER``, as an administrator would."""
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = "
        assert self.execute(f"{ended} '{USER}'")

    def die(self) -> None:
        """End at once, without a word to those who are connected."""
        self.component.process.send_signal(signal.SIGQUIT)
        self.component.process.wait(patience.seconds(30))

    def answers(self) -> bool:
        """Say whether it takes connections."""
        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def prepare(self) -> None:
        """Make the database and its user."""
        with self._connect("postgres") as connection:
            connection.execute(f"CREATE ROLE {USER} LOGIN PASSWORD '{PASSWORD}'")
            connection.execute("CREATE DATABASE shop")

    def _connect(self, database: str) -> psycopg.Connection[tuple[Any, ...]]:
        where: dict[str, Any] = {"host": str(self.folder), "port": self.port}
        return psycopg.connect(**where, user="boss", dbname=database, autocommit=True)


@contextmanager
def running() -> Iterator[Server]:
    """Run a new server for the length of the block.

    Raises:
        Missing: this machine has none and cannot install one.
    """
    initdb, postgres = _program("initdb"), _program("postgres")
    # A folder of pytest's is closed to everybody but its owner, and a socket's path is short.
    folder = Path(tempfile.mkdtemp(prefix="hone-pg-"))
    data, port = folder / "data", probes.free_ports(1)[0]
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, SYSTEM_USER, SYSTEM_USER)
        how = ["-U", "boss", "-E", "UTF8", "--locale=C", "--no-sync"]
        doors = ["--auth-local=trust", "--auth-host=scram-sha-256"]
        command = [*_as_owner(), initdb, "-D", str(data), *how, *doors]
        made = processes.start("initdb", command, folder)
        assert made.process.wait(patience.seconds(60)) == 0, made.tail()
        where = ["-k", str(folder), "-p", str(port), "-c", "listen_addresses=127.0.0.1"]
        started = processes.start(
            "postgres", [*_as_owner(), postgres, "-D", str(data), *where, "-c", "fsync=off"], folder
        )
        server = Server(folder, port, started)
        try:
            started.await_ready(server.answers)
            server.prepare()
            yield server
        finally:
            if started.process.poll() is None:
                started.process.send_signal(signal.SIGINT)  # without waiting for its clients
                started.process.wait(patience.seconds(30))
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for many tests: each makes tables of its own."""
    try:
        with running() as server:
            yield server
    except Missing as missing:
        without(missing)


def _program(name: str) -> str:
    if found := shutil.which(name):
        return found
    packages.ensure(packages.POSTGRES)
    return max(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"), key=lambda path: (len(path), path))


def _as_owner() -> list[str]:
    if os.geteuid() != 0:
        return []
    user = [f"--reuid={SYSTEM_USER}", f"--regid={SYSTEM_USER}", "--init-groups"]
    # A change of user would lift the bond to our life.
    return ["setpriv", *user, "--pdeathsig=KILL"]
