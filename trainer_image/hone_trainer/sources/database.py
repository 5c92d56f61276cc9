"""A PostgreSQL database as a source reads it: one transaction that sees one moment, and only reads.

The address comes from one environment variable, which the pods get out of a Secret, and goes
nowhere else: see ``database_faults``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.database_errors import (
    QUERY_FIELD,
    SECRET_FIELD,
    explain_connecting,
    explain_query,
)

if TYPE_CHECKING:
    import psycopg

URL_VARIABLE = "HONE_SQL_URL"
SCHEMES = ("postgresql://", "postgres://")
OURS: dict[str, Any] = {
    "application_name": "hone",
    "client_encoding": "utf8",
}
OTHERWISE: dict[str, Any] = {
    "connect_timeout": 15,
    # A peer that vanished without a word is noticed after a minute, not after hours.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
}
"""Seconds, where the address says nothing."""
SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO",
    "IntervalStyle": "iso_8601",
    "bytea_output": "hex",
    "lock_timeout": "60s",
    # A pod that died without a word must not hold old rows for long.
    "idle_in_transaction_session_timeout": "10min",
}
LONGEST = "6h"
"""How long a query may take, where the database says nothing."""


@dataclass(frozen=True)
class Result:
    """A column of a query's result: its name, and the number of its type in ``pg_type``."""

    name: str
    type: int


@dataclass(frozen=True)
class Database:
    """An open transaction."""

    _connection: psycopg.Connection[tuple[Any, ...]]

    def snapshot(self) -> str:
        """Name the moment that the transaction sees; it changes with every write."""
        return str(self._one("SELECT txid_current_snapshot()::text"))

    def describe(self, query: str) -> tuple[Result, ...]:
        """Return the columns of a query without running it.

        What is taken here is one statement, whole, so it stays one inside parentheses.

        Raises:
            StageFailure: the server does not understand it (``QueryFailed``).
        """
        from psycopg import errors, pq

        raw = self._connection.pgconn
        result = raw.prepare(b"", query.encode())
        if result.status == pq.ExecStatus.COMMAND_OK:
            result = raw.describe_prepared(b"")
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise explain_query(errors.error_from_result(result, "utf-8"), query)
        if not result.nfields:
            message = "the query gives no columns"
            raise StageFailure("QueryFailed", f"{message}: write one SELECT in {QUERY_FIELD}")
        names = [(result.fname(index) or b"").decode() for index in range(result.nfields)]
        return tuple(Result(name, result.ftype(index)) for index, name in enumerate(names))

    def copy(self, chosen: str, query: str, limit: int | None = None) -> Iterator[bytes]:
        """Stream the result as CSV without a header, row by row.

        Args:
            chosen: expressions over the columns of the query, in SQL.
            query: a query that ``describe`` took.
            limit: rows at most.

        Raises:
            StageFailure: QueryFailed, DatabaseForbidden, DatabaseLost.
        """
        import psycopg

        # A new line after the query ends a comment in its last one.
        begin = f"COPY (SELECT {chosen} FROM (\n"  # noqa: S608 - ``describe`` took it
        end = "\n) AS hone" + ("" if limit is None else f" LIMIT {int(limit)}")
        statement = f"{begin}{query}{end}) TO STDOUT (FORMAT csv)"
        try:
            with self._connection.cursor().copy(statement.encode()) as rows:
                for row in rows:
                    yield bytes(row)
        except psycopg.Error as error:
            raise explain_query(error, query, len(begin)) from None

    def _one(self, statement: str) -> Any:
        import psycopg

        try:
            row = self._connection.execute(statement.encode()).fetchone()
        except psycopg.Error as error:
            raise explain_query(error, "") from None
        return row[0] if row else None


@contextmanager
def connected(secret: str, key: str) -> Iterator[Database]:
    """Open the transaction for the length of the block.

    Args:
        secret: the Secret that the address is from, for messages.
        key: its key.

    Raises:
        StageFailure: BadSecret, DatabaseUnreachable, DatabaseForbidden, DatabaseNotFound, …
    """
    import psycopg

    place = f"the key {key!r} of Secret {secret!r}"
    connection = _connect(place)
    try:
        connection.read_only = True
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        database = Database(connection)
        database._one(_settings())
        yield database
    finally:
        connection.close()


def _connect(place: str) -> psycopg.Connection[tuple[Any, ...]]:
    import psycopg

    given = _address(place)
    try:
        return psycopg.connect(**(OTHERWISE | given | OURS))
    except psycopg.Error as error:
        failure = explain_connecting(error, place)
    raise failure  # out here, so that nothing that prints it shows the address


def _address(place: str) -> dict[str, Any]:
    """Take the address apart; whatever is wrong with it, it is not shown."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    url = os.environ.get(URL_VARIABLE, "").strip()
    remedy = "put postgresql://user:password@host:port/database there"
    if not url:
        message = f"{URL_VARIABLE}, from {place}, is empty"
        raise StageFailure("BadSecret", f"{message}: {remedy}, or correct {SECRET_FIELD}")
    parts = None
    if url.startswith(SCHEMES):
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error:
            parts = None
    if parts is None:
        message = f"{place} holds no address of a PostgreSQL database"
        raise StageFailure("BadSecret", f"{message}: {remedy}")
    return parts


def _settings() -> str:
    said = [f"set_config('{name}', '{value}', true)" for name, value in SETTINGS.items()]
    limit = "nullif(current_setting('statement_timeout'), '0')"
    said.append(f"set_config('statement_timeout', coalesce({limit}, '{LONGEST}'), true)")
    return f"SELECT {', '.join(said)}"
