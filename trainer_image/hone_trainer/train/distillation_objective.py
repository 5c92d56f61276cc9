"""A student that learns from labels and from what several models say together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.train.objective import Objective, told
from hone_trainer.train.teacher import Teacher, blended

if TYPE_CHECKING:
    from hone_trainer.backend.draws import Draws
    from hone_trainer.models.graph import Graph
    from hone_trainer.models.network import Network
    from hone_trainer.tasks.learned import Targets


@dataclass(frozen=True)
class DistillationObjective(Objective):
    """The loss of a graph by labels, blended with its distance from a teacher."""

    teacher: Teacher
    share: float
    """How much the distance counts, 0 to 1."""

    @classmethod
    def over(cls, graph: Graph, network: Network, share: float) -> DistillationObjective:
        """Make it; within the scope of the strategy."""
        return cls(graph, graph.body, network.schema, Teacher.of(network), share)

    def losses(
        self, features: Any, targets: dict[str, Targets], draws: Draws | None = None
    ) -> dict[str, tuple[Any, Any]]:
        """See ``Objective.losses``."""
        features, (given,) = told((self.body,), features, self.schema, draws)
        said = self.teacher.told(features)
        found = {}
        for target in self.schema.targets:
            head = self.graph.heads[target.name]
            loss, weight = target.how.loss(head, given, targets[target.name], draws)
            taught = self.teacher.taught(said, target)
            found[target.name] = (
                blended(target, loss, head.logits(given), taught, self.share),
                weight,
            )
        return found
