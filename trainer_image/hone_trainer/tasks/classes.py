"""One of several classes: what does the customer want?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.calibration_error import CalibrationError
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.tasks.task import Reading, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Calibration, Learned, Targets

UNSEEN = -1
"""Code of a class that no training row has: it counts as wrong and is no class of the model."""
MANY = 10
"""Classes from which on labels are smoothed where nothing is said."""


class Classes(Task):
    """One of several classes, by their names. The answer is a probability for each."""

    reads: ClassVar[Reading] = "category"
    gives: ClassVar[frozenset[str]] = frozenset(
        {"truth", "decision", "likelihood", "forecast", "outcome"}
    )
    headline: ClassVar[tuple[Metric, ...]] = (Accuracy(), LogLoss(), MacroF1(), CalibrationError())
    answers: ClassVar[tuple[str, ...]] = ("probabilities",)
    calibrates: ClassVar[bool] = True
    mixes_in: ClassVar[Space] = "mixture"

    smoothing: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Probability that training spreads over all classes (Szegedy et al. 2016); .05 from ten
    classes on, 0 below, where nothing is said."""

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: the weight of each class."""
        from hone_trainer.tasks.counts import count
        from hone_trainer.tasks.rows import weights_of

        return count(block, self.label, weights_of(self, block))

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the classes in alphabetical order.

        Raises:
            StageFailure: OneClass.
        """
        import numpy as np

        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.counts import merge
        from hone_trainer.tasks.learned import Learned
        from hone_trainer.tasks.rows import nothing_counts

        found = merge(summaries)
        if not found:
            raise StageFailure("OneClass", nothing_counts(self))
        if len(found) < 2:
            message = f"column {self.label!r} is {found[0][0]!r} in every training row"
            raise StageFailure("OneClass", f"{message}: nothing can be learned; give more rows")
        return Learned(tuple(key for key, _ in found), np.array([weight for _, weight in found]))

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:
        """See ``Task.encode``: codes into the classes, -1 for one that training has not seen."""
        from hone_trainer.tasks.counts import codes
        from hone_trainer.tasks.rows import weights_of

        return codes(block, self.label, learned, UNSEEN), weights_of(self, block)

    def bias(self, learned: Learned) -> Array:
        """See ``Task.bias``: the log of each class's share."""
        import numpy as np

        shares: Array = np.log(learned.frequencies)
        return shares

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """See ``Task.loss``: softmax cross-entropy, labels smoothed."""
        from hone_trainer.backend.keras import tf

        logits = head.logits(features)
        classes = logits.shape[-1]
        values = targets.values
        if values.dtype.is_integer:
            values = tf.one_hot(tf.reshape(values, [-1]), classes)
        usual = 0.05 if classes >= MANY else 0.0
        smoothing = usual if self.smoothing is None else self.smoothing
        # A class that was never seen is all zeros: it teaches nothing, smoothed or not.
        soft = values * (1 - smoothing) + smoothing / classes * tf.reduce_sum(values, -1, True)
        losses = tf.nn.softmax_cross_entropy_with_logits(soft, logits)
        return losses, targets.weight

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """See ``Task.outputs``: ``probabilities`` (batch, classes)."""
        from hone_trainer.backend.keras import keras

        if calibration.temperature != 1.0:
            warmth = 1 / calibration.temperature
            logits = keras.layers.Rescaling(warmth, dtype="float32")(logits)
        return {"probabilities": keras.layers.Softmax(dtype="float32")(logits)}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:  # noqa: ARG002
        """See ``Task.answer``."""
        from hone_trainer.tasks.logits import softmax

        return {"probabilities": softmax(logits / calibration.temperature)}

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,  # noqa: ARG002
    ) -> Scored:
        """See ``Task.reduce``."""
        import numpy as np

        from hone_trainer.metrics.scored import Scored

        truth = np.asarray(targets.values).reshape(-1)
        told = np.asarray(answers["probabilities"], np.float64)
        decision = told.argmax(axis=1)
        columns = {
            "truth": truth,
            "decision": decision,
            "likelihood": self.likelihood(targets, answers),
            "forecast": told.max(axis=1),
            "outcome": (decision == truth).astype(np.float64),
        }
        weight = np.asarray(targets.weight, np.float64)
        return Scored(columns, weight, None, targets.group, told.shape[1])

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: the shares of the classes."""
        import numpy as np

        return {"probabilities": np.tile(learned.frequencies, (len(targets.weight), 1))}

    def likelihood(self, targets: Targets, answers: dict[str, Array]) -> Array:
        """See ``Task.likelihood``: 0 for a class that training has not seen."""
        import numpy as np

        truth = np.asarray(targets.values).reshape(-1)
        told = np.asarray(answers["probabilities"], np.float64)
        found = told[np.arange(len(truth)), np.maximum(truth, 0)]
        result: Array = np.where(truth >= 0, found, 0.0)
        return result

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import mistaken, reliability

        yield from reliability(answered, "the decision is right")
        yield from mistaken(next(iter(answered.values())), learned.keys)

    def soften(self, answers: dict[str, Array]) -> Array:
        """See ``Task.soften``."""
        return answers["probabilities"]

    def calibrate(self, targets: Targets, answers: dict[str, Array]) -> Calibration:
        """See ``Task.calibrate``."""
        import numpy as np

        from hone_trainer.tasks.calibration import temperature

        told = np.asarray(answers["probabilities"], np.float64)
        return temperature(targets, np.log(np.maximum(told, 1e-30)))

    def recalibrate(self, answers: dict[str, Any], calibration: Calibration) -> dict[str, Any]:
        """See ``Task.recalibrate``."""
        from hone_trainer.backend.layers import Log
        from hone_trainer.tasks.learned import Learned

        if calibration.temperature == 1.0:
            return answers
        return self.outputs(Log(dtype="float32")(answers["probabilities"]), Learned(), calibration)
