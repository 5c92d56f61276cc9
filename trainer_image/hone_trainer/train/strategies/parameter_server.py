"""Variables on servers of their own, large tables cut into parts; workers that come and go."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

from pydantic import Field

from hone_trainer.contract.stage import Role
from hone_trainer.train.strategies.strategy import Strategy

if TYPE_CHECKING:
    from hone_trainer.train.feed import Feed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.spec import Train

CUT_ROWS = 1024
"""Tables of fewer rows stay whole: the parts would cost more messages than they save."""


class ParameterServer(Strategy):
    """Variables on servers, tables cut into as many parts; workers compute, each at its own pace.

    A lost worker is replaced while the others go on; a lost server or chief restarts the gang from
    its last checkpoint. ``batchSize`` is what one worker computes at a time.
    """

    workers: Annotated[int, Field(ge=1, le=256)] = 2
    """Pods that compute."""
    ps: Annotated[int, Field(ge=1, le=64)] = 1
    """Pods that hold the variables."""

    def roles(self) -> tuple[Role, ...]:
        """Say: a chief that hands out the work, workers, parameter servers."""
        return (
            Role("chief"),
            Role("worker", self.workers, replaceable=True),
            Role("ps", self.ps),
        )

    def replicas(self) -> int:
        """Each step is one worker's."""
        return 1

    def serves(self, role: str) -> bool:
        """Workers and servers do what the chief says."""
        return role in ("worker", "ps")

    def serve(self) -> NoReturn:
        """Do what the chief says, until somebody ends this process."""
        import tensorflow as tf

        cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver()
        # A message to a peer that is not there yet, or not any more, fails at once: the chief
        # knows what to do about it.
        os.environ["GRPC_FAIL_FAST"] = "use_caller"
        server = tf.distribute.Server(
            cluster.cluster_spec(),
            job_name=cluster.task_type,
            task_index=cluster.task_id,
            protocol="grpc",
        )
        server.join()
        raise RuntimeError("a TensorFlow server ended by itself")

    def open(self) -> Any:
        """Return the strategy of the chief; blocks until the others are there."""
        import tensorflow as tf

        os.environ["GRPC_FAIL_FAST"] = "use_caller"
        cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver()
        return tf.distribute.ParameterServerStrategy(cluster, variable_partitioner=self._cut)

    @contextmanager
    def scope(self, strategy: Any) -> Iterator[None]:
        """Return the strategy's own, in which large tables are filled a few rows at a time."""
        from hone_trainer.train.ps_start import sliced_start

        with strategy.scope(), sliced_start():
            yield

    def require_room(self, size: Callable[[], int]) -> None:
        """Leave it to the servers: their memory is not this pod's."""

    def variables(self, strategy: Any, model: Any, optimizer: Any) -> Any:  # noqa: ARG002
        """Return variables that are read from the servers, rows by rows."""
        from hone_trainer.train.ps_variables import ServedVariables

        return ServedVariables({"weights": model.weights, "optimizer": optimizer.variables})

    def steps(
        self,
        stage: Train,
        strategy: Any,
        objective: Objective,
        optimizer: Any,
        feed: Feed,
        seed: int,
    ) -> Any:
        """Return steps that the workers run."""
        from hone_trainer.train.ps_steps import ServedSteps

        args = (strategy, objective, optimizer, feed, stage.batch, seed)
        return ServedSteps(*args, workers=self.workers)

    def _cut(self, shape: Any, dtype: Any, **_: Any) -> list[int]:  # noqa: ARG002
        """Return the parts along each axis: tables by rows, all else whole."""
        tall = shape.rank == 2 and shape[0] >= CUT_ROWS and shape[0] >= 2 * shape[1]
        return [min(self.ps, shape[0]) if tall else 1] + [1] * (shape.rank - 1)
