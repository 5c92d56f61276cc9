"""Which arrays of an earlier network a new one starts from, and which rows of them. Pure.

Layers are matched by name. Along an axis of ids or of keys, what stands there decides, and not its
number; along all others both have to have the same width, for layers read by place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.nearest import hint
from hone_trainer.models.stacked import KIND, Stacked
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks.head import HEAD
from hone_trainer.train.earlier import UNFIT
from hone_trainer.train.moved_rows import NEW, Places, places
from hone_trainer.train.start_from import FIELD

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models import AnyModel
    from hone_trainer.models.weight_inventory import Axis, Weight
    from hone_trainer.rows.field import Field


@dataclass(frozen=True)
class Side:
    """One of two networks, as far as its arrays go."""

    model: AnyModel | Stacked
    schema: Schema
    weights: tuple[Weight, ...]
    vocabularies: Mapping[str, Any]
    """Column -> its ids, in the order of their rows."""

    @property
    def kind(self) -> str:
        """The domain and the model of it."""
        if isinstance(self.model, Stacked):
            return KIND
        return f"{self.model.kind}.{self.model.value.kind}"


@dataclass(frozen=True)
class Taken:
    """An array that is taken over."""

    now: int
    """Which it is here, in the order of the arrays."""
    then: int
    """Which it is there."""
    moves: tuple[Places | None, ...]
    """Along each axis, where what stands there was before; None where it stays as it is."""

    @property
    def whole(self) -> bool:
        """Whether nothing along any axis is new."""
        return not any((move == NEW).any() for move in self.moves if move is not None)


@dataclass(frozen=True)
class Takeover:
    """What is taken over."""

    taken: tuple[Taken, ...]
    new: tuple[str, ...]
    """Names of arrays here that start by chance."""
    left: tuple[str, ...]
    """Names of arrays there that nothing here starts from."""
    rows: dict[Axis, tuple[int, int]] = field(default_factory=dict)
    """Of what stands along axes: how many were there, and how many there are."""


def take_over(now: Side, then: Side, fresh: Collection[str] = ()) -> Takeover:
    """Decide what is taken over.

    Args:
        now: the network that starts.
        then: the earlier one.
        fresh: layers that start by chance all the same.

    Raises:
        StageFailure: a layer has another width, columns stand in another order, or nothing fits.
    """
    layers = {weight.layer for weight in now.weights}
    for name in fresh:
        if name not in layers:
            message = f"{FIELD}.fresh names {name!r}, and the model has no such layer"
            raise StageFailure(UNFIT, f"{message}{hint(name, layers)}: correct it")
    _require_order(now.schema, then.schema)
    known = dict(_counterparts(now.schema, then.schema))
    there = {weight.place: place for place, weight in enumerate(then.weights)}
    moves = dict(_moves(now, then, known))
    anew = {*fresh, *_other_tasks(now.schema, then.schema)}
    taken = []
    for place, weight in enumerate(now.weights):
        at = there.get(_place(weight, known))
        # Layers of another kind of model read something else, whatever they are called.
        alike = now.kind == then.kind or weight.column is not None
        if at is None or weight.layer in anew or not alike:
            continue
        found = _taken(place, at, weight, then.weights[at], moves, known)
        if found is not None:
            taken.append(found)
    if not taken:
        message = f"{FIELD}.uri: nothing of the {then.kind} there fits the {now.kind} here"
        raise StageFailure(UNFIT, f"{message}: name a run of the same model, or leave it out")
    ours, theirs = {each.now for each in taken}, {each.then for each in taken}
    axes = {axis for each in taken for axis in now.weights[each.now].axes if axis is not None}
    return Takeover(
        tuple(taken),
        tuple(w.place for n, w in enumerate(now.weights) if n not in ours),
        tuple(w.place for n, w in enumerate(then.weights) if n not in theirs),
        {axis: _counted(axis, move) for axis, move in moves.items() if axis in axes},
    )


def first_of(axis: Axis) -> int:
    """Return how many rows stand before those of keys: padding and unseen ids have their own."""
    return FIRST_KNOWN if axis.kind == "field" else 0


def _counterparts(now: Schema, then: Schema) -> Iterator[tuple[str, str]]:
    """Yield each id column here with that which it goes on from there: of the same name, or else
    the only one with the same ids, such as the items that were clicked for those bought before.
    """
    theirs = {each.name: each for each in then.ids}
    for mine in now.ids:
        alike = [f.name for f in then.ids if f.vocabulary and f.vocabulary == mine.vocabulary]
        if mine.name in theirs:
            yield mine.name, mine.name
        elif len(alike) == 1:
            yield mine.name, alike[0]


def _place(weight: Weight, known: Mapping[str, str]) -> str:
    """Return where a table is in the earlier network; of other arrays, where it is here."""
    column = weight.column
    if column is None or column not in known or not weight.layer.endswith(column):
        return weight.place
    return f"{weight.layer.removesuffix(column)}{known[column]}/{weight.name}"


def _taken(
    now: int,
    then: int,
    here: Weight,
    there: Weight,
    moves: Mapping[Axis, Places | None],
    known: Mapping[str, str],
) -> Taken | None:
    """Return how an array is taken over; None where it is not."""
    if [_axis(axis, known) for axis in here.axes] != list(there.axes) or len(here.shape) != len(
        there.shape
    ):
        return None
    along = []
    for axis, mine, theirs in zip(here.axes, here.shape, there.shape, strict=True):
        if axis is None and mine != theirs:
            message = f"{FIELD}: layer {here.layer!r} ({here.name}) is {_sizes(there)} there and"
            remedy = "give the model the same widths in train.model, or name the layer in "
            raise StageFailure(UNFIT, f"{message} {_sizes(here)} here: {remedy}{FIELD}.fresh")
        if axis is not None and axis not in moves:
            return None
        along.append(None if axis is None else moves[axis])
    return Taken(now, then, tuple(along))


def _axis(axis: Axis | None, known: Mapping[str, str]) -> Axis | None:
    """Return what an axis here is called there."""
    if axis is None or axis.kind != "field":
        return axis
    return type(axis)("field", known.get(axis.name, axis.name))


def _sizes(weight: Weight) -> str:
    return " x ".join(f"{size:,}" for size in weight.shape)


def _moves(now: Side, then: Side, known: Mapping[str, str]) -> Iterator[tuple[Axis, Places | None]]:
    """Yield what may stand along axes, and how it moves; nothing of what has no row in common."""
    from hone_trainer.models.weight_inventory import Axis

    fields = {each.name: each for each in then.schema.ids}
    for mine in now.schema.ids:
        theirs = fields.get(known.get(mine.name, ""))
        if theirs is None:
            continue
        if mine.vocabulary and theirs.vocabulary:
            ids = now.vocabularies[mine.vocabulary], then.vocabularies[theirs.vocabulary]
            move = places(*ids, first=FIRST_KNOWN)
            if (move[FIRST_KNOWN:] != NEW).any():
                yield Axis("field", mine.name), move
        elif _alike(mine, theirs):
            yield Axis("field", mine.name), None
    targets = {each.name: each for each in then.schema.targets}
    for target in now.schema.targets:
        if (other := targets.get(target.name)) is not None:
            move = places(list(target.facts.keys), list(other.facts.keys))
            if (move != NEW).any():
                yield Axis("target", target.name), move
            met = [list(facts.keys[: facts.known]) for facts in (target.facts, other.facts)]
            move = places(met[0], met[1], first=FIRST_KNOWN)
            if (move[FIRST_KNOWN:] != NEW).any():
                yield Axis("field", target.name), move


def _other_tasks(now: Schema, then: Schema) -> Iterator[str]:
    """Yield the heads of targets that were predicted in another way there."""
    kinds = {each.name: each.task.kind for each in then.targets}
    for target in now.targets:
        if kinds.get(target.name, target.task.kind) != target.task.kind:
            yield f"{target.name}{HEAD}"


def _alike(mine: Field, theirs: Field) -> bool:
    """Say whether ids mean the same in both by themselves: by a hash, a tokenizer, the calendar."""
    known = (mine.hashed, mine.pieces, mine.vocabulary, mine.size)
    return known == (theirs.hashed, theirs.pieces, theirs.vocabulary, theirs.size)


def _counted(axis: Axis, move: Places | None) -> tuple[int, int]:
    if move is None:
        return 0, 0
    keys = move[first_of(axis) :]
    return int(np.count_nonzero(keys != NEW)), len(keys)


def _require_order(now: Schema, then: Schema) -> None:
    """Refuse columns that both have and that stand in another order: layers read them by place."""
    mine, theirs = ([each.name for each in (*s.ids, *s.numbers)] for s in (now, then))
    ours, other = [n for n in mine if n in theirs], [n for n in theirs if n in mine]
    if ours != other:
        told = f"{FIELD}.uri: columns stand in another order there ({', '.join(other)})"
        raise StageFailure(UNFIT, f"{told}: write them so in prepare.columns, too")
