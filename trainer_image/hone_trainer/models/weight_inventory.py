"""Which weights of a model are the tables of which columns, and how large all of it is.

Found by building the model with small tables of telling sizes, so that no model has to say it and
no table is ever allocated to ask.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hone_trainer.dataset.schema import Schema

if TYPE_CHECKING:
    from hone_trainer.models import AnyModel

TELLING = 10_007
"""Rows of the first small table; those of the others follow. No layer is as wide."""
FLOAT_BYTES = 4
MOMENTS = 2
"""Arrays of the size of the weights that Adam keeps."""


@dataclass(frozen=True)
class Weight:
    """One array of a model: its shape, and the id column whose table it is."""

    shape: tuple[int, ...]
    column: str | None = None


def weights_of(model: AnyModel, schema: Schema) -> tuple[Weight, ...]:
    """Return the arrays of a model, in the order of ``keras.Model.get_weights``."""
    from hone_trainer.models.graph import open_graph

    sizes = {field.name: field.size for field in schema.ids}
    telling = {name: TELLING + place for place, name in enumerate(sizes)}
    columns = {rows: name for name, rows in telling.items()}
    small = resized(schema, telling)
    built = open_graph(model, small).whole
    found = []
    for weight in built.weights:
        shape = tuple(int(side) for side in weight.shape)
        column = columns.get(shape[0]) if len(shape) == 2 else None
        found.append(Weight((sizes[column], *shape[1:]) if column else shape, column))
    return tuple(found)


def resized(schema: Schema, sizes: dict[str, int]) -> Schema:
    """Return the schema with tables of other sizes."""
    fields = (
        field.model_copy(update={"size": sizes[field.name]}) if field.name in sizes else field
        for field in schema.fields
    )
    return schema.model_copy(update={"fields": tuple(fields)})


def training_bytes(model: AnyModel, schema: Schema) -> int:
    """Return the bytes that the weights and Adam's moments take."""
    elements = sum(math.prod(weight.shape) for weight in weights_of(model, schema))
    return elements * FLOAT_BYTES * (1 + MOMENTS)
