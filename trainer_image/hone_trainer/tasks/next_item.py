"""What comes next: which of all items will this user choose?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.metrics.coverage import TOP, Coverage
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.tasks.task import Reading, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Head, Logits
    from hone_trainer.tasks.learned import Array, Calibration, Learned, Targets

UNSEEN = -1
"""Code of an item that no training row has: a miss, at a rank behind all items."""
FULL = 100_000_000
"""Logits of a step, rows times items, up to which the softmax is over all items."""
NEGATIVES = 4096
"""Items that stand for all others where it is not."""
AT_ONCE = 1 << 24
"""Scores that are compared at a time."""


class NextItem(Task):
    """Which item comes next, of all that training rows hold. The answer is a probability for each.

    All items are ranked, those seen before among them.
    """

    reads: ClassVar[Reading] = "category"
    strata: ClassVar[str] = "names items, which are too many to be classes"
    gives: ClassVar[frozenset[str]] = frozenset(
        {"better", "equal", "relevance", "likelihood", "top"}
    )
    headline: ClassVar[tuple[Metric, ...]] = (
        Ndcg(at=10),
        LogLoss(),
        Recall(at=10),
        Mrr(),
        Coverage(),
    )
    answers: ClassVar[tuple[str, ...]] = ("probabilities",)
    mixes_in: ClassVar[Space] = "mixture"

    min_count: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    """Items that training rows hold less often are no answers."""
    negatives: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Score so many drawn items in a step of training instead of all, corrected for how likely each
    is drawn (Bengio and Senécal 2003); 4,096 where nothing is said and a step would score more than
    a hundred million."""

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: the weight of each item."""
        from hone_trainer.tasks.counts import count
        from hone_trainer.tasks.rows import weights_of

        return count(block, self.label, weights_of(self, block))

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the items, the most frequent first.

        Raises:
            StageFailure: OneClass.
        """
        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.counts import merge
        from hone_trainer.tasks.learned import Learned

        found = merge(summaries)
        kept = [pair for pair in found if pair[1] >= self.min_count]
        if len(kept) < 2:
            message = f"column {self.label!r} has fewer than two items in the training rows"
            remedy = "lower nextItem.minCount, or give more rows"
            raise StageFailure("OneClass", f"{message}: {remedy}")
        import numpy as np

        kept.sort(key=lambda pair: (-pair[1], pair[0]))
        return Learned(tuple(key for key, _ in kept), np.array([weight for _, weight in kept]))

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:
        """See ``Task.encode``: codes into the items, -1 for one that is no answer."""
        from hone_trainer.tasks.counts import codes
        from hone_trainer.tasks.rows import weights_of

        return codes(block, self.label, learned, UNSEEN), weights_of(self, block)

    def bias(self, learned: Learned) -> Array:
        """See ``Task.bias``: the log of each item's share."""
        import numpy as np

        shares: Array = np.log(learned.frequencies)
        return shares

    def head(self, learned: Learned, name: str, given: frozenset[str]) -> Head:
        """See ``Task.head``: a vector per item, so that few items can be scored alone."""
        from hone_trainer.tasks.head import HEAD, Head

        if f"logits/{name}" in given:
            return super().head(learned, name, given)
        return Head.items(self.bias(learned), f"{name}{HEAD}", learned)

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:
        """See ``Task.loss``: softmax cross-entropy over all items, or over drawn ones."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.backend.sampled_softmax import sampled_softmax

        truth = tf.reshape(targets.values, [-1])
        # An item that is no answer teaches nothing.
        weight = targets.weight * tf.cast(truth >= 0, tf.float32)
        truth = tf.maximum(truth, 0)
        items, rows = len(head.learned.keys), truth.shape[0]
        few = self.negatives or (NEGATIVES if rows and rows * items > FULL else None)
        if draws is None or few is None or few >= items or not hasattr(head, "logits_of"):
            logits = head.logits(features)
            return tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits), weight
        return sampled_softmax(head, features, truth, few, draws), weight

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """See ``Task.outputs``: ``probabilities`` (batch, items)."""
        from hone_trainer.backend.keras import keras

        return {"probabilities": keras.layers.Softmax(dtype="float32")(logits)}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:  # noqa: ARG002
        """See ``Task.answer``."""
        from hone_trainer.tasks.logits import softmax

        return {"probabilities": softmax(logits)}

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,  # noqa: ARG002
    ) -> Scored:
        """See ``Task.reduce``: how many items are ranked above the one that came, and beside it."""
        import numpy as np

        from hone_trainer.metrics.scored import Scored

        truth = np.asarray(targets.values).reshape(-1)
        told = answers["probabilities"]
        rows, items = told.shape
        better, equal = np.empty(rows), np.empty(rows)
        top = np.empty((rows, min(TOP, items)), np.int64)
        step = max(1, AT_ONCE // items)
        for start in range(0, rows, step):
            block = np.asarray(told[start : start + step])
            here = slice(start, start + len(block))
            own = block[np.arange(len(block)), np.maximum(truth[here], 0)][:, None]
            better[here] = (block > own).sum(axis=1)
            equal[here] = (block == own).sum(axis=1) - 1
            top[here] = np.argpartition(-block, top.shape[1] - 1, axis=1)[:, : top.shape[1]]
        unseen = truth < 0
        better[unseen], equal[unseen] = items, 0
        columns = {
            "better": better,
            "equal": equal,
            "relevance": np.ones(rows),
            "likelihood": self.likelihood(targets, answers),
            "top": top,
        }
        weight = np.asarray(targets.weight, np.float64)
        return Scored(columns, weight, None, targets.group, items)

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: popularity."""
        import numpy as np

        shares = learned.frequencies
        return {"probabilities": np.broadcast_to(shares, (len(targets.weight), len(shares)))}

    def likelihood(self, targets: Targets, answers: dict[str, Array]) -> Array:
        """See ``Task.likelihood``: 0 for an item that is no answer."""
        import numpy as np

        truth = np.asarray(targets.values).reshape(-1)
        told = answers["probabilities"][np.arange(len(truth)), np.maximum(truth, 0)]
        result: Array = np.where(truth >= 0, told.astype(np.float64), 0.0)
        return result

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import found_by_cut

        yield from found_by_cut(answered)

    def soften(self, answers: dict[str, Array]) -> Array:
        """See ``Task.soften``."""
        return answers["probabilities"]
