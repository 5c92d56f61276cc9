"""A number: how much will be spent, how many will be sold?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hone_trainer.metrics.mae import Mae
from hone_trainer.metrics.squared_errors import R2, Rmse
from hone_trainer.tasks.task import Reading, Said, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Asked, Calibration, Learned, Targets

SAMPLE = 100_000
"""Rows of a block that the median is learned from, evenly taken."""
MOST = 1e30
"""Of a number's size: answers and losses are float32."""
FINEST = 100 * 2.0**-24
"""Standard deviation, as a share of the mean, below which float32 rounds too much of it away."""


class Number(Task):
    """A number. The answer is in its own unit; training sees it standardised."""

    reads: ClassVar[Reading] = "amount"
    strata: ClassVar[str] = "is a number and has no classes"
    gives: ClassVar[frozenset[str]] = frozenset({"truth", "value"})
    headline: ClassVar[tuple[Metric, ...]] = (Rmse(), Mae(), R2())
    answers: ClassVar[tuple[str, ...]] = ("value",)
    spoken: ClassVar[Mapping[str, Said]] = {"value": "number"}
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
        weight = weight.astype(np.float64)
        total = weight.sum()
        mean = weight @ inner / total if total else 0.0
        rows = [total, mean, weight @ (inner - mean) ** 2, *values[::every]]
        return pa.table({"value": np.asarray(rows, np.float64)})

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``.

        Raises:
            StageFailure: there is one value alone (OneValue), or they are too much alike (TooFine).
        """
        import numpy as np

        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.learned import Learned
        from hone_trainer.tasks.rows import nothing_counts

        columns = [table.column("value").to_numpy() for table in summaries]
        totals, means, squares = np.stack([column[:3] for column in columns], axis=1)
        sample = np.concatenate([column[3:] for column in columns])
        if not totals.any():
            raise StageFailure("OneValue", nothing_counts(self))
        center = totals @ means / totals.sum()
        # Deviations are added up, not squares: of numbers far from 0 these would cancel out.
        scale = ((squares.sum() + totals @ (means - center) ** 2) / totals.sum()) ** 0.5
        if not scale:
            message = f"column {self.label!r} is {sample[0]:g} in every training row"
            raise StageFailure("OneValue", f"{message}: nothing can be learned; give other rows")
        if scale < FINEST * abs(center):
            message = f"column {self.label!r} differs by {scale:.3g} around {center:.10g}"
            remedy = "take an amount off each in the source, such as the least"
            raise StageFailure("TooFine", f"{message}, which float32 cannot tell apart: {remedy}")
        return Learned(center=float(center), scale=float(scale), median=float(np.median(sample)))

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:  # noqa: ARG002
        """See ``Task.encode``: numbers as they are."""
        import numpy as np

        from hone_trainer.tasks.rows import refuse, weights_of

        values, weight = block.numbers(self.label), weights_of(self, block)
        floor = -1.0 if self.log else -np.inf
        wrong = (np.abs(values) > MOST) | (values <= floor)
        rule = f"above -1 and up to {MOST:g}" if self.log else f"up to {MOST:g} in size"
        remedy = f"numbers are {rule}: correct the source"
        remedy += ", or leave out number.log" if (values[wrong] <= floor).any() else ""
        refuse(wrong, "BadLabel", block, self.label, remedy)
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
        # In float64 up to standard units: of numbers far from 0, float32 keeps few digits.
        values = tf.cast(tf.reshape(targets.values, [-1]), tf.float64)
        values = tf.math.log1p(values) if self.log else values
        values = (values - head.learned.center) / head.learned.scale
        error = told - tf.cast(values, tf.float32)
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

    def told(
        self,
        answers: dict[str, Array],
        learned: Learned,  # noqa: ARG002
        calibration: Calibration,  # noqa: ARG002
        asked: Asked,  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """See ``Task.told``: ``value``, in the number's own unit."""
        return [{"value": value} for value in answers["value"].reshape(-1).tolist()]

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
