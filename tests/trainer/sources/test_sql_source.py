"""Rows out of a real PostgreSQL server, and what is said of queries that it does not take."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.prepare.schema_inference import Infer
from hone_trainer.prepare.target_columns import with_targets
from hone_trainer.rows.block import TYPES
from hone_trainer.sources import source as sizes
from hone_trainer.sources.database import URL_VARIABLE
from hone_trainer.sources.source import Digest
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.tasks.binary import Binary
from tests.trainer.blocks import columns
from tests.trainer.postgres import Server, postgres
from tests.trainer.warehouse import failure, read, shop, sql, store, told, visits

pytestmark = pytest.mark.slow

__all__ = ["postgres", "shop", "store", "visits"]
ALL = columns(
    user={"id": {}}, price={"number": {}}, at={"time": {}}, bought={"label": {}}, note={"key": {}}
)
INSERT = "INSERT INTO visits DEFAULT VALUES"


@pytest.mark.usefixtures("shop", "visits")
def test_every_type_arrives_in_its_form(store: ArtifactStore) -> None:
    (rows,) = read(sql(), ALL, store)
    table = rows.table
    assert [table.schema.field(c.name).type for c in ALL] == [TYPES[c.value.form] for c in ALL]
    assert table["user"].to_pylist() == ["ann", None, "", 'bob, "the first"']
    assert table["note"].to_pylist() == ["plain", None, "", "two\nlines"]
    assert np.array_equal(table["price"].to_numpy(), [1.5, np.nan, np.nan, -2], equal_nan=True)
    assert np.array_equal(table["bought"].to_numpy(), [1, np.nan, 0, 1], equal_nan=True)
    assert [at and at.isoformat() for at in table["at"].to_pylist()] == [
        "2026-01-31T10:00:00.250000",
        None,
        "1969-12-31T23:59:59",
        "2026-03-01T00:00:00",
    ]
    assert rows.number.tolist() == [0, 1, 2, 3]
    assert not rows.bad


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("true", "number", 1.0),
        ("false", "label", 0.0),
        ("true", "id", "true"),
        ("7::bigint", "id", "7"),
        ("0.1::float8", "number", 0.1),
        ("1e300::numeric", "number", 1e300),
        ("'  x '", "id", "x"),
        ("'  '", "id", ""),
        ("'ü€𝄞'", "key", "ü€𝄞"),
        ("''", "number", None),
        ("date '2026-01-31'", "time", "2026-01-31 00:00:00"),
        ("timestamp '2026-01-31 01:02:03'", "time", "2026-01-31 01:02:03"),
        ("1769817600", "time", "2026-01-31 00:00:00"),
    ],
)
@pytest.mark.usefixtures("shop")
def test_values(store: ArtifactStore, value: str, kind: str, expected: Any) -> None:
    (rows,) = read(sql(f"SELECT {value} AS x"), columns(x={kind: {}}), store)
    found = rows.table["x"].to_pylist()[0]
    if expected is None:
        assert np.isnan(found)
    else:
        assert (str(found) if kind == "time" else found) == expected


@pytest.mark.usefixtures("shop")
def test_a_bad_value_is_named_with_its_row(store: ArtifactStore) -> None:
    values = "SELECT * FROM (VALUES (1, '1'), (2, 'x'), (3, '1')) AS v(n, y) ORDER BY n"
    wanted = columns(n={"number": {}}, y={"label": {}})
    (rows,) = read(sql(values), wanted, store)
    assert rows.number.tolist() == [0, 2]
    assert [(b.row, b.column, b.text, b.reason) for b in rows.bad] == [(1, "y", "x", "BadLabel")]
    (rows,) = read(
        sql("SELECT 1 AS n, 'infinity'::timestamptz AS y"), columns(y={"time": {}}), store
    )
    assert [bad.text for bad in rows.bad] == ["infinity"]


@pytest.mark.usefixtures("shop")
def test_a_large_result_comes_in_blocks_and_its_digest_with_the_last(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sizes, "PIECE_BYTES", 10_000)
    wanted = columns(n={"number": {}}, who={"id": {}})
    query = "SELECT n, 'user-' || n % 7 AS who FROM generate_series(0, 4999) AS n ORDER BY n"
    digest = Digest()
    (piece,) = sql(query).pieces(wanted, store)
    blocks = []
    for rows in sql(query).read(piece, wanted, store, digest):
        assert not digest.sha256 or rows.number[-1] == 4999
        blocks.append(rows)
    assert len(blocks) > 5
    assert np.concatenate([rows.number for rows in blocks]).tolist() == list(range(5000))
    assert all((rows.table["n"].to_numpy() == rows.number).all() for rows in blocks)
    assert digest.size > 50_000
    again = Digest()
    monkeypatch.setattr(sizes, "PIECE_BYTES", 1_000)
    read(sql(query), wanted, store, again)
    assert again == digest


@pytest.mark.usefixtures("shop")
def test_a_column_of_nothing_keeps_its_rows(store: ArtifactStore) -> None:
    query = "SELECT NULL::text AS x FROM generate_series(1, 3)"
    (rows,) = read(sql(query), columns(x={"id": {}}), store)
    assert rows.table["x"].null_count == 3


@pytest.mark.usefixtures("shop")
def test_a_result_without_rows_is_no_failure(store: ArtifactStore) -> None:
    digest = Digest()
    assert not read(sql("SELECT 1 AS x WHERE false"), columns(x={"id": {}}), store, digest)
    assert digest.size == 0
    assert len(digest.sha256) == 64


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1 AS x;",
        "SELECT 1 AS x ; \n;",
        "SELECT 1 AS x -- the end",
        "\n (select 1 AS x)",
        "WITH a AS (SELECT 1 AS x) SELECT x FROM a",
        "SELECT 1 AS x, ';' AS y",
        "SELECT 1 AS x, '%s' AS y",
        'SELECT 1 AS x, 2 AS "a""b"',
        "SELECT 1 AS x, 2 AS y, 3 AS y",
    ],
)
@pytest.mark.usefixtures("shop")
def test_queries_that_are_read(store: ArtifactStore, query: str) -> None:
    (rows,) = read(sql(query), columns(x={"number": {}}), store)
    assert rows.table["x"].to_pylist() == [1.0]


def test_names_are_quoted(shop: Server, store: ArtifactStore) -> None:
    query = 'SELECT 1 AS "a""b", 2 AS "Größe, cm", 3 AS "select"'
    wanted = columns(**{'a"b': {"id": {}}, "Größe, cm": {"number": {}}, "select": {"key": {}}})
    (rows,) = read(sql(query), wanted, store)
    assert rows.table.to_pylist() == [{'a"b': "1", "Größe, cm": 2.0, "select": "3"}]


@pytest.mark.parametrize(
    ("query", "reason", "said"),
    [
        ("SELECT x FROM nowhere", "QueryFailed", '"nowhere" does not exist, line 1, character 15'),
        ("SELECT 1 AS x,\n  2 y z", "QueryFailed", 'near "z", line 2, character 7'),
        ("SELECT 1 AS x; SELECT 2", "QueryFailed", "multiple commands"),
        ("SELECT 1 AS x; DROP TABLE visits", "QueryFailed", "multiple commands"),
        ("SELECT 1 AS x) TO STDOUT; COPY (SELECT 1", "QueryFailed", 'near ")"'),
        ("SELECT 1 AS x /* open", "QueryFailed", "unterminated"),
        ("SELECT 1 AS x; -- the end", "QueryFailed", 'near ";", line 1, character 14'),
        (
            "SELECT 1 AS x INTO other",
            "QueryFailed",
            "no columns: write one SELECT in prepare.source.sql",
        ),
        ("SELECT $1 AS x", "QueryFailed", "parameter $1"),
        ("SELECT n / 0 AS x FROM generate_series(1, 2) n", "QueryFailed", "division by zero"),
        ("SELECT 'a' || chr(10) || 'b' AS x, lenght('a')", "QueryFailed", "character 36"),
        (f"WITH a AS ({INSERT} RETURNING 1 AS x) SELECT x FROM a", "QueryFailed", "top level"),
        ("SELECT nextval('numbers') AS x", "QueryFailed", "read-only"),
        ("SELECT x FROM hidden", "DatabaseForbidden", "permission denied for table hidden"),
        ("SELECT 1 AS y", "ColumnNotFound", "no column 'x'; it has 'y'"),
        ("SELECT 1 AS X_Y", "ColumnNotFound", "it has 'x_y'"),
        ("SELECT 1 AS x, 2 AS x", "QueryFailed", "more than one column 'x': name them apart by AS"),
    ],
)
@pytest.mark.usefixtures("visits")
def test_what_the_server_does_not_take_is_said(
    shop: Server, store: ArtifactStore, query: str, reason: str, said: str
) -> None:
    shop.execute(
        "CREATE TABLE IF NOT EXISTS hidden (x int)",
        "CREATE SEQUENCE IF NOT EXISTS numbers",
        "GRANT ALL ON numbers, visits TO PUBLIC",
    )
    found = failure(sql(query), columns(x={"id": {}}), store)
    assert (found.reason, found.retry) == (reason, False)
    assert said in found.message
    assert shop.execute("SELECT count(*) FROM visits") == [(4,)]


@pytest.mark.usefixtures("shop", "visits")
def test_the_first_rows_are_shown_with_all_their_columns(store: ArtifactStore) -> None:
    table = sql().peek(store, 3)
    assert table.column_names == ["user", "price", "at", "bought", "note"]
    assert table["user"].to_pylist() == ["ann", None, ""]
    assert table["at"].to_pylist() == ["2026-01-31 10:00:00.25+00", None, "1969-12-31 23:59:59+00"]
    assert table["bought"].to_pylist() == ["true", None, "false"]
    assert sql("SELECT 1 AS x WHERE false").peek(store, 3).column_names == ["x"]


@pytest.mark.usefixtures("shop")
def test_the_columns_of_a_query_can_be_worked_out(store: ArtifactStore) -> None:
    query = "SELECT n AS id, n * 0.37 AS price, n % 3 AS kind, n % 2 = 0 AS bought,"
    query += " timestamptz '2026-01-01Z' + n * interval '1h' AS at FROM generate_series(1, 50) n"
    tasks = (Binary(label="bought"),)
    found = Infer().infer(sql(query).peek(store, 40), tasks)
    assert [column.kind for column in found.columns] == ["key", "number", "id", "time"]
    (rows,) = read(sql(query), with_targets(found.columns, tasks), store)
    assert set(rows.table.column("bought").to_pylist()) == {0, 1}
    assert len(rows.number) == 50
    assert not rows.bad


@pytest.mark.usefixtures("shop")
def test_nothing_that_a_stage_leaves_tells_the_address(run_stage: Any, tmp_path: Path) -> None:
    query = "SELECT 'u' || n % 40 AS who, n % 3 = 0 AS bought FROM generate_series(1, 900) AS n"
    words = {
        "source": {"sql": sql(query).dump()},
        "tasks": [{"binary": {"label": "bought"}}],
        "columns": [{"name": "who", "id": {}}],
    }
    manifest = run_stage.manifest(run_stage("data", {"prepare": words}))
    assert manifest.facts["rows"] == {"train": 720, "validation": 90, "test": 90}
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(left) > 3
    assert not any(told(path.read_bytes().decode("latin-1")) for path in left)


@pytest.mark.parametrize(
    "query",
    ["DELETE FROM visits", "selection", "COPY visits TO STDOUT", "TABLE visits", "; SELECT"],
)
def test_a_query_that_does_not_read_is_no_query(query: str) -> None:
    with pytest.raises(ValidationError, match="begin with SELECT or WITH"):
        sql(query)


def test_the_address_is_named_and_stands_nowhere() -> None:
    source = sql(key="dsn")
    assert source.secrets() == {URL_VARIABLE: ("warehouse", "dsn")}
    assert sql().secrets() == {URL_VARIABLE: ("warehouse", "url")}
    assert set(source.dump()) == {"query", "secretName", "key"}
