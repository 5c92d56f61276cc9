"""What a preparation found and did, counted over all rows; and its commit."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import Artifact, Report, StageFailure
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.prepare.best_reachable import Sums, best_reachable, named
from hone_trainer.prepare.pass_context import PassContext
from hone_trainer.prepare.passes.clean import Steps
from hone_trainer.prepare.provenance import provenance
from hone_trainer.prepare.reading import ReadRows
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.transform.saving import save

if TYPE_CHECKING:
    from hone_trainer.pod.context import Context
    from hone_trainer.profile.findings import Findings
    from hone_trainer.transform.transform import Transform

Notes = list[dict[str, Any]]
MOST_SAID = 300
"""Characters of a step's parameters: a list of allowed values may have a thousand."""
SHOWN_ROWS = 250_000
"""Rows of each part that the report looks at: shares are right to a few parts in a thousand."""
REPORT, FINDINGS = "data-report.html", "data-report.json"
UNREADABLE = "quarantine-unreadable.parquet"


def require(read: ReadRows, cleaned: Notes) -> None:
    """Refuse rows that nothing can be learned from, or that no model can read.

    Raises:
        StageFailure: MissingValues, NoRowsLeft, NoTargets.
    """
    gaps: dict[str, list[int]] = {}
    for facts in cleaned:
        for name, (count, row) in facts["missing"].items():
            total, first = gaps.get(name, (0, row))
            gaps[name] = [total + count, first]
    if gaps:
        name, (count, row) = min(gaps.items(), key=lambda item: item[1][1])
        message = f"column {name!r} has no value in row {row + 1} (and {count - 1} more)"
        raise StageFailure("MissingValues", f"{message}: add {{missing: {{}}}} to prepare.clean")
    counts = _parts(cleaned)
    if empty := [part for part, count in counts.items() if not count]:
        gone = _sum(d for facts in cleaned for step in facts["steps"] for d in _losses(step))
        why = ", ".join(f"{count} ({name})" for name, count in gone.items()) or "none"
        if read.broken:
            why += f", {read.broken} (unreadable)"
        message = f"no rows are left in the {empty[0]} part; rows dropped: {why}"
        raise StageFailure("NoRowsLeft", f"{message}: correct prepare.clean or prepare.split")
    for task in cleaned[0]["told"]:
        training, *held_out = _added(facts["told"][task] for facts in cleaned)
        empty = [part for part, told in zip(PARTS[1:], held_out, strict=True) if not told]
        if training and empty:  # where training rows have none, the task says it
            message = f"no row of the {empty[0]} part has the target {task!r}"
            remedy = "correct prepare.tasks or prepare.split, or give more rows"
            raise StageFailure("NoTargets", f"{message}: {remedy}")


def tell(
    context: PassContext,
    read: ReadRows,
    surveyed: Notes,
    steps: Steps,
    cleaned: Notes,
    encoded: Notes,
) -> dict[str, Any]:
    """Return the account; JSON values that depend on the source and the stage alone."""
    told = []
    for number, step in enumerate(context.stage.clean):
        done = [facts["steps"][number] for facts in cleaned]
        changed = [d["changed"] for d in done]
        kinds = dict.fromkeys(kind for each in changed for kind in each)
        told.append(
            {
                "name": step.kind,
                "text": _text(step.kind, step.value.dump()),
                "dropped": _sum(d["dropped"] for d in done),
                "changed": {kind: _sum(each.get(kind, {}) for each in changed) for kind in kinds},
                "quarantined": _sum(d["quarantined"] for d in done),
                "learned": steps.facts(number),
            }
        )
    return {
        "source": provenance(read),
        "floats": sorted({name for p in read.pieces for name in p.facts.get("floats", ())}),
        "rowsIn": read.rows,
        "unreadable": read.broken,
        "unreadableRows": list(read.bad),
        "rows": {part: sum(facts["rows"][part] for facts in encoded) for part in PARTS},
        "labels": _labels(encoded),
        "withoutTarget": _sum(facts["untold"] for facts in cleaned),
        "largest": _largest(facts["largest"] for facts in encoded),
        "missing": _sum(facts["missing"] for facts in surveyed),
        "steps": told,
        "augmented": sum(sum(facts["rows"].values()) for facts in encoded)
        - sum(_parts(cleaned).values()),
        "quarantine": [f["quarantine"] for f in cleaned if f["quarantine"]],
        "files": [file for part in PARTS for facts in encoded for file in _of(facts, part)],
        "bestReachable": best_reachable(_reachable(context, cleaned)),
    }


