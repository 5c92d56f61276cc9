"""A key that occurs in another table: the foreign key of a database, for files."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from hone_trainer.clean.rules.rule import RowRule
from hone_trainer.columns.lookup import ColumnName, find
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Uri

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs

FIELD = "prepare.clean[].rules.hold[].reference"
MOST_KEYS = 10_000_000
"""Every pod holds them all: 8 bytes for each."""


class ReferenceRule(RowRule):
    """A value occurs in a column of another table.

    Texts are compared by 64-bit hashes: among ten million keys, one wrong text in two million
    million passes. Space around the keys of the other table does not count.
    """

    column: ColumnName
    """The text or number column."""
    uri: Uri
    """The other table, a CSV file with a header line or a Parquet file: ``s3://bucket/key`` or a
    path. Reached as the artifacts are; at most ten million different keys."""
    key: ColumnName
    """The column of the other table."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``RowRule.check``."""
        column = find(columns, self.column, f"{FIELD}.column", "text", "number")
        if getattr(column.value, "length", 1) > 1:
            message = f"{FIELD}.column names {self.column!r}, which holds sequences"
            raise StageFailure("WrongColumnKind", f"{message}: it takes one value per row")

    @property
    def uris(self) -> Mapping[str, str]:
        """The other table."""
        return {self.uri: f"{FIELD}.uri"}

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> NDArray[np.generic]:
        """Return (keys,) the sorted numbers, or hashes of the texts.

        Raises:
            StageFailure: InputNotFound, UnreadableInput, ColumnNotFound, TooManyKeys.
        """
        import numpy as np
        import pyarrow as pa

        from hone_trainer.rows.tokens import hash_words

        number = find(columns, self.column, f"{FIELD}.column").value.form == "number"
        found: list[NDArray[np.generic]] = [np.zeros(0, np.float64 if number else np.uint64)]
        try:
            for texts in self._keys(side_inputs.read(self.uri, f"{FIELD}.uri")):
                known = texts.drop_null()
                numbers = known.cast(pa.float64()).to_numpy() if number else None
                found.append(hash_words(known) if numbers is None else numbers)
        except (pa.ArrowException, OSError) as error:
            what = str(error).splitlines()[0][:200]
            message = f"{FIELD}.uri: column {self.key!r} of {self.uri}: {what}"
            raise StageFailure("UnreadableInput", message) from None
        keys = np.unique(np.concatenate(found))
        if len(keys) > MOST_KEYS:
            message = f"{self.uri} holds {len(keys):,} different keys in {self.key!r}"
            remedy = f"{FIELD} takes {MOST_KEYS:,}"
            raise StageFailure("TooManyKeys", f"{message}: {remedy}")
        return keys

    def broken(self, block: Block, loaded: Any) -> NDArray[np.bool_]:
        """See ``RowRule.broken``; each distinct text is looked up once."""
        import numpy as np

        from hone_trainer.rows.tokens import hash_words

        if block.form(self.column) == "number":
            values = block.numbers(self.column)
            return ~_among(values, loaded) & ~np.isnan(values)
        texts = block.texts(self.column)
        # One more at the end is what the missing ones' -1 finds.
        bad = np.append(~_among(hash_words(texts.words), loaded), False)
        broken: NDArray[np.bool_] = bad[texts.codes]
        return broken

    def text(self) -> str:
        """See ``RowRule.text``."""
        return f"{self.column} occurs as {self.key} in {self.uri.rpartition('/')[2][:80]}"

    def _keys(self, data: bytes) -> Iterator[Any]:
        """Return the column in pieces, as trimmed texts."""
        import pyarrow as pa
        import pyarrow.compute as pc

        read = _parquet if data[:4] == b"PAR1" else _csv
        try:
            column = read(data, self.key)
        except KeyError:
            message = f"{FIELD}.key names {self.key!r}, which is not in {self.uri}"
            raise StageFailure("ColumnNotFound", f"{message}: correct one of the two") from None
        for piece in column.chunks:
            trimmed = pc.utf8_trim_whitespace(piece.cast(pa.string()))
            yield trimmed.filter(pc.not_equal(trimmed, pa.scalar("")))


def _csv(data: bytes, key: str) -> Any:
    import pyarrow as pa
    from pyarrow import csv

    return csv.read_csv(
        io.BytesIO(data),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            include_columns=[key], column_types={key: pa.string()}, strings_can_be_null=False
        ),
    ).column(key)


def _parquet(data: bytes, key: str) -> Any:
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(pa.BufferReader(data))
    if key not in file.schema_arrow.names:
        raise KeyError(key)
    return file.read([key]).column(key)


def _among(values: NDArray[Any], known: NDArray[Any]) -> NDArray[np.bool_]:
    """Say for each value (n,) whether it is among the sorted known ones."""
    import numpy as np

    if not len(known):
        return np.zeros(len(values), bool)
    at = np.searchsorted(known, values).clip(max=len(known) - 1)
    found: NDArray[np.bool_] = known[at] == values
    return found
