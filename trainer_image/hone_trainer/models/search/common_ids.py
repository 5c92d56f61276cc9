"""What a query and an item have in common, id by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.models.search.sides import Sides


def common(inputs: dict[str, Any], vectors: dict[str, Any], sides: Sides, prefix: str) -> list[Any]:
    """Return tensors (batch, any width): of each pair of fields, which ids of the one are in the
    other, and the product of what both say.

    Args:
        inputs: Keras inputs by column name.
        vectors: (batch, width) of each field of ids.
        sides: the fields.
        prefix: put before each layer's name.
    """
    from hone_trainer.backend.keras import keras
    from hone_trainer.backend.matching_layers import Importance, Overlap

    found: list[Any] = []
    factors: dict[str, Any] = {}
    for asked, there in sides.pairs:
        name = f"{prefix}{asked.name}_{there.name}_"
        if asked.table not in factors:
            # A table of its own: what a word means is one thing, how much it counts another.
            factors[asked.table] = keras.layers.Embedding(
                asked.size, 1, "zeros", name=f"{prefix}importance_{asked.table}"
            )
        ids = [inputs[field.name] for field in (asked, there)]
        counted = [
            Importance(not asked.hashed, name=f"{name}importance{k}")([factors[asked.table](i), i])
            for k, i in enumerate(ids)
        ]
        found.append(Overlap(name=f"{name}overlap")([*ids, *counted]))
        alike = keras.layers.Multiply(name=f"{name}alike")
        found.append(alike([vectors[asked.name], vectors[there.name]]))
    return found


def near(encoded: dict[str, Any], sides: Sides, prefix: str) -> list[Any]:
    """Return the cosine (batch, 1) of each two texts that an encoder has read, one of each side."""
    from hone_trainer.backend.keras import keras

    return [
        keras.layers.Dot(1, normalize=True, name=f"{prefix}{asked.name}_{there.name}_cosine")(
            [encoded[asked.name], encoded[there.name]]
        )
        for asked, there in sides.pairs
        if asked.name in encoded and there.name in encoded
    ]
