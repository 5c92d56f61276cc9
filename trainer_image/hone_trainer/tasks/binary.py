"""Yes or no: will the visitor click, buy, leave?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.bias import Bias
from hone_trainer.metrics.calibration_error import CalibrationError
from hone_trainer.metrics.cluster_auc import ClusterAuc
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.normalized_entropy import NormalizedEntropy
from hone_trainer.tasks.task import Reading, Said, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Asked, AskedGraph, Calibration, Learned, Targets


class Binary(Task):
    """Yes or no: the label is 0 or 1, also false and true. The answer is a probability."""

    reads: ClassVar[Reading] = "label"
    gives: ClassVar[frozenset[str]] = frozenset(
        {
            *("truth", "probability", "likelihood", "decision", "group"),
            *("forecast", "outcome", "uncalibrated"),
        }
    )
    headline: ClassVar[tuple[Metric, ...]] = (
        Auc(),
        LogLoss(),
        Accuracy(),
        CalibrationError(),
        NormalizedEntropy(),
        Bias(),
    )
    answers: ClassVar[tuple[str, ...]] = ("probability",)
    spoken: ClassVar[Mapping[str, Said]] = {"probability": "number", "decision": "flag"}
    calibrates: ClassVar[bool] = True
    votings: ClassVar[frozenset[str]] = frozenset({"hard"})
    mixes_in: ClassVar[Space] = "mixture"

    def metrics(self) -> Iterator[Metric]:
        """Yield its figures; AUC per group where there are groups."""
        yield from self.headline
        if self.group:
            yield ClusterAuc()

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: the weight of either label."""
        import pyarrow as pa

        from hone_trainer.tasks.learned import Learned

        values, weight = self.encode(block, Learned())
        return pa.table(
            {"value": [0, 1], "weight": [float(weight[values == k].sum()) for k in (0, 1)]}
        )

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the weight of either label; both are asked for once all is added."""
        import numpy as np

        from hone_trainer.tasks.learned import Learned

        counts = np.sum([table.column("weight").to_numpy() for table in summaries], axis=0)
        return Learned(keys=("0", "1"), counts=counts)

    def tally(self, values: Array, weight: Array) -> list[float]:
        """See ``Task.tally``: the weight of either label."""
        return [float(weight[values == label].sum()) for label in (0, 1)]

    def shifted(self, learned: Learned, tally: list[float]) -> Learned:
        """See ``Task.shifted``: the log odds that were added; none where they were not known.

        Raises:
            StageFailure: OneClass.
        """
        from dataclasses import replace

        import numpy as np

        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.rows import nothing_counts

        before, after = np.asarray(learned.counts), np.asarray(tally)
        if not after.any():
            raise StageFailure("OneClass", nothing_counts(self))
        if not after.all():
            only = f"column {self.label!r} is {int(after[1] > 0)} in every training row"
            remedy = "there is nothing to learn; take rows of both kinds"
            raise StageFailure("OneClass", f"{only}: {remedy}")
        shift = 0.0
        if before.all():
            shift = float(np.log(after[1] / after[0]) - np.log(before[1] / before[0]))
        return replace(learned, counts=after, prior_shift=shift if abs(shift) > 1e-9 else 0.0)

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:  # noqa: ARG002
        """See ``Task.encode``."""
        import numpy as np

        from hone_trainer.tasks.rows import flags, weights_of

        remedy = "correct the source, or name another task: classes, number"
        values, weight = flags("BadLabel", block, self.label, remedy), weights_of(self, block)
        return np.nan_to_num(values).astype(np.int8), weight

    def bias(self, learned: Learned) -> Array:
        """See ``Task.bias``: the log odds of the base rate."""
        from hone_trainer.tasks.logits import log_odds

        return log_odds(learned.frequencies[1:])

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """See ``Task.loss``: cross-entropy on logits; soft values are probabilities."""
        from hone_trainer.backend.keras import tf

        logits = head.logits(features)[:, 0]
        values = tf.cast(tf.reshape(targets.values, [-1]), tf.float32)
        losses = tf.nn.sigmoid_cross_entropy_with_logits(values, logits)
        return losses, targets.weight

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:
        """See ``Task.outputs``: ``probability`` (batch, 1)."""
        from hone_trainer.backend.keras import keras

        scale = 1 / calibration.temperature
        offset = calibration.offset - learned.prior_shift * scale
        if (scale, offset) != (1.0, 0.0):
            logits = keras.layers.Rescaling(scale, offset, dtype="float32")(logits)
        return {"probability": keras.layers.Activation("sigmoid", dtype="float32")(logits)}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:
        """See ``Task.answer``."""
        from hone_trainer.tasks.logits import sigmoid

        scores = (logits - learned.prior_shift) / calibration.temperature
        return {"probability": sigmoid(scores + calibration.offset)}

    def told(
        self,
        answers: dict[str, Array],
        learned: Learned,  # noqa: ARG002
        calibration: Calibration,
        asked: Asked,  # noqa: ARG002
    ) -> list[dict[str, Any]]:
        """See ``Task.told``: ``probability``, and the ``decision`` by the best threshold."""
        found = answers["probability"].reshape(-1).tolist()
        return [{"probability": p, "decision": p >= calibration.threshold} for p in found]

    def graph(self, answers: dict[str, Any], asked: AskedGraph) -> dict[str, Any]:
        """See ``Task.graph``."""
        from hone_trainer.backend.keras import tf

        found = tf.reshape(answers["probability"], [-1])
        decision = tf.cast(found, tf.float64) >= asked.calibration.threshold
        return {"probability": found, "decision": decision}

    def reduce(
        self, targets: Targets, answers: dict[str, Array], calibration: Calibration
    ) -> Scored:
        """See ``Task.reduce``."""
        import numpy as np

        from hone_trainer.metrics.scored import Scored
        from hone_trainer.tasks.learned import Learned
        from hone_trainer.tasks.logits import log_odds

        truth = np.asarray(targets.values, np.float64).reshape(-1)
        probability = np.asarray(answers["probability"], np.float64).reshape(-1)
        columns = {
            "truth": truth,
            "probability": probability,
            "likelihood": np.where(truth > 0, probability, 1 - probability),
            "decision": (probability >= calibration.threshold).astype(np.float64),
            "forecast": probability,
            "outcome": truth,
        }
        if calibration.moves:
            raw = self.answer(log_odds(probability), Learned(), calibration.inverse)
            columns["uncalibrated"] = raw["probability"]
        if targets.group is not None:
            columns["group"] = targets.group
        return Scored(columns, np.asarray(targets.weight, np.float64), cluster=targets.group)

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: the base rate, as it is before augmentation."""
        import numpy as np

        from hone_trainer.tasks.logits import sigmoid

        odds = self.bias(learned) - learned.prior_shift
        return {"probability": np.tile(sigmoid(odds), (len(targets.weight), 1))}

    def likelihood(self, targets: Targets, answers: dict[str, Array]) -> Array:
        """See ``Task.likelihood``."""
        import numpy as np

        probability = np.asarray(answers["probability"], np.float64).reshape(-1)
        result: Array = np.where(targets.values.reshape(-1) > 0, probability, 1 - probability)
        return result

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import operating, reliability

        yield from operating(answered)
        yield from reliability(answered, "it came true")

    def calibrate(self, targets: Targets, answers: dict[str, Array]) -> Calibration:
        """See ``Task.calibrate``: temperature and offset (Platt 1999), then the threshold."""
        from hone_trainer.tasks.calibration import platt
        from hone_trainer.tasks.logits import log_odds

        return platt(targets, log_odds(answers["probability"]))

    def recalibrate(self, answers: dict[str, Any], calibration: Calibration) -> dict[str, Any]:
        """See ``Task.recalibrate``."""
        from hone_trainer.backend.layers import LogOdds
        from hone_trainer.tasks.learned import Learned

        if not calibration.moves:
            return answers
        logits = LogOdds(dtype="float32")(answers["probability"])
        return self.outputs(logits, Learned(), calibration)
