"""What the arrays of a model are: their names, their shapes, and what the rows of each stand for.

Found by building the model twice without values, once with a few ids and keys more, so that no
model has to say it and no table is ever allocated to ask.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.tokens import FIRST_KNOWN

if TYPE_CHECKING:
    from hone_trainer.models import AnyModel
    from hone_trainer.models.stacked import Stacked

FLOAT_BYTES = 4
MOMENTS = 2
"""Arrays of the size of the weights that Adam keeps."""


@dataclass(frozen=True)
class Axis:
    """What stands along an axis of an array: the ids of a field, or the keys of a target."""

    kind: Literal["field", "target"]
    name: str


@dataclass(frozen=True)
class Weight:
    """One array of a model."""

    layer: str
    name: str
    """Its own within the layer; a number behind it where several have the same."""
    shape: tuple[int, ...]
    axes: tuple[Axis | None, ...]
    """What stands along each axis; None where that is units of layers."""

    @property
    def place(self) -> str:
        """What tells it from the others of the model."""
        return f"{self.layer}/{self.name}"

    @property
    def column(self) -> str | None:
        """The field whose table it is."""
        first = self.axes[0] if len(self.axes) == 2 else None
        return first.name if first is not None and first.kind == "field" else None


def weights_of(model: AnyModel | Stacked, schema: Schema) -> tuple[Weight, ...]:
    """Return the arrays of a model, in the order of ``keras.Model.get_weights``."""
    sizes = {Axis("field", field.name): field.size for field in schema.ids}
    sizes |= {Axis("target", t.name): t.outputs for t in schema.targets if _counted(t)}
    said = [field for t in schema.targets for field in t.facts.described.fields]
    sizes |= {Axis("field", field.name): field.size for field in said}
    grown = {axis: size + place for place, (axis, size) in enumerate(sizes.items(), 1)}
    more = {name: dict(_of(grown, name)) for name in ("field", "target")}
    targets = tuple(
        _with_keys(t, more["target"].get(t.name, 0), more["field"]) for t in schema.targets
    )
    for target in schema.targets:
        if target.facts.described.fields:  # whose keys may have a table of their own
            axis, keys = Axis("field", target.name), Axis("target", target.name)
            sizes[axis] = FIRST_KNOWN + target.facts.known
            grown[axis] = sizes[axis] + grown[keys] - sizes[keys]
    larger = resized(schema, more["field"]).model_copy(update={"targets": targets})
    usual, other = _shapes(model, schema), _shapes(model, larger)

    def along(size: int, then: int) -> Axis | None:
        return next((a for a, n in sizes.items() if n == size and grown[a] == then), None)

    found = []
    for (layer, name), shape in usual.items():
        # A model that is another one with more ids has no such array: nothing is known of its axes.
        then = other.get((layer, name), shape)
        pairs = (
            zip(shape, then, strict=True) if len(then) == len(shape) else ((n, n) for n in shape)
        )
        found.append(Weight(layer, name, shape, tuple(along(*pair) for pair in pairs)))
    return tuple(found)


def resized(schema: Schema, sizes: dict[str, int]) -> Schema:
    """Return the schema with tables of other sizes."""
    fields = (
        field.model_copy(update={"size": sizes[field.name]}) if field.name in sizes else field
        for field in schema.fields
    )
    return schema.model_copy(update={"fields": tuple(fields)})


def training_bytes(model: AnyModel | Stacked, schema: Schema) -> int:
    """Return the bytes that the weights and Adam's moments take."""
    elements = sum(math.prod(weight.shape) for weight in weights_of(model, schema))
    return elements * FLOAT_BYTES * (1 + MOMENTS)


def _shapes(model: AnyModel | Stacked, schema: Schema) -> dict[tuple[str, str], tuple[int, ...]]:
    """Return layer and name of each array -> its shape, in order."""
    from hone_trainer.backend.unmade_variables import unmade
    from hone_trainer.models.graph import open_graph

    with unmade():
        built = open_graph(model, schema).whole
    owners = {id(weight): layer.name for layer in built.layers for weight in layer.weights}
    seen: Counter[tuple[str, str]] = Counter()
    found = {}
    for weight in built.weights:
        owner, name = owners[id(weight)], weight.name.rpartition("/")[2].partition(":")[0]
        seen[owner, name] += 1
        if (times := seen[owner, name]) > 1:
            name = f"{name}.{times}"
        found[owner, name] = tuple(int(side) for side in weight.shape)
    return found


def _counted(target: Target) -> bool:
    """Say whether a target has a logit for each of its keys."""
    return 1 < target.outputs == len(target.facts.keys)


def _with_keys(target: Target, count: int, sizes: dict[str, int]) -> Target:
    """Return a target with keys added up to so many, and more ids of what is said of them."""
    keys: list[str] = target.learned["keys"]
    if count <= len(keys):
        return target
    counts: Any = target.learned["counts"]
    more = count - len(keys)
    learned = {
        **target.learned,
        "keys": [*keys, *(f"\x00{n}" for n in range(more))],
        "counts": None if counts is None else [*counts, *([1.0] * more)],
        "described": {
            name: [{**field, "size": sizes[name]}, ids]
            for name, (field, ids) in target.learned.get("described", {}).items()
        },
    }
    # Not a copy: that would keep the facts that were read of the one before.
    return Target(name=target.name, task=target.task, learned=learned)


def _of(grown: dict[Axis, int], kind: str) -> list[tuple[str, int]]:
    return [(axis.name, size) for axis, size in grown.items() if axis.kind == kind]
