"""A number: how much will be spent, how many will be sold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hone_trainer.metrics.mae import Mae
from hone_trainer.metrics.squared_errors import R2, Rmse
from hone_trainer.tasks.task import Reading, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Calibration, Learned, Targets

SAMPLE = 100_000
"""Rows of a block that the median is learned from, evenly taken."""


class Number(Task):
    """A number. The answer is in its own unit; training sees it standardised."""

    reads: ClassVar[Reading] = "amount"
    gives: ClassVar[frozenset[str]] = frozenset({"truth", "value"})
    headline: ClassVar[tuple[Metric, ...]] = (Rmse(), Mae(), R2())
    answers: ClassVar[tuple[str, ...]] = ("value",)
    mixes_in: ClassVar[Space] = "value"

    error: Literal["squared", "huber", "absolute"] = "squared"
    """What an error costs: its square, its size, or the square of small ones and the size of large
    ones (Huber 1964, turning at one standard deviation)."""
    log: bool = False
    """Learn log(1 + number), for amounts that differ by orders of magnitude."""

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: moments, and a sample for the median."""
        import numpy as np
        import pyarrow as pa

        from hone_trainer.tasks.learned import Learned

        values, weight = self.encode(block, Learned())
        there = weight > 0
        inner, weight, values = self._inner(values)[there], weight[there], values[there]
        every = max(1, len(values) // SAMPLE)
        moments = [weight.sum(), weight @ inner, weight @ inner**2]
        rows = [*np.asarray(moments, np.float64), *values[::every]]
        return pa.table({"value": np.asarray(rows, np.float64)})

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``.

        Raises:
            StageFailure: OneValue.
        """
        import numpy as np

        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.learned import Learned

        columns = [table.column("value").to_numpy() for table in summaries]
        total, first, second = np.sum([column[:3] for column in columns], axis=0)
        sample = np.concatenate([column[3:] for column in columns])
        if not total or sample.min() == sample.max():
            what = f"is {sample[0]:g}" if total else "is missing"
            message = f"column {self.label!r} {what} in every training row"
            raise StageFailure("OneValue", f"{message}: nothing can be learned; give other rows")
        center = first / total
        scale = max(second / total - center**2, 1e-12) ** 0.5
        return Learned(center=float(center), scale=float(scale), median=float(np.median(sample)))

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:  # noqa: ARG002
        """See ``Task.encode``: numbers as they are."""
        import numpy as np

        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.rows import weights_of

        values, weight = block.numbers(self.label), weights_of(self, block)
        floor = -1.0 if self.log else -np.inf
        wrong = np.isinf(values) | (values <= floor)
        if wrong.any():
            row, value = block.rows[wrong][0], values[wrong][0]
            message = f"column {self.label!r} has {value:g} in row {row + 1}"
            remedy = "correct the source" + (", or leave out number.log" if self.log else "")
            raise StageFailure("BadLabel", f"{message}: {remedy}")
        return np.nan_to_num(values), weight

    def bias(self, learned: Learned) -> Array:
        """See ``Task.bias``: the mean, or the median where absolute errors count."""
        import numpy as np

        best = (self._inner(self._best(learned)) - learned.center) / learned.scale
        return np.array([best])

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """See ``Task.loss``: in standard units."""
        from hone_trainer.backend.keras import tf

        told = head.logits(features)[:, 0]
        values = tf.cast(tf.reshape(targets.values, [-1]), tf.float32)
        values = tf.math.log1p(values) if self.log else values
        error = told - (values - head.learned.center) / head.learned.scale
        size = tf.abs(error)
        losses = {
            "squared": lambda: 0.5 * error**2,
            "absolute": lambda: size,
            "huber": lambda: tf.where(size < 1, 0.5 * error**2, size - 0.5),
        }
        return losses[self.error](), targets.weight

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """See ``Task.outputs``: ``value`` (batch, 1)."""
        from hone_trainer.backend.keras import keras

        value = keras.layers.Rescaling(learned.scale, learned.center, dtype="float32")(logits)
        if self.log:
            value = keras.layers.Activation("exponential", dtype="float32")(value)
            value = keras.layers.Rescaling(1.0, -1.0, dtype="float32")(value)
        return {"value": value}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:  # noqa: ARG002
        """See ``Task.answer``."""
        import numpy as np

        inner = np.asarray(logits, np.float64) * learned.scale + learned.center
        return {"value": np.expm1(inner) if self.log else inner}

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,  # noqa: ARG002
    ) -> Scored:
        """See ``Task.reduce``."""
        import numpy as np

        from hone_trainer.metrics.scored import Scored

        pair = {"truth": targets.values, "value": answers["value"]}
        columns = {
            name: np.asarray(values, np.float64).reshape(-1) for name, values in pair.items()
        }
        return Scored(columns, np.asarray(targets.weight, np.float64), cluster=targets.group)

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: the mean, or the median where absolute errors count."""
        import numpy as np

        return {"value": np.full((len(targets.weight), 1), self._best(learned))}

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import distances

        yield from distances(answered)

    def soften(self, answers: dict[str, Array]) -> Array:
        """See ``Task.soften``."""
        return answers["value"]

    def _inner(self, values: Any) -> Any:
        """Return numbers as they are learned."""
        import numpy as np

        return np.log1p(values) if self.log else values

    def _best(self, learned: Learned) -> float:
        """Return the constant of the least loss, in the number's own unit."""
        import numpy as np

        if self.error == "absolute":
            return learned.median
        return float(np.expm1(learned.center)) if self.log else learned.center
