"""One moment of a real PostgreSQL server, and what is said where it cannot be had."""

import socket
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources import source as sizes
from hone_trainer.sources.database import URL_VARIABLE
from hone_trainer.sources.database_errors import explain_connecting
from hone_trainer.sources.source import Digest
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.blocks import columns
from tests.trainer.postgres import PASSWORD, USER, Server, postgres, running
from tests.trainer.warehouse import failure, read, shop, sql, store

pytestmark = pytest.mark.slow

__all__ = ["postgres", "shop", "store"]


def test_all_is_read_as_it_was_at_one_moment(
    shop: Server, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "PIECE_BYTES", 1_000_000)
    shop.execute("CREATE TABLE growing AS SELECT n FROM generate_series(1, 20000) n")
    shop.execute("GRANT SELECT ON growing TO PUBLIC")
    wide = "repeat('x', 1000) AS wide"  # more than the buffers on the way hold
    query = f"SELECT n, (SELECT count(*) FROM growing) AS x, {wide} FROM growing"
    wanted = columns(n={"number": {}}, x={"number": {}}, wide={"id": {}})
    source = sql(query)
    (before,) = source.pieces(wanted, store)
    blocks = source.read(before, wanted, store, Digest())
    rows = next(blocks)
    (session,) = shop.execute(
        "SELECT application_name, query FROM pg_stat_activity"
        f" WHERE usename = '{USER}' AND state = 'active'"
    )
    assert session[0] == "hone"
    shop.execute("INSERT INTO growing VALUES (0)")
    assert set(rows.table["x"].to_pylist()) == {20_000.0}
    assert sum(len(rows.number) for rows in blocks) == 20_000 - len(rows.number)
    (after,) = source.pieces(wanted, store)
    assert before.version != after.version
    assert before.uri == "sql:warehouse/url"


def test_a_reader_that_stops_leaves_no_session(
    shop: Server, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "PIECE_BYTES", 100_000)
    blocks = open_blocks(store)
    next(blocks)
    blocks.close()
    assert not shop.execute(f"SELECT 1 FROM pg_stat_activity WHERE usename = '{USER}'")


def open_blocks(store: ArtifactStore) -> Any:
    """A read of more rows than any buffer on the way holds."""
    wanted = columns(n={"number": {}})
    source = sql("SELECT generate_series(1, 20000000) AS n")
    (piece,) = source.pieces(wanted, store)
    return source.read(piece, wanted, store, Digest())


def test_a_session_that_is_ended_in_the_middle_is_worth_another_try(
    shop: Server, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "PIECE_BYTES", 100_000)
    blocks = open_blocks(store)
    next(blocks)
    shop.cut()
    with pytest.raises(StageFailure, match="look into the database's log") as caught:
        for _ in blocks:
            pass
    assert (caught.value.reason, caught.value.retry) == ("DatabaseLost", True)


FAIL = """CREATE FUNCTION fail(state text) RETURNS int LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'it is %', state USING ERRCODE = state; END $$"""


def test_what_may_pass_is_worth_another_try_and_what_may_not_is_not(
    shop: Server, store: ArtifactStore
) -> None:
    shop.execute(FAIL)
    for state, reason, retry in (
        ("57P01", "DatabaseLost", True),
        ("57P02", "DatabaseLost", True),
        ("40001", "DatabaseLost", True),
        ("53100", "DatabaseLost", True),
        ("08006", "DatabaseLost", True),
        ("42501", "DatabaseForbidden", False),
        ("57014", "QueryFailed", False),
        ("22012", "QueryFailed", False),
        ("P0001", "QueryFailed", False),
    ):
        found = failure(sql(f"SELECT fail('{state}') AS x"), X, store)
        assert (found.reason, found.retry) == (reason, retry), state
        assert f"the database said: it is {state}" in found.message


def test_a_server_that_dies_in_the_middle_is_worth_another_try(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch, postgres: Server
) -> None:
    monkeypatch.setattr(sizes, "PIECE_BYTES", 100_000)
    with running() as server:
        monkeypatch.setenv(URL_VARIABLE, server.url())
        blocks = open_blocks(store)
        next(blocks)
        server.die()
        with pytest.raises(StageFailure) as caught:
            for _ in blocks:
                pass
        assert (caught.value.reason, caught.value.retry) == ("DatabaseLost", True)
        found = failure(sql("SELECT 1 AS x"), columns(x={"id": {}}), store)
        assert (found.reason, found.retry) == ("DatabaseUnreachable", True)


