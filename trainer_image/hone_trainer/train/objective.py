"""What every training minimises: the sum over the targets of share x weighted mean loss.

A mean is over the weights of the *global* batch, which every replica knows, so that neither the
number of replicas nor padding changes what is learned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.backend.draws import Draws, drawing
from hone_trainer.backend.keras import tf
from hone_trainer.tasks.head import Computed
from hone_trainer.tasks.learned import Targets
from hone_trainer.train.withheld import withhold

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.models.graph import Graph


@dataclass(frozen=True)
class Objective:
    """The loss of a graph on the targets of a data set."""

    graph: Graph
    body: Any
    """The Keras model from inputs to features."""
    schema: Schema

    @property
    def variables(self) -> list[Any]:
        """What is trained."""
        variables: list[Any] = self.graph.whole.trainable_variables
        return variables

    @property
    def aside(self) -> list[Any]:
        """What of it is no part of the network that is kept."""
        return []

    def beside(self, rows: Rows) -> dict[str, float]:  # noqa: ARG002
        """Return what else is worth measuring after an epoch, on validation rows: name -> value."""
        return {}

    @classmethod
    def of(cls, graph: Graph, schema: Schema) -> Objective:
        """Make it; within the scope of the strategy."""
        return cls(graph, graph.body, schema)

    def losses(
        self, features: Any, targets: dict[str, Targets], draws: Draws | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """Return loss and weight per unit of each target, tensors (units,).

        Args:
            features: of some rows, by column name.
            targets: of the same rows.
            draws: the chance of a step of training; None where nothing is trained.
        """
        _, (given,) = told((self.body,), features, self.schema, draws)
        return {
            t.name: t.how.loss(self.graph.heads[t.name], given, targets[t.name], draws)
            for t in self.schema.targets
        }

    def minimised(self, losses: dict[str, tuple[Any, Any]], totals: Any) -> tuple[Any, Any]:
        """Return this replica's part of the objective, and its sums of loss by target, (targets,).

        Args:
            losses: what ``losses`` gave.
            totals: (targets,) weight of each target in the global batch.
        """
        sums = tf.stack(
            [tf.reduce_sum(loss * weight) for loss, weight in (losses[n] for n in self.names)]
        )
        shares = tf.constant(self.shares, tf.float32)
        return tf.reduce_sum(shares * tf.math.divide_no_nan(sums, totals)), sums

    def weights(self, targets: dict[str, Targets]) -> Any:
        """Return the weight of all units by target, (targets,)."""
        every = ((target.how, targets[target.name]) for target in self.schema.targets)
        return tf.stack([tf.reduce_sum(task.unit_weights(each)) for task, each in every])

    @property
    def names(self) -> tuple[str, ...]:
        """The targets, in order."""
        return tuple(target.name for target in self.schema.targets)

    @property
    def shares(self) -> NDArray[np.float32]:
        """How much each target counts, (targets,)."""
        return np.array(self.schema.shares, np.float32)


@dataclass(frozen=True)
class JointObjective(Objective):
    """The losses of several models with logits, each counted by its share."""

    models: tuple[Any, ...] = ()
    """Keras models from inputs to logits by target."""
    counted: tuple[float, ...] = ()
    """The share of each."""

    @classmethod
    def over(cls, models: list[Any], shares: tuple[float, ...], schema: Schema) -> JointObjective:
        """Make it of copies of the parts of a network."""
        return cls(None, None, schema, tuple(models), shares)  # type: ignore[arg-type]

    @property
    def variables(self) -> list[Any]:
        """See ``Objective.variables``."""
        return [variable for model in self.models for variable in model.trainable_variables]

    def losses(
        self, features: Any, targets: dict[str, Targets], draws: Draws | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """See ``Objective.losses``."""
        _, given = told(self.models, features, self.schema, draws)
        found = {}
        for target in self.schema.targets:
            heads = (Computed(logits[target.name], target.facts) for logits in given)
            each = [target.how.loss(head, {}, targets[target.name], draws) for head in heads]
            pairs = zip(each, self.counted, strict=True)
            found[target.name] = (sum(loss * share for (loss, _), share in pairs), each[0][1])
        return found


def told(
    models: Sequence[Any], features: Any, schema: Schema, draws: Draws | None
) -> tuple[Any, list[Any]]:
    """Return the features as a step of training sees them, and what each model makes of them.

    Args:
        models: from features to what they make of them.
        features: of some rows, by column name.
        schema: the columns, of which ids may be withheld.
        draws: the chance of the step; None where nothing is trained.
    """
    if draws is not None:
        features = withhold(features, schema.ids, draws)
    with drawing(draws):
        return features, [model(features, training=draws is not None) for model in models]


def loss_weights(rows: Rows, name: str) -> NDArray[np.float32]:
    """Return how much each row counts in the loss of a target, (rows,)."""
    weight = rows.targets[name].weight
    counted: NDArray[np.float32] = weight if rows.weights is None else weight * rows.weights
    return counted
