"""The arrays that a network starts from, made of those of an earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.store.chunked_array import InMemory, as_chunked, whole
from hone_trainer.train.moved_rows import NEW, Moved, mean_of
from hone_trainer.train.takeover import first_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.weight_inventory import Axis, Weight
    from hone_trainer.store.chunked_array import Array, ChunkedArray
    from hone_trainer.train.moved_rows import Places
    from hone_trainer.train.takeover import Taken


def arrays(
    taken: Sequence[Taken],
    now: Sequence[Weight],
    then: Sequence[Array | ChunkedArray],
    schema: Schema,
) -> dict[int, ChunkedArray]:
    """Return the arrays by their number here; tables are read as they are asked for.

    Args:
        taken: what is taken over.
        now: the arrays here.
        then: those there.
        schema: of the data set here.
    """
    return {each.now: _array(each, now[each.now], then[each.then], schema) for each in taken}


def _array(
    taken: Taken, weight: Weight, array: Array | ChunkedArray, schema: Schema
) -> ChunkedArray:
    found = as_chunked(array)
    for number, (axis, move) in enumerate(zip(weight.axes, taken.moves, strict=True)):
        if axis is None or move is None:
            continue
        if number == 0:
            found = _moved(found, axis, move, schema)
        else:
            turned = InMemory(np.swapaxes(whole(found), 0, number))
            found = InMemory(np.swapaxes(whole(_moved(turned, axis, move, schema)), 0, number))
    return found


def _moved(array: ChunkedArray, axis: Axis, move: Places, schema: Schema) -> ChunkedArray:
    if axis.kind == "target" and len(array.shape) == 1:
        # A bias: of a key that is new, how frequent it is says more than other keys do.
        target = next(target for target in schema.targets if target.name == axis.name)
        return Moved(array, move, target.how.bias(target.facts).astype(array.dtype))
    keys = move[first_of(axis) :]
    return Moved(array, move, mean_of(array, keys[keys != NEW]))
