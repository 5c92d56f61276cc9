"""Rows out of a PostgreSQL database, by a query.

A query cannot be cut, so it is one piece, streamed by COPY with a bounded part of it in memory.
The address of the database, which holds its password, never stands in the job: the pods find it
in a variable that comes from a Secret.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field, model_validator

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import KEY_PATTERN, Name
from hone_trainer.contract.spec import Rule
from hone_trainer.sources import source
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.sources.database import Result
    from hone_trainer.store.artifact_store import ArtifactStore

READS = r"(?i)^[\s(]*(select|with)\b"
NO_READ = "query: it must begin with SELECT or WITH"
BOOLEAN, MOMENT = 16, 1184
"""Numbers of the types boolean and timestamptz, the same in every server."""


class Sql(RowSource):
    """The rows of a query of a PostgreSQL database. They are read in one transaction that sees one
    moment and can write nothing.
    """

    rules: ClassVar[tuple[Rule, ...]] = (Rule(f"self.query.matches(r'{READS}')", NO_READ),)

    query: Annotated[str, Field(min_length=1, max_length=8192)]
    """One SELECT (or WITH … SELECT). Columns have the names that it gives them; add ORDER BY where
    the order of the rows is to be the same each time."""
    secret_name: Name
    """Secret with the address of the database, ``postgresql://user:password@host:port/database``.
    The operator never reads it; ``hone run`` takes the address from ``HONE_SQL_URL``."""
    key: Annotated[str, Field(min_length=1, max_length=253, pattern=KEY_PATTERN)] = "url"
    """Key of the address in that Secret."""

    @model_validator(mode="after")
    def _only_reads(self) -> Self:
        if not re.match(READS, self.query):
            raise ValueError(NO_READ)
        return self

    def secrets(self) -> dict[str, tuple[str, str]]:
        """See ``Stage.secrets``."""
        from hone_trainer.sources.database import URL_VARIABLE

        return {URL_VARIABLE: (self.secret_name, self.key)}

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:  # noqa: ARG002
        """Let the server look at the query, and give it as one piece.

        Its version changes with every write to the database, so rows of two moments are never
        mixed: after one, a later attempt reads all of them again.
        """
        from hone_trainer.sources.database import connected

        with connected(self.secret_name, self.key) as database:
            _choose(database.describe(self._query), columns)
            version = database.snapshot()
        return (Piece(f"sql:{self.secret_name}/{self.key}", version=version),)

    def read(
        self,
        piece: Piece,  # noqa: ARG002
        columns: tuple[Column, ...],
        store: ArtifactStore,  # noqa: ARG002
        digest: Digest,
    ) -> Iterator[Rows]:
        """Stream the result; see ``RowSource.read``.

        Raises:
            StageFailure: DatabaseUnreachable, DatabaseForbidden, DatabaseLost, QueryFailed,
                ColumnNotFound, BadSecret …
        """
        from hone_trainer.sources.database import connected

        names = [column.name for column in columns]
        first = 0
        with connected(self.secret_name, self.key) as database:
            chosen = _choose(database.describe(self._query), columns)
            for data in _slices(database.copy(chosen, self._query), digest):
                arrays = _parse(data, names)
                yield from _rows(arrays, columns, first)
                first += arrays.num_rows

    def peek(self, store: ArtifactStore, rows: int) -> Any:  # noqa: ARG002
        """See ``RowSource.peek``: texts as the server writes them."""
        import pyarrow as pa

        from hone_trainer.sources.database import connected

        with connected(self.secret_name, self.key) as database:
            there = database.describe(self._query)
            _require_unique(there, [each.name for each in there])
            chosen = ", ".join(_expression(each, "text") for each in there)
            data = b"".join(database.copy(chosen, self._query, rows))
        return _parse(data, [each.name for each in there], pa.string())

    @property
    def _query(self) -> str:
        return self.query.rstrip().rstrip("; \t\r\n")


def _choose(there: Sequence[Result], columns: tuple[Column, ...]) -> str:
    """Return the wanted columns as SQL writes them."""
    from hone_trainer.sources.files import require_columns

    wanted = [column.name for column in columns]
    require_columns(wanted, [each.name for each in there], "the query", "the query")
    _require_unique(there, wanted)
    known = {each.name: each for each in there}
    return ", ".join(_expression(known[column.name], column.kind) for column in columns)


def _require_unique(there: Sequence[Result], wanted: Sequence[str]) -> None:
    names = [each.name for each in there]
    twice = next((name for name in wanted if names.count(name) > 1), None)
    if twice is not None:
        message = f"the query has more than one column {twice!r}"
        raise StageFailure("QueryFailed", f"{message}: name them apart by AS")


def _expression(column: Result, kind: str) -> str:
    quoted = '"' + column.name.replace('"', '""') + '"'
    if column.type == BOOLEAN:
        return f"{quoted}::int" if kind == "number" else f"{quoted}::text"
    if column.type == MOMENT and kind == "time":
        return f"{quoted} AT TIME ZONE 'UTC'"
    return quoted


def _slices(rows: Iterable[bytes], digest: Digest) -> Iterator[bytearray]:
    """Gather as many rows as are read at a time; the digest is there before the last ones."""
    sha256 = hashlib.sha256()
    held, count = bytearray(), 0
    for row in rows:
        if len(held) >= source.PIECE_BYTES or count >= source.BLOCK_ROWS:
            sha256.update(held)
            digest.size += len(held)
            yield held
            held, count = bytearray(), 0
        held += row
        count += 1
    sha256.update(held)
    digest.size += len(held)
    digest.sha256 = sha256.hexdigest()
    if held:
        yield held


def _parse(data: bytes | bytearray, names: list[str], kind: Any = None) -> Any:
    """Return a table of texts; what is missing is null, what is empty is not.

    Args:
        data: whole rows, as COPY writes them.
        names: of the columns.
        kind: Arrow type of the texts; bytes, which need not be UTF-8, where nothing is said.
    """
    import pyarrow as pa
    from pyarrow import csv

    kind = kind or pa.binary()
    if not data:
        return pa.table({name: pa.array([], kind) for name in names})
    try:
        return csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=names),
            csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, kind),
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
                null_values=[""],
            ),
        )
    except pa.ArrowInvalid as error:
        what = str(error).splitlines()[0][:200]
        raise StageFailure("UnreadableInput", f"the result of the query: {what}") from None


def _rows(arrays: Any, columns: tuple[Column, ...], first: int) -> Iterator[Rows]:
    """Bring texts into the three forms; a text that is empty stays apart from one that is none."""
    import pyarrow as pa
    import pyarrow.compute as pc

    from hone_trainer.sources.forms import Parsed

    found = {name: arrays[name] for name in arrays.column_names}
    for rows in Parsed.of(found, first).rows(columns):
        table = rows.table
        for index, name in enumerate(table.column_names):
            texts = table.column(index)
            if not pa.types.is_dictionary(texts.type) or not texts.null_count:
                continue
            said = arrays[name].take(pa.array(rows.number - first))
            empty = pc.and_(pc.is_null(texts), pc.is_valid(said))
            if pc.any(empty).as_py():
                filled = pc.if_else(empty, "", texts.cast(pa.string())).combine_chunks()
                table = table.set_column(index, name, filled.dictionary_encode())
        yield Rows(table, rows.number, rows.bad, rows.known)
