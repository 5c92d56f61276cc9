"""What a training minimises whose rows are read as the histories that they are steps of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import tf
from hone_trainer.train.objective import Objective, told

if TYPE_CHECKING:
    from hone_trainer.backend.draws import Draws
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.graph import Graph
    from hone_trainer.tasks.learned import Targets

VECTORS = "vectors"
"""The feature that holds a vector for each position."""


@dataclass(frozen=True)
class SequenceObjective(Objective):
    """The loss at each position that is the last of some row of the step."""

    rows: int = 0
    """Of a replica in a step, about."""

    def losses(
        self, features: Any, targets: dict[str, Targets], draws: Draws | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """See ``Objective.losses``.

        Args:
            features: of the newest row of each unit, where a step of training is under way.
            targets: of all rows of the units, the newest first, as many for each unit.
            draws: see there.
        """
        if draws is None:
            return super().losses(features, targets, draws)
        _, (given,) = told((self.body,), features, self.schema, draws)
        given = dict(given)
        vectors = given.pop(VECTORS)
        slots = next(iter(targets.values())).weight.shape[0] // vectors.shape[0]
        newest_first = tf.reverse(vectors, [1])[:, :slots]
        given["vector"] = tf.reshape(newest_first, [-1, vectors.shape[-1]])
        heads = self.graph.heads
        return {
            t.name: t.how.loss(
                heads[t.name], given, replace(targets[t.name], about=self.rows), draws
            )
            for t in self.schema.targets
        }


def sequential(rows: int) -> Callable[[Graph, Schema], Objective]:
    """Return what makes such an objective, with about so many rows of a replica in a step."""

    def made(graph: Graph, schema: Schema) -> Objective:
        return SequenceObjective(graph, graph.body, schema, rows)

    return made
