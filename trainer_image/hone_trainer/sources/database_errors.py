"""What a database's complaint means to the person who wrote the job.

Whoever could read the address could read the data: of what came out of the Secret nothing is
passed on, neither the password nor the host's name. So messages about connecting are our own
words; those about the query are the server's, which never saw the address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    import psycopg

QUERY_FIELD = "prepare.source.sql.query"
SECRET_FIELD = "prepare.source.sql.secretName"  # noqa: S105 - the name of a field
UNREACHABLE, FORBIDDEN, LOST = "DatabaseUnreachable", "DatabaseForbidden", "DatabaseLost"
_NETWORK = "check its host and port, and that pods may connect to it"
_RIGHTS = "check its user and password, and that the user may connect from the pods"
# What libpq says, which no type tells apart; reason, what it means, remedy.
_CONNECTING: tuple[tuple[str, str, str, str], ...] = (
    (
        r"password|authentication|pg_hba|permission denied|role .* (does not exist|is not)",
        FORBIDDEN,
        "refuses the user",
        _RIGHTS,
    ),
    (r"database .* does not exist", "DatabaseNotFound", "has no such database", "correct its name"),
    (
        r"starting up|shutting down|recovery mode|not accepting",
        UNREACHABLE,
        "is not ready",
        "wait until it is",
    ),
    (
        r"too many (clients|connections)|connection slots",
        UNREACHABLE,
        "has no connection left",
        "raise its max_connections, or wait",
    ),
    (r"SSL|certificate", "DatabaseUntrusted", "does not agree on TLS", "check sslmode in it"),
    (
        r"resolve|translate host|[Nn]ame or service",
        UNREACHABLE,
        "has a host name that nobody knows",
        _NETWORK,
    ),
    (r"refused", UNREACHABLE, "does not listen there", _NETWORK),
    (r"timeout|timed out", UNREACHABLE, "does not answer", _NETWORK),
)
# How an SQLSTATE begins (PostgreSQL's documentation, appendix A); reason, whether it may pass.
_QUERYING: tuple[tuple[str, str, bool], ...] = (
    ("08", LOST, True),  # the connection
    ("57P", LOST, True),  # an administrator, a crash
    ("40", LOST, True),  # a standby's conflict with its primary
    ("53", LOST, True),  # no disk, no memory
    ("58", LOST, True),  # its machine
    ("XX", LOST, True),
    ("42501", FORBIDDEN, False),
)
_SHOWN = 400
"""Characters of a server's message that are shown: a report holds a thousand."""


def explain_connecting(error: psycopg.Error, place: str) -> StageFailure:
    """Say why nobody could connect, in words of our own.

    Args:
        error: what psycopg raised.
        place: where the address is from, for messages.
    """
    text = str(error)
    known = (tuple(rest) for pattern, *rest in _CONNECTING if re.search(pattern, text))
    reason, what, remedy = next(known, None) or _unknown(error)
    message = f"the database of {place} {what}: {remedy}"
    return StageFailure(reason, message, retry=reason == UNREACHABLE)


def explain_query(error: psycopg.Error, query: str, offset: int = 0) -> StageFailure:
    """Say what the database found wrong, and where in the query.

    Args:
        error: what psycopg raised.
        query: the query as the user wrote it.
        offset: characters of the statement that stand before it.
    """
    state = error.sqlstate
    if state is None:
        message = "the connection to the database broke off in the middle of the query"
        return StageFailure(LOST, f"{message}: look into the database's log", retry=True)
    said = " ".join((error.diag.message_primary or state).split())[:_SHOWN]
    for begin, reason, passing in _QUERYING:
        if state.startswith(begin):
            remedy = "look into the database's log" if passing else "grant it to that user"
            return StageFailure(reason, f"the database said: {said}: {remedy}", retry=passing)
    if state == "57014":
        remedy = "make the query faster, or raise statement_timeout and lock_timeout of that user"
        return StageFailure("QueryFailed", f"the database said: {said}: {remedy}")
    where = _where(query, int(error.diag.statement_position or 0) - offset)
    hint = " ".join((error.diag.message_hint or "").split())[:_SHOWN]
    said = f"{said}{where}{f' ({hint})' if hint else ''}"
    remedy = "correct" if where else "write one SELECT, which only reads, in"
    return StageFailure("QueryFailed", f"the database said: {said}: {remedy} {QUERY_FIELD}")


def _unknown(error: psycopg.Error) -> tuple[str, str, str]:
    """Judge a server that speaks another language by whether it asked for a password."""
    state = error.pgconn
    if state is not None and (state.used_password or state.needs_password):
        remedy = "check its user, password and parameters; the database's log says more"
        return FORBIDDEN, "refuses the connection", remedy
    return UNREACHABLE, "cannot be reached", _NETWORK


def _where(query: str, position: int) -> str:
    """Turn a position that counts from 1 into words; nothing where it is not in the query."""
    if not 1 <= position <= len(query) + 1:
        return ""
    before = query[: position - 1]
    return f", line {before.count(chr(10)) + 1}, character {position - 1 - before.rfind(chr(10))}"
