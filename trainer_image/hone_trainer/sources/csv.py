"""Rows from a CSV file."""

from __future__ import annotations

import io
from csv import reader
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.sources.source import RawRows, RowSource, choose
from hone_trainer.task import StageFailure

if TYPE_CHECKING:
    import pandas as pd

    from hone_trainer.columns import Column
    from hone_trainer.store import ArtifactStore

URI_PATTERN = r"^[a-z][a-z0-9+.-]*://[^@?#]*$|^/[^@?#]*$|^\.{0,2}[^:@?#]*$"
"""A URI without user, password or signature, or a path."""
NO_NUMBER = ("", "na", "n/a", "nan", "null", "none")
"""What stands for a missing number, in any case; a missing id or label is an empty field."""
TRUTH = {"0": 0.0, "1": 1.0, "0.0": 0.0, "1.0": 1.0, "false": 0.0, "true": 1.0}


class Csv(RowSource):
    """A CSV file with a header line (RFC 4180)."""

    uri: Annotated[str, Field(min_length=1, max_length=1024, pattern=URI_PATTERN)]
    """Where it lies: ``s3://bucket/key`` or a path. Reached as the artifacts are."""

    def read(self, columns: tuple[Column, ...], store: ArtifactStore) -> RawRows:
        """Read the file; see ``RowSource.read``."""
        table = _parse(store.read(self.uri, "prepare.source.csv.uri"), self.uri)
        if table.empty:
            message = f"{self.uri} has no rows below its header line"
            raise StageFailure("NoRowsLeft", f"{message}: correct prepare.source.csv.uri")
        frame = choose(table, columns)
        read = {"id": _ids, "number": _numbers, "label": _labels}
        return RawRows(frame.apply(lambda texts: read[_kind(columns, texts.name)](texts)))


def _parse(data: bytes, uri: str) -> pd.DataFrame:
    """Give every column as strings, None where a field is empty."""
    import pyarrow as pa
    from pyarrow import csv

    if not data.strip():
        message = f"{uri} is empty: it takes a header line and rows below it"
        raise StageFailure("UnreadableInput", message)
    bad: list[Any] = []

    def note(row: Any) -> Any:
        bad.append(row)
        return "error"

    try:
        data.decode()
        header = next(reader(io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")), [])
        table = csv.read_csv(
            io.BytesIO(data),
            read_options=csv.ReadOptions(use_threads=False),  # threads lose the rows' numbers
            parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=note),
            convert_options=csv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise StageFailure(
            "UnreadableInput", f"{uri}: line {line} is not UTF-8: save it as UTF-8"
        ) from None
    except pa.ArrowInvalid as error:
        what = str(error).splitlines()[0][:200]
        if bad:
            what = f"line {bad[0].number} has {bad[0].actual_columns} fields"
            what += f" instead of {bad[0].expected_columns}"
        raise StageFailure("UnreadableInput", f"{uri}: {what}") from None
    twice = {name for name in header if header.count(name) > 1}
    if twice:
        message = f"{uri}: line 1 names column {min(twice)!r} more than once"
        raise StageFailure("UnreadableInput", message)
    other = next((mark for mark in ";\t|" if len(header) == 1 and mark in header[0]), "")
    if other:
        message = f"{uri}: its fields seem to be separated by {other!r}: save it with commas"
        raise StageFailure("UnreadableInput", message)
    return table.to_pandas()


def _kind(columns: tuple[Column, ...], name: Any) -> str:
    return next(column.kind for column in columns if column.name == name)


def _ids(texts: pd.Series[Any]) -> pd.Series[Any]:
    return texts.str.strip().replace("", None)


def _numbers(texts: pd.Series[Any]) -> pd.Series[Any]:
    import numpy as np
    import pandas as pd

    known = texts.fillna("").str.strip()
    known = known.mask(known.str.lower().isin(NO_NUMBER))
    values = pd.to_numeric(known, errors="coerce").astype("float64")
    wrong = (known.notna() & values.isna()) | np.isinf(values)
    if wrong.any():
        raise StageFailure(
            "BadNumber", _offender(texts, wrong, "a finite number", "write it as 1234.5")
        )
    return values


def _labels(texts: pd.Series[Any]) -> pd.Series[Any]:
    known = texts.str.strip().str.lower()
    values = known.map(TRUTH).astype("float64")
    wrong = known.notna() & values.isna()
    if wrong.any():
        raise StageFailure(
            "BadLabel",
            _offender(texts, wrong, "0 or 1", "write it as 0 and 1, or as false and true"),
        )
    return values


def _offender(texts: pd.Series[Any], wrong: pd.Series[bool], wanted: str, remedy: str) -> str:
    row = int(wrong.to_numpy().argmax())
    text = str(texts.iloc[row])[:40]
    also = f" (and {int(wrong.sum()) - 1} more)" if wrong.sum() > 1 else ""
    where = f"column {texts.name!r}: row {row + 1} holds {text!r}{also}"
    return f"{where}, which is not {wanted}: {remedy}"
