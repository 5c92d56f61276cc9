"""Answers to the rows of a file: as JSON lines, or as columns behind those of the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol

from hone_serving.files import CSV, PARQUET, kind_of
from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_serving.model import Answer


class Writer(Protocol):
    """Where answers go."""

    def write(self, rows: Any, answers: list[Answer]) -> None:
        """Write the answers to some rows, in their order."""

    def close(self) -> None:
        """Finish the file."""


def writer(path: Path | None, out: IO[str], says: Mapping[str, str]) -> Writer:
    """Return what writes to a file, or to ``out`` where none is named.

    Args:
        path: its ending says what is written.
        out: takes JSON lines.
        says: what is said of a row, see ``Model.says``.
    """
    if path is None:
        return JsonLines(out)
    if kind_of(path) in (CSV, PARQUET):
        return Table(path, says)
    return JsonLines(path.open("w", encoding="utf-8"), own=True)


class JsonLines:
    """An answer a line, without its row."""

    def __init__(self, file: IO[str], *, own: bool = False) -> None:
        self._file, self._own = file, own

    def write(self, rows: Any, answers: list[Answer]) -> None:  # noqa: ARG002
        """See ``Writer.write``."""
        self._file.writelines(json.dumps(each, ensure_ascii=False) + "\n" for each in answers)

    def close(self) -> None:
        """See ``Writer.close``."""
        self._file.flush()
        if self._own:
            self._file.close()


class Table:
    """The rows as they came in, and what is said of each in columns behind them.

    A column of the answer that is called as one of the rows is gets ``answer_`` before its name.
    """

    def __init__(self, path: Path, says: Mapping[str, str]) -> None:
        self._path, self._says = path, says
        self._writer: Any = None

    def write(self, rows: Any, answers: list[Answer]) -> None:
        """See ``Writer.write``."""
        table = _table(rows)
        if kind_of(self._path) == CSV:
            table = _flattened(table)
        told = [_flat(answer) for answer in answers]
        for name, said in self._says.items():
            column = f"answer_{name}" if name in table.column_names else name
            values = [answer.get(name) for answer in told]
            table = table.append_column(column, _array(values, said))
        if self._writer is None:
            self._open(table)
        self._writer.write_table(self._alike(table))

    def close(self) -> None:
        """See ``Writer.close``."""
        if self._writer is not None:
            self._writer.close()

    def _alike(self, table: Any) -> Any:
        """Return a table with the columns that the file has by now.

        Raises:
            StageFailure: it has others besides (WrongOutput).
        """
        import pyarrow as pa

        names = self._schema.names
        if table.column_names != names:
            if more := next((name for name in table.column_names if name not in names), None):
                message = f"column {more!r} is in later rows alone, and {self._path} has none"
                raise StageFailure("WrongOutput", f"{message}: name a .jsonl file")
            there = {name: table.column(name) for name in table.column_names}
            none = pa.nulls(table.num_rows)
            table = pa.table({name: there.get(name, none) for name in names})
        return table.cast(self._schema)

    def _open(self, table: Any) -> None:
        from pyarrow import csv, parquet

        self._schema = table.schema
        made = csv.CSVWriter if kind_of(self._path) == CSV else parquet.ParquetWriter
        self._writer = made(str(self._path), table.schema)


def _table(rows: Any) -> Any:
    """Return rows as an Arrow table; of dicts, values become text: no two need be of one type."""
    import pyarrow as pa

    if isinstance(rows, pa.RecordBatch):
        return pa.Table.from_batches([rows])
    whole = [row if isinstance(row, dict) else {} for row in rows]
    names = dict.fromkeys(name for row in whole for name in row)
    return pa.table({name: _array([row.get(name) for row in whole], "text") for name in names})


def _flattened(table: Any) -> Any:
    """Return a table whose lists and records are JSON: a CSV has neither."""
    import pyarrow as pa

    for at, field in enumerate(table.schema):
        if pa.types.is_nested(field.type):
            values = table.column(at).to_pylist()
            table = table.set_column(at, field.name, _array(values, "text"))
    return table


def _array(values: list[Any], said: str) -> Any:
    import pyarrow as pa

    types = {"number": pa.float64(), "count": pa.int64(), "flag": pa.bool_()}
    if said in types:
        return pa.array(values, types[said])
    return pa.array([each if each is None else _text(each) for each in values], pa.string())


def _text(value: Any) -> str:
    told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return told.encode(errors="backslashreplace").decode()


def _flat(answer: Answer) -> dict[str, Any]:
    """Return an answer as one level of names: those of several targets begin with the target's."""
    found: dict[str, Any] = {}
    for name, value in answer.items():
        inner = value if isinstance(value, dict) else None
        found |= {f"{name}_{k}": v for k, v in inner.items()} if inner else {name: value}
    return found
