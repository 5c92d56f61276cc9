"""Wrong rows: each is refused with the file or the column, and what to do about it."""

from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure

HEADER = "user,price,bought\n"
ROWS = "".join(f"u{n % 7},{n},{n % 2}\n" for n in range(100))
COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "price", "number": {}},
]


def prepare(bench: Any, uri: Path) -> Any:
    tasks = [{"binary": {"label": "bought"}}]
    run = {"source": {"csv": {"uri": str(uri)}}, "tasks": tasks, "columns": COLUMNS}
    return bench("data", {"prepare": run})


@pytest.mark.parametrize(
    ("text", "reason", "says"),
    [
        ("", "NoRowsLeft", "raw.csv has no rows; write some, or correct prepare.source.csv.uri"),
        (HEADER, "NoRowsLeft", "raw.csv has no rows; write some"),
        (
            (HEADER + ROWS).replace(",", ";"),
            "UnreadableInput",
            "raw.csv: its fields seem to be separated by ';': save it with commas",
        ),
        (HEADER + ROWS + "é,1,0\n", "BadText", "row 101 holds"),
        (
            HEADER + ROWS + 'u1,"1,200.50",1\n',
            "BadNumber",
            "column 'price': row 101 holds '1,200.50', which is not a finite number: write it as",
        ),
        (
            HEADER + ROWS + "u1,1,yes\n",
            "BadLabel",
            "column 'bought': row 101 holds 'yes', which is not 0 or 1: write it as 0 and 1",
        ),
        (
            HEADER + ROWS + "u1,1,maybe\n" * 300,
            "BadLabel",
            "where most of the column is so, choose another of prepare.tasks for it, such as",
        ),
        (
            HEADER + ROWS + "u1,dear,1\n" * 300,
            "BadNumber",
            "1234.5; where most of the column is so, give it another kind in prepare.columns",
        ),
        (
            HEADER + ROWS + "u1,dear,1\n",
            "BadNumber",
            "1234.5; correct it, or set prepare.unreadable: quarantine",
        ),
        (
            HEADER + "u1,1,1\n" * 100,
            "OneClass",
            "column 'bought' is 1 in every training row: there is nothing to learn",
        ),
    ],
)
def test_wrong_rows_are_refused_with_a_remedy(
    run_stage: Any, tmp_path: Path, text: str, reason: str, says: str
) -> None:
    (tmp_path / "raw.csv").write_bytes(text.encode("latin-1"))
    with pytest.raises(StageFailure) as failed:
        prepare(run_stage, tmp_path / "raw.csv")
    assert failed.value.reason == reason
    assert says in failed.value.message
    assert not failed.value.retry


def test_an_empty_folder_is_named(run_stage: Any, tmp_path: Path) -> None:
    (tmp_path / "rows").mkdir()
    with pytest.raises(StageFailure, match=r"no folder with files in it: correct prepare.source"):
        prepare(run_stage, tmp_path / "rows")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_what_spreadsheets_write_is_read(
    run_stage: Any, tmp_path: Path, end: str, mark: str
) -> None:
    text = mark + HEADER + ROWS + '"two\nlines, one ""id""",7,TRUE\n'
    (tmp_path / "raw.csv").write_bytes(text.replace("\n", end).encode())
    assert prepare(run_stage, tmp_path / "raw.csv").metrics[0].value == "101"
