"""How a training begins where it does not begin by chance."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint
from hone_trainer.dataset.vocabularies import vocabularies
from hone_trainer.models.weight_inventory import weights_of
from hone_trainer.tasks.head import HEAD
from hone_trainer.train.earlier import UNFIT, Earlier
from hone_trainer.train.objective import Objective
from hone_trainer.train.start_from import FIELD
from hone_trainer.train.taken_arrays import arrays
from hone_trainer.train.takeover import Side, Takeover, take_over
from hone_trainer.train.validation import shown

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.graph import Graph
    from hone_trainer.models.weight_inventory import Weight
    from hone_trainer.store.artifact_store import ArtifactStore
    from hone_trainer.store.chunked_array import Array, ChunkedArray
    from hone_trainer.train.spec import Train
    from hone_trainer.train.start_from import StartFrom
    from hone_trainer.train.validation import Validation

SHOWN = 3
"""Tables, and new arrays, that are named in a sentence."""


@dataclass(frozen=True)
class Beginning:
    """What weights start from, and the facts about it."""

    given: Mapping[str, Array | ChunkedArray]
    """Name of a weight -> its numbers."""
    facts: Mapping[str, Any]
    """JSON values; none where nothing is taken over."""
    frozen_epochs: int = 0
    """Epochs in which the weights stay as they are whose numbers are ``frozen`` in the facts."""
    rate_after: float = 1.0
    """What the learning rate is multiplied by after these."""
    objective: Callable[[Graph, Schema], Objective] = Objective.of
    """Makes what is minimised, of the graph of the network that is kept."""


def beginning(stage: Train, data: Dataset, store: ArtifactStore, names: Sequence[str]) -> Beginning:
    """Return it.

    Args:
        stage: settled.
        data: what is trained on.
        store: the artifacts.
        names: of all weights, in order.

    Raises:
        StageFailure: what it is to start from is not there, or does not fit.
    """
    given: dict[str, Any] = dict(stage.model.model.start(data.schema, store))
    wish = stage.start_from
    if wish is None:
        return Beginning(given, {})
    earlier = Earlier.find(wish.uri, store)
    network, place = earlier.network(wish.part)
    part = network.parts[place]
    there = weights_of(part.model, network.schema)
    if [weight.shape for weight in there] != [tuple(array.shape) for array in part.weights]:
        raise earlier.unreadable("its layers are others by now")
    then = Side(part.model, network.schema, there, earlier.vocabularies())
    here = weights_of(stage.model, data.schema)
    now = Side(stage.model, data.schema, here, vocabularies(store, data.manifest))
    found = take_over(now, then, wish.fresh)
    for number, array in arrays(found.taken, here, part.weights, data.schema).items():
        given[names[number]] = array
    frozen = held(wish, found, here)
    layers = sorted({here[number].layer for number in frozen})
    said = f"started from {earlier.origin}: {told(found, here)}"
    facts = {
        "uri": wish.uri,
        "origin": earlier.origin,
        "digest": earlier.content if wish.part is None else f"{earlier.content}/{wish.part}",
        "told": f"{said}; frozen at first: {', '.join(layers)}" if layers else said,
        "taken": [here[each.now].place for each in found.taken],
        "new": list(found.new),
        "left": list(found.left),
        "rows": {axis.name: list(counts) for axis, counts in found.rows.items() if counts[1]},
        "frozen": frozen,
        "frozenLayers": layers,
    }
    return Beginning(given, facts)


def told(found: Takeover, here: Sequence[Weight]) -> str:
    """Say in a sentence what was taken over."""
    said = [f"{len(found.taken)} of {len(here)} weights taken over"]
    tables = [(a.name, *counts) for a, counts in found.rows.items() if counts[1]]
    said += [f"{name}: {kept:,} of {rows:,} rows by key" for name, kept, rows in tables[:SHOWN]]
    if len(tables) > SHOWN:
        said.append(f"and {len(tables) - SHOWN} more")
    if found.new:
        more = f" and {len(found.new) - SHOWN} more" if len(found.new) > SHOWN else ""
        said.append(f"new: {', '.join(found.new[:SHOWN])}{more}")
    return "; ".join(said)


def held(wish: StartFrom, found: Takeover, here: Sequence[Weight]) -> list[int]:
    """Return the numbers of the arrays that are not trained at first.

    Raises:
        StageFailure: a layer is named that was not taken over, or there is nothing to hold.
    """
    if wish.freeze is None:
        return []
    layers = {here[each.now].layer for each in found.taken}
    for name in wish.freeze.layers or ():
        if name not in layers:
            message = f"{FIELD}.freeze.layers names {name!r}, of which nothing was taken over"
            known = ", ".join(sorted(layers)[:12])
            raise StageFailure(UNFIT, f"{message}{hint(name, layers)}: these were: {known}")
    whole = {here[each.now].layer for each in found.taken}
    whole -= {here[each.now].layer for each in found.taken if not each.whole}
    whole -= {place.rpartition("/")[0] for place in found.new}
    usual = {layer for layer in whole if not layer.endswith(HEAD)}
    chosen = usual if wish.freeze.layers is None else set(wish.freeze.layers)
    if not chosen:
        message = f"{FIELD}.freeze: nothing but heads was taken over whole, so nothing would stay"
        raise StageFailure(
            UNFIT, f"{message} as it is: name layers in freeze.layers, or leave it out"
        )
    return [number for number, weight in enumerate(here) if weight.layer in chosen]


def noted(
    facts: Mapping[str, Any], all_reduce: Any, validation: Validation | None
) -> dict[str, Any]:
    """Return the facts with what the start is worth before the first step.

    Args:
        facts: of the beginning.
        all_reduce: sums an array over the gang.
        validation: of the chief; None in others.

    Raises:
        StageFailure: the pods have found different starts (StartChanged).
    """
    if not agreed(facts["digest"], all_reduce):
        message = "the pods have found different starts: one was made in the meantime"
        raise StageFailure("StartChanged", message, retry=True)
    if validation is None:
        return dict(facts)
    measured = validation.measure()
    said = f"{facts['told']}; {validation.headline(measured)} before the first step"
    return {**facts, "figures": shown(measured), "told": said}


def agreed(digest: str, all_reduce: Any) -> bool:
    """Say whether all pods of a gang have found the same start."""
    mine = np.array([int(digest[:4] or "0", 16), int(digest[4:8] or "0", 16), 1.0])
    *sums, pods = (float(each) for each in all_reduce(mine))
    return all(round(s) == round(pods) * m for s, m in zip(sums, mine, strict=False))
