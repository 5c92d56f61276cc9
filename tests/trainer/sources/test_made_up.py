"""Sources that make their rows up: the same rows for ever, in any pod; and what they know is so."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.prepare.best_reachable import beside
from hone_trainer.sources import drawing
from hone_trainer.sources.source import Digest
from tests.trainer.blocks import columns
from tests.trainer.sourced import read, source_of, store_in
from tests.trainer.sources.made_up import MADE, Made

made_up = pytest.mark.parametrize("made", MADE, ids=lambda made: made.kind)


def lines(table: Any) -> list[str]:
    """Each row as text; of numbers so many digits as no processor rounds otherwise."""
    columns = table.to_pydict().values()
    return [" ".join(map(_text, row)) for row in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


@made_up
def test_rows_are_those_that_were_always_drawn(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What people measured on them stays true; a digest that changes wants another source."""
    monkeypatch.setattr(drawing, "DRAWN_ROWS", made.drawn)
    found = read(made.source, store_in(tmp_path), made.columns)
    text = "\n".join(line for (rows,) in found.each for line in lines(rows.table))
    assert hashlib.sha256(text.encode()).hexdigest() == made.sha256


@made_up
def test_every_piece_can_be_drawn_alone(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawing, "DRAWN_ROWS", made.drawn)
    store = store_in(tmp_path)
    found = read(made.source, store, made.columns)
    each = [lines(beside(rows.table, rows.known)) for (rows,) in found.each]
    assert len(each) == made.pieces
    for piece, before in reversed(list(zip(found.pieces, each, strict=True))):
        (again,) = made.source.read(piece, made.columns, store, Digest())
        assert lines(beside(again.table, again.known)) == before
    assert len({tuple(some[:100]) for some in each}) == len(each), "each has rows of its own"


@made_up
def test_a_version_is_that_of_the_parameters(made: Made, tmp_path: Path) -> None:
    store = store_in(tmp_path)
    one, same, other = (
        source_of(made.kind, **made.parameters, seed=seed).pieces(made.columns, store)[0]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one.version != other.version


@made_up
def test_columns_have_kinds_of_their_own(made: Made) -> None:
    made.source.check(made.columns)
    (name,) = made.wrong
    failure = refusal(made, **made.wrong)
    assert failure.reason == "WrongColumnKind"
    assert f"prepare.columns: {name!r} of {made.kind} is no" in failure.message
    assert "it wants the kind" in failure.message
    failure = refusal(made, who={"id": {}})
    assert failure.reason == "ColumnNotFound"
    there = ", ".join(repr(column.name) for column in made.columns)
    assert f"{made.kind} has no column 'who'; it has {there}: " in failure.message


def refusal(made: Made, **kinds: Any) -> StageFailure:
    with pytest.raises(StageFailure) as caught:
        made.source.check(columns(**kinds))
    return caught.value


@made_up
def test_only_wanted_columns_are_given_and_known(made: Made, tmp_path: Path) -> None:
    for column in made.columns:
        found = read(made.source, store_in(tmp_path), (column,))
        ((rows,),) = found.each
        assert list(found.table) == [column.name]
        assert set(rows.known) <= {column.name}
