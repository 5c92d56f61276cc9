"""A network cut down to the rows of its tables that some features ask for.

Its predictions are the same; what nobody asks for need not be in memory. So a model that no pod can
hold can be evaluated in any.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.models.weight_inventory import resized, weights_of
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.store import chunked_storage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.network import Network
    from hone_trainer.rows.field import Field
    from hone_trainer.store.chunked_array import Array


def narrow(network: Network, features: dict[str, Array]) -> tuple[Network, dict[str, Array]]:
    """Return the network with the rows that occur, and the features with the ids renumbered.

    Args:
        network: any of its weights may be mapped or lie elsewhere.
        features: column name -> ids (rows, length) or numbers (rows, 1).
    """
    chosen = _asked(network.schema, features)
    parts = []
    for part in network.parts:
        arrays = zip(weights_of(part.model, network.schema), part.weights, strict=True)
        weights = tuple(
            chunked_storage.rows(array, chosen[weight.column])
            if weight.column
            else chunked_storage.plain(array)
            for weight, array in arrays
        )
        parts.append(replace(part, weights=weights))
    schema = resized(network.schema, {name: len(ids) for name, ids in chosen.items()})
    renumbered = {
        name: np.searchsorted(chosen[name], values).astype(values.dtype)
        if name in chosen
        else values
        for name, values in features.items()
    }
    return replace(network, schema=schema, parts=tuple(parts)), renumbered


def _asked(schema: Schema, features: dict[str, Array]) -> dict[str, NDArray[np.int64]]:
    """Return the rows of each field's table that stay; fields that may share one keep the same."""
    outputs = {target.name: target.facts.known for target in schema.targets}
    described = {field.table for t in schema.targets for field in t.facts.described.fields}
    tables: dict[str, list[Field]] = {}
    for field in schema.ids:
        tables.setdefault(field.table, []).append(field)
    found: dict[str, NDArray[np.int64]] = {}
    for fields in tables.values():
        # Padding stays 0, as layers mask it; ids that are answers too are asked for by every row.
        always = max(FIRST_KNOWN + outputs[f.answers] if f.answers else 1 for f in fields)
        ids = [np.arange(always), *(features[field.name].ravel() for field in fields)]
        if fields[0].table in described:
            ids.append(np.arange(fields[0].size))
        rows = np.unique(np.concatenate(ids)).astype(np.int64)
        found |= {field.name: rows for field in fields}
    return found
