"""What every strategy says of itself."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NoReturn

from hone_trainer.contract.spec import Spec
from hone_trainer.contract.stage import Role
from hone_trainer.pod import memory

if TYPE_CHECKING:
    from hone_trainer.train.feed import Feed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.spec import Train


class Strategy(Spec):
    """The pods it wants and the TensorFlow strategy it opens in each of them."""

    def roles(self) -> tuple[Role, ...]:
        """Say which pods make up the gang, the chief's role first."""
        return (Role("worker"),)

    def replicas(self) -> int:
        """Say between how many pods a batch is divided."""
        return sum(role.replicas for role in self.roles())

    def serves(self, role: str) -> bool:  # noqa: ARG002
        """Say whether pods of this role only do what others tell them."""
        return False

    def serve(self) -> NoReturn:
        """Do what others say; only in roles that ``serves`` names."""
        raise NotImplementedError

    def open(self) -> Any:
        """Return the ``tf.distribute.Strategy`` of this pod; TF_CONFIG is already set."""
        raise NotImplementedError

    def scope(self, strategy: Any) -> AbstractContextManager[Any]:
        """Return the context in which model and optimiser are made."""
        scope: AbstractContextManager[Any] = strategy.scope()
        return scope

    def require_room(self, size: Callable[[], int]) -> None:
        """Refuse a model whose weights and moments do not fit into a pod.

        Args:
            size: gives their bytes; takes a moment, and is asked only where memory is limited.
        """
        most = memory.limit()
        if most is not None:
            memory.require(size(), most)

    def variables(self, strategy: Any, model: Any, optimizer: Any) -> Any:
        """Return the variables of a training, to be saved and put back."""
        from hone_trainer.train.variables import Variables

        return Variables.of(strategy, model, optimizer)

    def steps(
        self,
        stage: Train,
        strategy: Any,
        objective: Objective,
        optimizer: Any,
        feed: Feed,
        seed: int,
    ) -> Any:
        """Return the compiled steps of a training.

        Args:
            stage: its parameters.
            strategy: what ``open`` gave.
            objective: made in its scope.
            optimizer: made in its scope.
            feed: the training rows of the member.
            seed: of their order.
        """
        from hone_trainer.train.sync_steps import Steps

        how = {"xla": stage.xla, "lazy": stage.optimizer.value.lazy}
        return Steps(strategy, objective, optimizer, feed, stage.batch, seed, **how)
