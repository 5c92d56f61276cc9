"""A database as a pod sees it: the address in a variable, and what must never be told of it."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.columns import Column
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.sources.database import URL_VARIABLE
from hone_trainer.sources.source import Digest, Rows
from hone_trainer.sources.sql import Sql
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.trainer.postgres import PASSWORD, USER, Server

VISITS = """CREATE TABLE visits AS SELECT * FROM (VALUES
    ('ann', 1.5, timestamptz '2026-01-31 12:00:00.25+02', true, 'plain'),
    (NULL, NULL, NULL, NULL, NULL),
    ('', 'NaN', timestamptz '1969-12-31 23:59:59Z', false, ''),
    ('bob, "the first"', -2, timestamptz '2026-03-01Z', true, E'two\\nlines')
) AS v("user", price, at, bought, note)"""


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """Where a source that needs no files reads none."""
    return open_store(Store(uri=str(tmp_path)))


@pytest.fixture
def shop(
    postgres: Server, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[Server]:
    """The server, its address where a pod finds it; nothing of that is ever logged."""
    monkeypatch.setenv(URL_VARIABLE, postgres.url())
    caplog.set_level(logging.INFO)
    yield postgres
    assert not told(caplog.text)


@pytest.fixture(scope="module")
def visits(postgres: Server) -> None:
    """A table of four rows: one plain, one of nulls, one of empty texts, one to be quoted."""
    postgres.execute(VISITS, "GRANT SELECT ON visits TO PUBLIC")


def told(text: str) -> list[str]:
    """What a text gives away of the address."""
    return [secret for secret in (PASSWORD, USER, "127.0.0.1", "postgresql://r") if secret in text]


def sql(query: str = "SELECT * FROM visits", **more: Any) -> Sql:
    """A query of the database."""
    return Sql(query=query, secret_name="warehouse", **more)


def read(
    source: Sql, wanted: tuple[Column, ...], store: ArtifactStore, digest: Digest | None = None
) -> list[Rows]:
    """Read all there is."""
    (piece,) = source.pieces(wanted, store)
    return list(source.read(piece, wanted, store, digest or Digest()))


def failure(source: Sql, wanted: tuple[Column, ...], store: ArtifactStore) -> StageFailure:
    """Why it cannot be read; nothing of it tells the address."""
    with pytest.raises(StageFailure) as caught:
        read(source, wanted, store)
    assert not told("".join(traceback.format_exception(caught.value)))
    return caught.value
