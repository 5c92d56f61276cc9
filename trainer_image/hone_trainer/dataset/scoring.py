"""From the answers of a model to what figures read, for all targets in one pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from hone_trainer.metrics.scored import Scored, concatenate
from hone_trainer.tasks.learned import Calibration
from hone_trainer.tasks.scoring import joined

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.tasks.learned import Array


def score_all(
    schema: Schema,
    rows: Rows,
    blocks: Iterable[Mapping[str, dict[str, Array]]],
    calibrations: Mapping[str, Calibration],
) -> dict[str, Scored]:
    """Reduce answers to what figures read; none of them outlives its block but those of lists.

    Args:
        schema: whose targets were answered.
        rows: what was asked about.
        blocks: target -> name -> answers (rows of the block, …), in the order of the rows.
        calibrations: target -> what decisions rest on.

    Raises:
        NotFinite: the model answered with something that is no number.
    """
    found: dict[str, list[Scored]] = {target.name: [] for target in schema.targets}
    kept: dict[str, list[dict[str, Array]]] = {t.name: [] for t in schema.targets if t.how.listed}
    start = 0
    for block in blocks:
        stop = start + len(next(iter(block[schema.targets[0].name].values())))
        for target in schema.targets:
            if target.how.listed:
                kept[target.name].append(block[target.name])
                continue
            targets = rows.targets[target.name].take(slice(start, stop))
            calibration = calibrations.get(target.name, Calibration())
            scored = target.how.reduce(targets, block[target.name], calibration)
            found[target.name].append(scored)
        start = stop
    for target in schema.targets:
        for whole in joined(kept.get(target.name, ())):
            scored = target.how.reduce(rows.targets[target.name], whole, Calibration())
            found[target.name].append(scored)
    return {name: concatenate(parts) for name, parts in found.items()}
