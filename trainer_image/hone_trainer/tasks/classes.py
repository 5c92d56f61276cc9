"""One of several classes: what does the customer want?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.contract.spec import Spec
from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.calibration_error import CalibrationError
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.metrics.out_of_scope_auc import OutOfScopeAuc
from hone_trainer.tasks.categorical import Categorical
from hone_trainer.tasks.task import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Asked, AskedGraph, Calibration, Learned, Targets

MANY = 10
"""Classes from which on labels are smoothed where nothing is said."""


class OutOfScope(Spec):
    """How rows are told that are of no class that training rows have."""

    keep: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Share of the rows of known classes that stay in scope: what is less sure than all but these
    is out of it."""


class Classes(Categorical):
    """One of several classes, by their names. The answer is a probability for each."""

    gives: ClassVar[frozenset[str]] = frozenset(
        {"truth", "decision", "likelihood", "forecast", "outcome", "uncalibrated", "scope"}
    )
    spoken: ClassVar[Mapping[str, Said]] = {
        "class": "text",
        "probability": "number",
        "classes": "list",
    }
    headline: ClassVar[tuple[Metric, ...]] = (Accuracy(), LogLoss(), MacroF1(), CalibrationError())
    calibrates: ClassVar[bool] = True

    smoothing: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Probability that training spreads over all classes (Szegedy et al. 2016); .05 from ten
    classes on, 0 below, where nothing is said."""
    out_of_scope: OutOfScope | None = None
    """Say of each row whether it is of a known class at all, by the probability of its answer; the
    least one is found on validation rows."""

    @property
    def says(self) -> Mapping[str, Said]:
        """See ``Task.says``."""
        return {**self.spoken, "inScope": "flag"} if self.out_of_scope else self.spoken

    @property
    def figured(self) -> frozenset[str]:
        """See ``Task.figured``."""
        return super().figured - (frozenset() if self.out_of_scope else {"scope"})

    def metrics(self) -> Iterator[Metric]:
        """See ``Task.metrics``."""
        yield from super().metrics()
        if self.out_of_scope:
            yield OutOfScopeAuc()

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the classes in alphabetical order.

        Raises:
            StageFailure: OneClass.
        """
        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.counts import merge, numbered
        from hone_trainer.tasks.rows import nothing_counts

        found = merge(summaries)
        if not found:
            raise StageFailure("OneClass", nothing_counts(self))
        if len(found) < 2:
            message = f"column {self.label!r} is {found[0][0]!r} in every training row"
            raise StageFailure("OneClass", f"{message}: nothing can be learned; give more rows")
        return numbered(found)

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """See ``Task.loss``: softmax cross-entropy or squared error, labels smoothed."""
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
        if self.objective == "squaredError":
            there = tf.reduce_sum(values, -1)
            return there * tf.reduce_sum((tf.nn.softmax(logits) - soft) ** 2, -1), targets.weight
        return tf.nn.softmax_cross_entropy_with_logits(soft, logits), targets.weight

    def told(
        self,
        answers: dict[str, Array],
        learned: Learned,
        calibration: Calibration,
        asked: Asked,
    ) -> list[dict[str, Any]]:
        """See ``Task.told``: the likeliest ``class``, its ``probability``, and the first few."""
        from hone_trainer.tasks.categorical import first

        found = first(answers["probabilities"], asked.top)
        return [
            {
                "class": learned.keys[codes[0]],
                "probability": shares[0],
                "classes": [
                    {"class": learned.keys[code], "probability": share}
                    for code, share in zip(codes, shares, strict=True)
                ],
                **({"inScope": shares[0] >= calibration.threshold} if self.out_of_scope else {}),
            }
            for codes, shares in found
        ]

    def graph(self, answers: dict[str, Any], asked: AskedGraph) -> dict[str, Any]:
        """See ``Task.graph``."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.tasks.categorical import first_tensors

        names, shares = first_tensors(answers["probabilities"], asked.learned, asked.top)
        found = {
            "class": names[:, 0],
            "probability": shares[:, 0],
            "classes_class": names,
            "classes_probability": shares,
        }
        if self.out_of_scope:
            found["inScope"] = tf.cast(shares[:, 0], tf.float64) >= asked.calibration.threshold
        return found

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,
    ) -> Scored:
        """See ``Task.reduce``."""
        import numpy as np

        from hone_trainer.metrics.scored import Scored
        from hone_trainer.tasks.learned import Learned
        from hone_trainer.tasks.logits import log

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
        if self.out_of_scope:
            columns["scope"] = (truth >= 0).astype(np.float64)
        if calibration.moves:
            raw = self.answer(log(told), Learned(), calibration.inverse)["probabilities"]
            columns["uncalibrated"] = raw.max(axis=1)
        weight = np.asarray(targets.weight, np.float64)
        return Scored(columns, weight, None, targets.group, told.shape[1])

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import mistaken, reliability

        yield from reliability(answered, "the decision is right")
        yield from mistaken(next(iter(answered.values())), learned.keys)

    def calibrate(self, targets: Targets, answers: dict[str, Array]) -> Calibration:
        """See ``Task.calibrate``."""
        from hone_trainer.tasks.calibration import least_sure, temperature
        from hone_trainer.tasks.logits import log

        logits = log(answers["probabilities"])
        fitted = temperature(targets, logits)
        if self.out_of_scope is None:
            return fitted
        return least_sure(targets, logits, fitted, self.out_of_scope.keep)

    def recalibrate(self, answers: dict[str, Any], calibration: Calibration) -> dict[str, Any]:
        """See ``Task.recalibrate``."""
        from hone_trainer.backend.layers import Log
        from hone_trainer.tasks.learned import Learned

        if not calibration.moves:
            return answers
        return self.outputs(Log(dtype="float32")(answers["probabilities"]), Learned(), calibration)