def commit(
    ctx: Context,
    context: PassContext,
    transform: Transform,
    told: dict[str, Any],
    before: Block,
    after: Block,
) -> Report:
    """Write what was learned and what was found; commit."""
    files = [Artifact.model_validate(file) for file in told.pop("files")]
    aside = [Artifact.model_validate(file) for file in told.pop("quarantine")]
    learned = [ctx.write(name, data) for name, data in save(transform).items()]
    found = _look(context, told, before, after)
    learned += _report(ctx, found)
    if rows := told.pop("unreadableRows"):
        aside.append(_write_unreadable(ctx, rows))
    dropped = _sum(step["dropped"] for step in told["steps"])
    filled = _sum(step["changed"].get("filled", {}) for step in told["steps"])
    quarantined = _sum(step["quarantined"] for step in told["steps"])
    metrics: dict[str, float] = {"rows": sum(told["rows"].values())}
    metrics |= {f"{part}Rows": count for part, count in told["rows"].items()}
    metrics["rowsDropped"] = sum(dropped.values())
    metrics["valuesFilled"] = sum(filled.values())
    metrics["rowsQuarantined"] = sum(quarantined.values()) + told["unreadable"]
    metrics |= named(told["bestReachable"], len(context.stage.predicted))
    facts = told | {"dropped": dropped, "filled": filled, "quarantined": quarantined}
    facts["schema"] = transform.schema.dump()
    shown = (REPORT, FINDINGS, TRANSFORM, TABLES)
    message = _summary(told, len(files), dropped, quarantined)
    high = [f"{each.text} {each.remedy}" for each in found.cautions if each.severity == "high"]
    made = [*files, *learned, *aside]
    # Models rest on the rows, on what was learned of them, and on the schema.
    rest = {REPORT, FINDINGS, *(file.name for file in aside), *facts} - {"schema"}
    return ctx.commit(made, facts, metrics, message, show=shown, cautions=high, aside=sorted(rest))


def _look(context: PassContext, told: dict[str, Any], before: Block, after: Block) -> Findings:
    """Look at the drawn rows."""
    from hone_trainer.profile.profile import look
    from hone_trainer.profile.subsample import thin

    by = context.stage.split.by
    group = (by.group.column,) if by.group is not None else ()
    apart = {by.given.column} if by.given is not None else set()  # it says which part a row is in
    named = [column.name for column in context.columns if column.kind == "key"]
    keys = (*(name for name in named if name not in apart), *group)
    if by.kind in ("time", "leaveOneOut"):
        keys = ()  # a user is in several parts by design
    told = {name: value for name, value in told.items() if name != "unreadableRows"}
    before, after = (thin(block, SHOWN_ROWS, context.seed) for block in (before, after))
    tasks = context.stage.predicted
    return look(context.given, tasks, before, after, told, context.seed, keys)


def _report(ctx: Context, found: Findings) -> list[Artifact]:
    """Write what was found, for people and for machines."""
    from hone_trainer.profile.page import render

    return [
        ctx.write(REPORT, render(f"{ctx.task.job}: {ctx.task.stage}", found).encode()),
        ctx.write(FINDINGS, json.dumps(found.row(), ensure_ascii=False).encode()),
    ]


def _write_unreadable(ctx: Context, rows: list[dict[str, Any]]) -> Artifact:
    """Keep where each unreadable row is, what stands there, and what should."""
    import pyarrow as pa
    from pyarrow import parquet

    sink = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), sink, compression="zstd")
    return ctx.write(UNREADABLE, sink.getvalue())


def _summary(
    told: dict[str, Any], shards: int, dropped: dict[str, int], quarantined: dict[str, int]
) -> str:
    rows = told["rows"]
    text = f"{rows['train']} rows to train on, {rows['validation']} to validate, "
    text += f"{rows['test']} to test, in {shards} shards"
    if told["augmented"]:
        text += f"; {told['augmented']} of them made by augmentation"
    gone = ", ".join(f"{n} ({why})" for why, n in dropped.items() if n)
    if gone:
        text += f"; dropped: {gone}"
    aside = {"unreadable": told["unreadable"]} | quarantined
    kept = ", ".join(f"{n} ({why})" for why, n in aside.items() if n)
    return f"{text}; quarantined: {kept}" if kept else text


def _parts(notes: Notes) -> dict[str, int]:
    return {part: sum(facts["parts"][k] for facts in notes) for k, part in enumerate(PARTS)}


def _of(facts: dict[str, Any], part: str) -> list[dict[str, Any]]:
    return [file for file in facts["files"] if file["name"].startswith(f"{part}-")]


def _labels(encoded: Notes) -> dict[str, list[float]]:
    """Return how many rows of each part have either label, by weight, where the leader has two."""
    name = next(iter(encoded[0]["targets"]))
    if not encoded[0]["targets"][name]["train"]:
        return {}
    return {part: _added(facts["targets"][name][part] for facts in encoded) for part in PARTS}


def _reachable(context: PassContext, cleaned: Notes) -> Iterator[Sums]:
    """Yield what is known of the test rows; nothing where drawn ones stand beside them."""
    drawn = (step.negatives for step in context.stage.augment if step.negatives is not None)
    if not any(step.held_out for step in drawn):
        yield from (facts["reachable"] for facts in cleaned)


def _losses(step: dict[str, Any]) -> tuple[dict[str, int], ...]:
    return step["dropped"], step["quarantined"]


def _added(counts: Iterable[Sequence[float]]) -> list[float]:
    return [sum(each) for each in zip(*counts, strict=True)]


def _largest(sizes: Iterable[dict[str, float]]) -> dict[str, float]:
    most: dict[str, float] = {}
    for each in sizes:
        most |= {name: max(size, most.get(name, 0.0)) for name, size in each.items()}
    return most


def _sum(counts: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for each in counts:
        for name, count in each.items():
            total[name] = total.get(name, 0) + count
    return total


def _text(kind: str, parameters: dict[str, Any]) -> str:
    said = {name: value for name, value in parameters.items() if value not in ([], {}, "")}
    inside = ", ".join(f"{name}={value}" for name, value in said.items())
    return f"{kind}({inside[:MOST_SAID]}{'…' if len(inside) > MOST_SAID else ''})"
