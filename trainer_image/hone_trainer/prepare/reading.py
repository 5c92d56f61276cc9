"""Reading led: pieces become blocks, cuts that were wrong are mended, rows get their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.pass_runner import PassRunner
from hone_trainer.prepare.passes.read import WORK, Read
from hone_trainer.prepare.passes.survey import Where
from hone_trainer.prepare.schema_inference import ROWS
from hone_trainer.sources.forms import WANTED
from hone_trainer.sources.source import Digest, Piece

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.prepare.spec import Prepare
    from hone_trainer.store.artifact_store import ArtifactStore

LABEL, _ = WANTED["label"]


@dataclass(frozen=True)
class ReadRows:
    """The source, read."""

    pieces: tuple[Piece, ...]
    digests: tuple[Digest, ...]
    blocks: tuple[Where, ...]
    counts: tuple[int, ...]
    """Rows of each piece, bad ones included."""
    broken: int
    """Rows that could not be understood, where the stage puts up with them."""
    bad: tuple[dict[str, Any], ...]
    """Some of them: uri, row (from 1, in its file), column, text, reason, wanted."""

    @property
    def rows(self) -> int:
        """Numbers that rows of the source have, bad ones included."""
        return sum(self.counts)


def columns(stage: Prepare, store: ArtifactStore) -> tuple[tuple[Column, ...], list[Any]]:
    """Return the columns, and why they are what they are where that was worked out.

    Raises:
        StageFailure: they do not fit each other, or whatever names them.
    """
    found, why = stage.columns or (), []
    if stage.infer is not None:
        inference = stage.infer.infer(stage.source.value.peek(store, ROWS), stage.predicted)
        found, why = inference.columns, inference.facts()
    return stage.settled(found), why


def cut(stage: Prepare, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:
    """Return the pieces of the source; a file that lacks a column is refused.

    Raises:
        StageFailure: as ``RowSource.pieces``.
    """
    given = tuple(column for column in columns if not column.value.derived)
    found: tuple[Piece, ...] = stage.source.value.pieces(given, store)
    return found


def look(stage: Prepare, store: ArtifactStore) -> None:
    """See that the columns are there, without reading the rows.

    Raises:
        StageFailure: as ``columns`` and ``cut``.
    """
    cut(stage, columns(stage, store)[0], store)


def read(context: PassContext, runner: PassRunner, pieces: tuple[Piece, ...]) -> ReadRows:
    """Read all pieces.

    Raises:
        StageFailure: a row cannot be understood and the stage does not put up with it; its file,
            row and column are named.
    """
    fail = context.stage.unreadable == "fail"

    def watch(facts: dict[str, Any]) -> None:
        if fail and facts["bad"]:
            raise _Bad

    work = Read(context, pieces)
    try:
        facts = runner.run(WORK, work, len(pieces), "reading", watch)
    except _Bad:
        if failure := _first_bad(context, pieces):
            raise failure from None
        facts = runner.run(WORK, work, len(pieces), "reading")
    facts = _mend(context, pieces, facts)
    if fail and any(found["bad"] for found in facts):
        raise _refusal(facts)
    if not any(found["blocks"] for found in facts):
        unreadable = sum(found["broken"] for found in facts)
        message = f"the source has no rows that could be read ({unreadable} could not)"
        raise StageFailure("NoRowsLeft", f"{message}: correct prepare.source")
    firsts = _firsts(facts)
    blocks = tuple(
        Where(index, number, firsts[index])
        for index, found in enumerate(facts)
        for number in range(len(found["blocks"]))
    )
    return ReadRows(
        tuple(Piece(**found["piece"]) for found in facts),
        tuple(Digest(**found["digest"]) for found in facts),
        blocks,
        tuple(found["rows"] for found in facts),
        sum(found["broken"] for found in facts),
        tuple(_shown(facts)),
    )


class _Bad(Exception):
    """A row that the stage does not put up with was seen."""


def _mend(
    context: PassContext, pieces: tuple[Piece, ...], facts: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Read those of the first pieces again that began in the middle of a quoted field."""
    digests = tuple(Digest(**found["digest"]) for found in facts)
    wrong = context.stage.source.value.resume(pieces[: len(facts)], digests)
    known = {(piece.uri, piece.start): piece for piece in wrong}
    pieces = tuple(known.get((piece.uri, piece.start), piece) for piece in pieces)
    work = Read(context, pieces)
    return [
        found if Piece(**found["piece"]) == pieces[index] else work(index)
        for index, found in enumerate(facts)
    ]


def _first_bad(context: PassContext, pieces: tuple[Piece, ...]) -> StageFailure | None:
    """Return the failure for the first bad row of the source; None where a wrong cut looked bad."""
    work, noted = Read(context, pieces), context.scratch.notes(WORK)
    every = range(max(noted) + 1)
    facts = _mend(context, pieces, [noted[k] if k in noted else work(k) for k in every])
    return _refusal(facts) if any(found["bad"] for found in facts) else None


def _refusal(facts: list[dict[str, Any]]) -> StageFailure:
    first = next(_shown(facts))
    broken = sum(found["broken"] for found in facts)
    others = broken - 1
    also = f" (and {others} more)" if others else ""
    column = f"column {first['column']!r}: " if first["column"] else ""
    where = f"{first['uri']}: {column}row {first['row']} holds {first['text']!r}{also}"
    what = f"{where}, which is not {first['wanted']}"
    rows = sum(found["rows"] for found in facts)
    other = "choose another of prepare.tasks for it, such as classes"
    if broken * 2 <= rows or (broken < rows and not first["column"]):
        what += "; correct it, or set prepare.unreadable: quarantine to put such rows aside"
        what += f"; or {other}" if first["reason"] == LABEL and others else ""
    elif others and first["reason"] == LABEL:
        what += f"; where most of the column is so, {other}"
    elif others and first["column"]:  # putting most of the rows aside would leave nothing to trust
        what += "; where most of the column is so, give it another kind in prepare.columns"
    return StageFailure(first["reason"], what)


def _firsts(facts: list[dict[str, Any]]) -> list[int]:
    """Return the number of the first row of each piece, and of all rows."""
    firsts = [0]
    for found in facts:
        firsts.append(firsts[-1] + found["rows"])
    return firsts


def _shown(facts: list[dict[str, Any]]) -> Any:
    """Return bad rows with the number that they have in their file, from 1."""
    uri, before = "", 0
    for found in facts:
        if found["piece"]["uri"] != uri:
            uri, before = found["piece"]["uri"], 0
        for row in found["bad"]:
            yield {"uri": uri} | row | {"row": before + row["row"] + 1}
        before += found["rows"]
