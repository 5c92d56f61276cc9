"""Values in CSV files: numbers, times, labels and ids, as people and programs write them."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer.blocks import columns
from tests.trainer.sourced import read, rows_of, source_of, store_in, write

HEADER = "user,price,bought\n"

NUMBERS: dict[str, float | str | None] = {
    "1": 1.0,
    " 1.50 ": 1.5,
    "+1.5": 1.5,
    ".5": 0.5,
    "5.": 5.0,
    "-1E-3": -0.001,
    "": None,
    "NA": None,
    " n/a ": None,
    "NaN": None,
    "-nan": None,
    "null": None,
    "None": None,
    "12 EUR": "bad",
    "1,5": "bad",
    "1_000": "bad",
    "0x10": "bad",
    "inf": "bad",
    "-Infinity": "bad",
    "1e999": "bad",
    "9" * 400: "bad",
}


@pytest.mark.parametrize("beside", ["1", "x"])
@pytest.mark.parametrize(("text", "value"), NUMBERS.items())
def test_a_number_is_read_alike_beside_good_and_bad_ones(
    tmp_path: Path, beside: str, text: str, value: Any
) -> None:
    """A bad value makes the reader take its time; that must not change any other value."""
    found = rows_of(HEADER + f'a,"{text}",1\nb,{beside},1\n', tmp_path)
    bad = {row.row: row for row in found.bad}
    assert (1 in bad) == (beside == "x")
    if value == "bad":
        assert (bad[0].column, bad[0].text, bad[0].reason) == ("price", text[:200], "BadNumber")
    else:
        assert str(found.table["price"][0]) == str(float("nan") if value is None else value)


TIMES: dict[str, str | None] = {
    "2026-01-31": "2026-01-31T00:00:00",
    "2026-01-31T12:30:00": "2026-01-31T12:30:00",
    " 2026-01-31 12:30 ": "2026-01-31T12:30:00",
    "2026-01-31T12:30:00.25": "2026-01-31T12:30:00.250000",
    "2026-01-31T12:30:00.123456789": "2026-01-31T12:30:00.123456",
    "2026-01-31T12:30:00Z": "2026-01-31T12:30:00",
    "2026-01-31T12:30:00+02:00": "2026-01-31T10:30:00",
    "2026-01-31 12:30:00-0530": "2026-01-31T18:00:00",
    "1700000000": "2023-11-14T22:13:20",
    "1700000000123": "2023-11-14T22:13:20.123000",
    "1700000000123456": "2023-11-14T22:13:20.123456",
    "2026-W05-6": "2026-01-31T00:00:00",
    "20260131T123000Z": "2026-01-31T12:30:00",
    "-86400": "1969-12-31T00:00:00",
    "0": "1970-01-01T00:00:00",
    "": None,
    "NA": None,
    "20260131": "bad",
    "2026-13-01": "bad",
    "yesterday": "bad",
    "1" * 18: "bad",
    "1.7e9": "bad",
}


@pytest.mark.parametrize("beside", ["2026-01-01", "2026-01-01T00:00Z", "5", "x"])
@pytest.mark.parametrize(("text", "value"), TIMES.items())
def test_a_time_is_read_alike_whatever_is_beside_it(
    tmp_path: Path, beside: str, text: str, value: Any
) -> None:
    store, wanted = store_in(tmp_path), columns(user={"id": {}}, when={"time": {}})
    for order in ((text, beside), (beside, text)):
        body = "".join(f"{'ab'[k]},{each}\n" for k, each in enumerate(order))
        uri = write(tmp_path / "raw.csv", f"user,when\n{body}")
        found = read(source_of("csv", uri=uri), store, wanted)
        at = order.index(text)
        bad = {row.row: row for row in found.bad}
        if value == "bad":
            assert (bad[at].column, bad[at].text, bad[at].reason) == ("when", text, "BadTime")
        else:
            moment = found.table["when"][found.numbers.index(at)]
            assert (moment and moment.isoformat()) == value


LABELS = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "False": 0, " TRUE": 1, "1.00": 1, "": None}


@pytest.mark.parametrize(("text", "value"), LABELS.items())
def test_labels_are_written_in_several_ways(tmp_path: Path, text: str, value: Any) -> None:
    (label,) = rows_of(HEADER + f"a,1,{text}\n", tmp_path).table["bought"]
    assert str(label) == str(float("nan") if value is None else float(value))


@pytest.mark.parametrize("text", ["yes", "2", "NA", "0.5", "-1", "nan"])
def test_other_labels_are_bad(tmp_path: Path, text: str) -> None:
    (bad,) = rows_of(HEADER + f"a,1,0\na,1,{text}\n", tmp_path).bad
    assert (bad.row, bad.column, bad.text, bad.reason) == (1, "bought", text, "BadLabel")
    assert bad.wanted.startswith("0 or 1: write it as 0 and 1")


def test_ids_are_trimmed_and_empty_ones_are_missing(tmp_path: Path) -> None:
    found = rows_of(HEADER + 'NA,1,0\n a ,1,0\n"",1,0\n  ,1,0\na,1,0\n,1,0\n', tmp_path)
    assert found.table["user"] == ["NA", "a", None, None, "a", None]
    words = found.each[0][0].table.column("user").chunk(0).dictionary.to_pylist()
    assert len(words) == len(set(words))
