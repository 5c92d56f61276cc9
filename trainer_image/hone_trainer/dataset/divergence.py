"""A loss that became no number: which column is most likely behind it, and what helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema

SUSPECT = 1e4
"""From so large a number on it is named: where columns are normalised most numbers are about 1."""
BOUND = "add {{outliers: {{iqr: {{}}, columns: [{name}]}}}} to prepare.clean"
"""What drops rows with numbers that are out of all proportion."""
TAME = f"give {{name}} number.normalize.quantile, or {BOUND}"
"""What helps where a number is large as a model reads it: both bound it whatever it is."""
REMEDY = "lower the learningRate of train.optimizer, normalize the number columns, or allow "
REMEDY += "train.divergence.rollbacks"
"""Where no number is suspiciously large."""


def diverged(said: str, rows: Rows, schema: Schema) -> StageFailure:
    """Return the failure.

    Args:
        said: what happened.
        rows: what was trained on.
        schema: what each field of them is.
    """
    return StageFailure("LossNotFinite", f"{said}: {_suspect(rows, schema) or REMEDY}")


def _suspect(rows: Rows, schema: Schema) -> str:
    """Name the column with the largest number, and what helps; nothing where none is large."""
    import numpy as np

    sizes = {field.source: np.abs(rows.features[field.name]).max() for field in schema.numbers}
    name = max(sizes, key=lambda each: sizes[each], default="")
    if not name or not sizes[name] >= SUSPECT:
        return ""
    return f"{name} reaches {sizes[name]:.2g} as the model reads it; {TAME.format(name=name)}"
