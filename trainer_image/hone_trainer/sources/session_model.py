"""Visits drawn from a Markov chain over groups of items.

A user looks at one item after the other. The group of the next follows from that of the last alone,
by rows of chances drawn from a Dirichlet distribution; the item in it from its popularity, the n-th
with weight n^-0.8. This is the chain of Rendle, Freudenthaler and Schmidt-Thieme (2010), factorised
by groups and the same for everybody. The first group is drawn evenly.

What a bag of earlier items tells is how often groups were met; only the last one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.sources.made_up import MadeUpSource

if TYPE_CHECKING:
    from hone_trainer.rows.block import Form
    from hone_trainer.sources.drawing import Floats
    from hone_trainer.sources.source import Known

CONCENTRATION = 0.15
"""Of the Dirichlet distribution: from most groups people go on to one or two others."""
DECAY = 0.8
SHOP, WALKS = 1, 2
"""Streams of chance."""
PLACES = 10
"""Places that figures at a cut look at."""


class SessionModel(MadeUpSource):
    """Visits drawn from a Markov chain over groups of items: data to try Hone with.

    Its columns are ``user``, ``step``, from 0 on, and the ``item`` looked at.
    """

    offers: ClassVar[Mapping[str, Form]] = {"user": "text", "step": "number", "item": "text"}

    users: Annotated[int, Field(ge=10, le=10_000_000)] = 4_000
    """Users there are, with a visit each."""
    length: Annotated[int, Field(ge=3, le=1_000)] = 10
    """Items of a visit."""
    items: Annotated[int, Field(ge=2, le=20_000)] = 300
    """Items there are."""
    groups: Annotated[int, Field(ge=1, le=200)] = 12
    """Groups that they fall into; as many as items at most."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    @property
    def extent(self) -> tuple[int, int]:
        """See ``MadeUpSource.extent``."""
        return self.users, self.length

    def draw(
        self,
        number: int,
        units: range,
        wanted: frozenset[str],  # noqa: ARG002
    ) -> tuple[dict[str, Any], Known]:
        """See ``MadeUpSource.draw``."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.sources import drawing

        after, popularity = self._shop()
        draw = np.random.default_rng([self.seed, number, WALKS])
        count = len(units)
        walk = np.empty((count, self.length), np.int64)
        groups = draw.integers(len(after), size=count)
        before = np.full((count, self.length), len(after))  # the first has no group before it
        for step in range(self.length):
            if step:
                before[:, step] = groups
                groups = _pick(after, groups, draw.random(count))
            walk[:, step] = _pick(popularity, groups, draw.random(count))
        user = np.repeat(np.arange(units.start, units.stop), self.length)
        drawn = {
            "user": drawing.names("u", user),
            "step": pa.array(np.tile(np.arange(self.length, dtype=np.float64), count)),
            "item": drawing.names("i", walk.reshape(-1)),
        }
        every = np.vstack([after, np.full(len(after), 1 / len(after))]) @ popularity
        known = {name: values[before.reshape(-1)] for name, values in _figures(every)}
        return drawn, {"item": known}

    def _shop(self) -> tuple[Floats, Floats]:
        """Return the chances of groups after a group, and of items in a group."""
        import numpy as np

        draw = np.random.default_rng([self.seed, 0, SHOP])
        groups = min(self.groups, self.items)
        group_of = draw.permutation(self.items) % groups
        after = draw.dirichlet(np.full(groups, CONCENTRATION), size=groups)
        weight = np.zeros((groups, self.items))
        for group in range(groups):
            own = np.flatnonzero(group_of == group)
            weight[group, own] = (np.arange(len(own)) + 1.0) ** -DECAY
        return after, weight / weight.sum(axis=1, keepdims=True)


def _pick(chances: Floats, rows: Any, chance: Floats) -> Any:
    """Return a place for each of ``rows`` of a table of chances; ``chance`` is from 0 to 1."""
    import numpy as np

    ends = np.cumsum(chances, axis=1)
    found = np.empty(len(rows), np.int64)
    for row in np.unique(rows):
        mine = rows == row
        # Of a row's end that rounding left below 1, the last place that has a chance.
        last = np.flatnonzero(chances[row])[-1]
        found[mine] = np.minimum(np.searchsorted(ends[row], chance[mine], "right"), last)
    return found


def _figures(chances: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield figures of ranking all items by their true chances, (rows,) each."""
    import numpy as np

    from hone_trainer.sources.drawing import entropy

    ranked = -np.sort(-chances, axis=1)
    place = np.arange(1, chances.shape[1] + 1)
    worth = np.where(place <= PLACES, 1 / np.log2(place + 1), 0.0)
    yield f"ndcg@{PLACES}", ranked @ worth
    yield f"recall@{PLACES}", ranked[:, :PLACES].sum(axis=1)
    yield "mrr", ranked @ (1 / place)
    yield "logLoss", entropy(chances.T)
