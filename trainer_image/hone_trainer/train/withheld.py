"""Ids that training withholds now and then, so that the row of unseen ones learns too.

Whoever was never seen before gets row 1 of a table. No training row holds it by itself, so it would
stay as it was drawn. So each step takes some ids for unseen (word dropout, Iyyer et al. 2015), by
its draws: the same ones on any number of workers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import tf
from hone_trainer.rows.tokens import UNSEEN

if TYPE_CHECKING:
    from hone_trainer.backend.draws import Draws
    from hone_trainer.rows.field import Field

PLACE = 500
"""Of the first field's draws, behind those of layers."""


def withhold(
    features: Mapping[str, Any], fields: tuple[Field, ...], draws: Draws
) -> dict[str, Any]:
    """Return the features of a step with some of their ids replaced by that of unseen ones.

    Args:
        features: name -> tensor (rows, ...).
        fields: the columns of ids.
        draws: the chance of the step.
    """
    found = dict(features)
    for number, field in enumerate(fields):
        if not field.withheld:
            continue
        ids = features[field.name]
        gone = draws.uniform(PLACE + number, tf.unstack(tf.shape(ids))) < field.withheld
        found[field.name] = tf.where(gone & (ids > UNSEEN), tf.constant(UNSEEN, ids.dtype), ids)
    return found
