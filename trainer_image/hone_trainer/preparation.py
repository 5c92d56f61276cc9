"""How a prepare stage goes: read, split, clean, encode, write, one after the other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hone_trainer import shards
from hone_trainer.dataset import PARTS, Field, Part, Schema
from hone_trainer.encoding import Buckets, Scale, Vocabulary
from hone_trainer.plain_names import plain_names
from hone_trainer.splitting import assign
from hone_trainer.task import Artifact, Report, StageFailure

if TYPE_CHECKING:
    from hone_trainer.context import Context
    from hone_trainer.stages.prepare import Prepare

VOCABULARIES = "vocabularies.json"


def prepare(stage: Prepare, ctx: Context) -> Report:
    """Run the stage in its one pod."""
    ctx.progress(0.0, "reading")
    raw = stage.source.value.read(stage.columns, ctx.store)
    place = assign(len(raw.frame), stage.split.validation, stage.split.test, ctx.task.seed)
    parts = pd.Series([PARTS[index] for index in place], index=raw.frame.index, dtype="object")
    ctx.progress(0.3, f"cleaning {len(raw.frame)} rows")
    rows = _clean(stage, raw.frame, parts == "train")
    parts = parts.loc[rows.frame.index]
    _require_rows(parts, rows.dropped)
    _require_both_labels(stage, rows.frame[parts == "train"])
    ctx.progress(0.6, f"encoding {len(parts)} rows")
    encoded = _encode(stage, rows.frame, parts == "train")
    ctx.progress(0.8, "writing")
    files = [
        ctx.write(f"{part}-{number:05d}.arrow", data)
        for part in PARTS
        for number, data in enumerate(_shards(encoded, parts, part, ctx.task.seed))
    ]
    vocabularies = json.dumps(encoded.vocabularies, ensure_ascii=False, separators=(",", ":"))
    files.append(ctx.write(VOCABULARIES, vocabularies.encode()))
    counts = {part: int((parts == part).sum()) for part in PARTS}
    metrics: dict[str, float] = {"rows": len(parts)}
    metrics |= {f"{part}Rows": count for part, count in counts.items()}
    metrics["rowsDropped"] = sum(rows.dropped.values())
    metrics["valuesFilled"] = sum(rows.filled.values())
    if raw.probability is not None:
        likelier = np.maximum(raw.probability, 1 - raw.probability)
        # What a model that knew the true probabilities is right in, on average.
        metrics["bestReachableAccuracy"] = likelier[parts.index[parts == "validation"]].mean()
    facts = {
        "schema": encoded.schema.dump(),
        "scales": encoded.scales,
        "rowsIn": len(raw.frame),
        "rows": counts,
        "dropped": rows.dropped,
        "filled": rows.filled,
        "fillValues": rows.learned,
    }
    return ctx.commit(files, facts, metrics, _summary(files, counts, rows), show=(VOCABULARIES,))


@dataclass
class _CleanRows:
    frame: pd.DataFrame
    dropped: dict[str, int] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    learned: dict[str, float] = field(default_factory=dict)


def _clean(stage: Prepare, frame: pd.DataFrame, training: pd.Series[bool]) -> _CleanRows:
    rows = _CleanRows(frame)
    for step in stage.clean:
        cleaned = step.value.clean(rows.frame, training.loc[rows.frame.index], stage.columns)
        rows.frame = cleaned.frame
        rows.learned |= cleaned.learned
        for total, more in ((rows.dropped, cleaned.dropped), (rows.filled, cleaned.filled)):
            for name, count in more.items():
                total[name] = total.get(name, 0) + count
    missing = rows.frame.isna()
    if missing.to_numpy().any():
        name = missing.any().idxmax()
        row = int(missing[name].to_numpy().argmax()) + 1
        message = f"column {name!r} has no value in row {row} (and {missing[name].sum() - 1} more)"
        raise StageFailure("MissingValues", f"{message}: add {{missing: {{}}}} to prepare.clean")
    return rows


def _require_rows(parts: pd.Series[Any], dropped: dict[str, int]) -> None:
    empty = [part for part in PARTS if not (parts == part).any()]
    if empty:
        why = ", ".join(f"{count} ({name})" for name, count in dropped.items()) or "none"
        message = f"no rows are left in the {empty[0]} part; rows dropped: {why}"
        raise StageFailure("NoRowsLeft", f"{message}: correct prepare.clean or prepare.split")


def _require_both_labels(stage: Prepare, training: pd.DataFrame) -> None:
    label = next(column.name for column in stage.columns if column.label is not None)
    if training[label].nunique() < 2:
        message = f"column {label!r} is {training[label].iloc[0]:g} in every training row"
        remedy = "there is nothing to learn; take rows of both kinds"
        raise StageFailure("OneLabelOnly", f"{message}: {remedy}")


@dataclass(frozen=True)
class _Encoded:
    schema: Schema
    columns: dict[str, NDArray[np.generic]]
    vocabularies: dict[str, tuple[str, ...]]
    scales: dict[str, tuple[float, float]]


def _encode(stage: Prepare, frame: pd.DataFrame, training: pd.Series[bool]) -> _Encoded:
    encoded = _Encoded(Schema(fields=()), {}, {}, {})
    fields = []
    plain = plain_names(column.name for column in stage.columns)
    for column in stage.columns:
        values, name = frame[column.name], plain[column.name]
        names = {"name": name, "source": column.name}
        if column.id is not None:
            ids: Vocabulary | Buckets
            if column.id.buckets:
                ids = Buckets(column.id.buckets)
            else:
                ids = Vocabulary.learn(values[training], column.id)
                encoded.vocabularies[column.name] = ids.known
            encoded.columns[name] = ids.encode(values, column.id)
            size = {"length": column.id.length, "size": ids.size}
            hashed = column.id.buckets is not None
            fields.append(Field(**names, kind="id", **size, hashed=hashed))
        elif column.number is not None:
            scale = Scale.learn(values[training], column.number)
            encoded.columns[name] = scale.encode(values)
            encoded.scales[column.name] = (scale.offset, scale.scale)
            fields.append(Field(**names, kind="number"))
        else:
            encoded.columns[name] = values.to_numpy(np.int8)
            fields.append(Field(**names, kind="label"))
    schema = Schema(fields=tuple(fields))
    return _Encoded(schema, encoded.columns, encoded.vocabularies, encoded.scales)


def _shards(encoded: _Encoded, parts: pd.Series[Any], part: Part, seed: int) -> Any:
    chosen = np.flatnonzero((parts == part).to_numpy())
    if part == "train":
        chosen = np.random.default_rng([seed, len(chosen)]).permutation(chosen)
    return shards.split({n: values[chosen] for n, values in encoded.columns.items()}, len(chosen))


def _summary(files: list[Artifact], counts: dict[Part, int], rows: _CleanRows) -> str:
    text = f"{counts['train']} rows to train on, {counts['validation']} to validate, "
    text += f"{counts['test']} to test, in {len(files) - 1} shards"
    dropped = ", ".join(f"{n} ({why})" for why, n in rows.dropped.items() if n)
    if dropped:
        text += f"; dropped: {dropped}"
    return text