NOWHERE = f"postgresql://{USER}:{PASSWORD}@no-such-host.invalid/shop"
X = columns(x={"id": {}})


@pytest.mark.parametrize(
    ("url", "reason", "retry", "said"),
    [
        ({"password": "wrong"}, "DatabaseForbidden", False, "refuses the user: check its user and"),
        ({"password": ""}, "DatabaseForbidden", False, "refuses the user"),
        (
            {"port": 1},
            "DatabaseUnreachable",
            True,
            "does not listen there: check its host and port",
        ),
        ({"sslmode": "require"}, "DatabaseUntrusted", False, "TLS: check sslmode in it"),
        (
            {"options": "-c a=1"},
            "DatabaseForbidden",
            False,
            "refuses the connection: check its user",
        ),
        (NOWHERE, "DatabaseUnreachable", True, "a host name that nobody knows"),
        (
            f"mysql://{USER}:{PASSWORD}@127.0.0.1/shop",
            "BadSecret",
            False,
            "no address of a Postgre",
        ),
        (f"host=127.0.0.1 password={PASSWORD}", "BadSecret", False, "put postgresql://user:passw"),
        (f"postgresql://{USER}:{PASSWORD}@[::1/shop", "BadSecret", False, "no address of"),
        (f"postgresql://{USER}:{PASSWORD}@h/shop?colour=red", "BadSecret", False, "no address of"),
        (
            "  ",
            "BadSecret",
            False,
            "HONE_SQL_URL, from the key 'url' of Secret 'warehouse', is empty",
        ),
    ],
)
def test_why_nobody_could_connect(
    shop: Server,
    store: ArtifactStore,
    monkeypatch: pytest.MonkeyPatch,
    url: str | dict[str, Any],
    reason: str,
    retry: bool,
    said: str,
) -> None:
    monkeypatch.setenv(URL_VARIABLE, url if isinstance(url, str) else shop.url(**url))
    found = failure(sql(), X, store)
    assert (found.reason, found.retry) == (reason, retry)
    assert said in found.message
    assert "'warehouse'" in found.message


def test_a_database_that_is_not_there_or_has_no_room(
    shop: Server, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL_VARIABLE, shop.url().replace("/shop", "/shopp"))
    found = failure(sql(), X, store)
    assert (found.reason, found.retry) == ("DatabaseNotFound", False)
    monkeypatch.setenv(URL_VARIABLE, shop.url())
    shop.execute(f"ALTER ROLE {USER} CONNECTION LIMIT 0")
    try:
        found = failure(sql(), X, store)
    finally:
        shop.execute(f"ALTER ROLE {USER} CONNECTION LIMIT -1")
    assert (found.reason, found.retry) == ("DatabaseUnreachable", True)
    assert "has no connection left" in found.message


def test_a_server_that_never_answers_is_given_up(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{mute.getsockname()[1]}/shop"
        monkeypatch.setenv(URL_VARIABLE, f"{address}?connect_timeout=2")
        found = failure(sql(), X, store)
    assert (found.reason, found.retry) == ("DatabaseUnreachable", True)
    assert "does not answer" in found.message


@pytest.mark.parametrize(("asked", "reason"), [(True, "DatabaseForbidden"), (False, "Database")])
def test_a_server_that_speaks_another_language_is_judged_by_whether_it_asked_for_a_password(
    asked: bool, reason: str
) -> None:
    state = SimpleNamespace(used_password=asked, needs_password=False)
    error = psycopg.OperationalError("FATAL: das darf niemand", pgconn=state)  # type: ignore[arg-type]
    assert explain_connecting(error, "here").reason.startswith(reason)


def test_a_query_may_take_as_long_as_the_database_says_or_six_hours(
    shop: Server, store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = sql("SELECT current_setting('statement_timeout') AS x")
    (rows,) = read(query, X, store)
    assert rows.table["x"].to_pylist() == ["6h"]
    monkeypatch.setenv(URL_VARIABLE, shop.url(options="-c statement_timeout=50"))
    (rows,) = read(query, X, store)
    assert rows.table["x"].to_pylist() == ["50ms"]
    found = failure(sql("SELECT pg_sleep(600) AS x"), X, store)
    assert (found.reason, found.retry) == ("QueryFailed", False)
    assert "make the query faster, or raise statement_timeout" in found.message
