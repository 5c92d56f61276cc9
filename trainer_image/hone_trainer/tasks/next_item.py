"""What comes next: which of all items will this user choose?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.contract.spec import Rule
from hone_trainer.metrics.coverage import TOP, Coverage
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.tasks.categorical import Categorical
from hone_trainer.tasks.task import Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.tasks.head import Head, Logits
    from hone_trainer.tasks.learned import Array, Asked, AskedGraph, Calibration, Learned, Targets

FULL = 100_000_000
"""Logits of a step, rows times items, up to which the softmax is over all items."""
NEGATIVES = 4096
"""Items that stand for all others where it is not."""
DRAWN = "negatives stand for all items in a crossEntropy alone; leave out one of the two"
AT_ONCE = 1 << 24
"""Scores that are compared at a time."""


class NextItem(Categorical):
    """Which item comes next, of all that training rows hold: a probability for each."""

    strata: ClassVar[str] = "names items, which are too many to be classes"
    gives: ClassVar[frozenset[str]] = frozenset(
        {"better", "equal", "relevance", "likelihood", "top"}
    )
    ranks: ClassVar[bool] = True
    spoken: ClassVar[Mapping[str, Said]] = {"items": "list"}
    headline: ClassVar[tuple[Metric, ...]] = (
        Ndcg(at=10),
        LogLoss(),
        Recall(at=10),
        Mrr(),
        Coverage(),
    )

    rules = (Rule("!has(self.negatives) || self.objective == 'crossEntropy'", DRAWN),)

    min_count: Annotated[int, Field(ge=1, le=1_000_000_000)] = 1
    """Items that training rows hold less often are no answers."""
    negatives: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Score so many drawn items in a step of training instead of all, corrected for how likely each
    is drawn (Bengio and Senécal 2003); 4,096 where nothing is said and a step would score more than
    a hundred million."""

    seen: Literal["ranked", "leftOut"] | None = None
    """Whether items that a user has met may be the answer, in figures and in answers alike; figures
    know of those that the label's ``sequence`` holds. Where nothing is said figures rank all items,
    and answers leave those out."""

    @property
    def recalls(self) -> bool:
        """See ``Task.recalls``."""
        return self.seen == "leftOut"

    @model_validator(mode="after")
    def _draws_for_what_it_minimises(self) -> Self:
        if self.negatives is not None and self.objective != "crossEntropy":
            raise ValueError(DRAWN)
        return self

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the items, the most frequent first.

        Raises:
            StageFailure: OneClass.
        """
        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.counts import merge, numbered

        found = merge(summaries)
        kept = [pair for pair in found if pair[1] >= self.min_count]
        if len(kept) < 2:
            message = f"column {self.label!r} has fewer than two items in the training rows"
            remedy = "lower nextItem.minCount, or give more rows"
            raise StageFailure("OneClass", f"{message}: {remedy}")
        return numbered(sorted(kept, key=lambda pair: (-pair[1], pair[0])))

    def head(self, learned: Learned, name: str, given: frozenset[str]) -> Head:
        """See ``Task.head``: a vector per item, so that few items can be scored alone."""
        from hone_trainer.tasks.head import HEAD, Head

        if f"logits/{name}" in given:
            return super().head(learned, name, given)
        if (table := f"items/{name}") in given:
            return Head.tied(self.bias(learned), f"{name}{HEAD}", learned, table)
        return Head.items(self.bias(learned), f"{name}{HEAD}", learned)

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:
        """See ``Task.loss``: softmax cross-entropy over all items, or over drawn ones."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.backend.sampled_softmax import sampled_softmax

        truth = tf.reshape(targets.values, [-1])
        items, rows = head.learned.known, targets.about or truth.shape[0]
        # An item that is no answer teaches nothing; of one that no row holds nothing can be said.
        weight = targets.weight * tf.cast((truth >= 0) & (truth < items), tf.float32)
        truth = tf.clip_by_value(truth, 0, items - 1)
        few = self._drawn(items, rows)
        if draws is not None and few is not None and hasattr(head, "logits_of"):
            return sampled_softmax(head, features, truth, few, draws), weight
        if targets.about is not None:  # the others would be scored for nothing
            there = tf.where(targets.weight > 0)[:, 0]
            features = {**features, "vector": tf.gather(features["vector"], there)}
            truth, weight = tf.gather(truth, there), tf.gather(weight, there)
        if self.objective == "squaredError":
            shares = tf.nn.softmax(head.logits(features)[:, :items])
            own = tf.gather(shares, truth, axis=1, batch_dims=1)
            return tf.reduce_sum(shares * shares, 1) - 2 * own + 1, weight
        logits = head.logits(features)[:, :items]
        return tf.nn.sparse_softmax_cross_entropy_with_logits(truth, logits), weight

    def _drawn(self, items: int, rows: int | None) -> int | None:
        """Return how many drawn items stand for all of them in a step; None where none do."""
        if self.objective == "squaredError":
            return None
        few = self.negatives or (NEGATIVES if rows and rows * items > FULL else None)
        return few if few is not None and few < items else None

    def told(
        self,
        answers: dict[str, Array],
        learned: Learned,
        calibration: Calibration,  # noqa: ARG002
        asked: Asked,
    ) -> list[dict[str, Any]]:
        """See ``Task.told``: the likeliest ``items``, of those that ``seen`` allows."""
        from hone_trainer.tasks.categorical import first

        told = answers["probabilities"]
        known = () if self.seen == "ranked" else asked.seen.get(self.label, ())
        for row, met in enumerate(known):
            codes = [learned.codes[item] for item in met if item in learned.codes]
            if codes:
                told = told.copy() if told is answers["probabilities"] else told
                told[row, codes] = -1.0  # below every probability: never among the first
        return [
            {
                "items": [
                    {"item": learned.keys[code], "probability": share}
                    for code, share in zip(codes, shares, strict=True)
                    if share >= 0
                ]
            }
            for codes, shares in first(told, asked.top)
        ]

    def graph(self, answers: dict[str, Any], asked: AskedGraph) -> dict[str, Any]:
        """See ``Task.graph``; behind the last item that is new to a user there are "" and NaN."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.rows.token_tensors import places
        from hone_trainer.tasks.categorical import first_tensors

        told = answers["probabilities"]
        if self.seen != "ranked" and self.label in asked.histories:
            met = asked.rows.values(asked.histories[self.label])
            codes = places(asked.rows, met, asked.learned.keys, -1)
            row = tf.broadcast_to(tf.range(tf.shape(codes)[0])[:, None], tf.shape(codes))
            known = tf.boolean_mask(tf.stack([row, codes], -1), codes >= 0)
            below = tf.fill(tf.shape(known)[:1], -1.0)
            told = tf.tensor_scatter_nd_update(told, known, below)
        names, shares = first_tensors(told, asked.learned, asked.top)
        new = shares >= 0
        return {
            "items_item": tf.where(new, names, ""),
            "items_probability": tf.where(new, shares, float("nan")),
        }

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,  # noqa: ARG002
    ) -> Scored:
        """See ``Task.reduce``: how many items are ranked above the one that came, and beside it.

        One that is no answer, or that was seen and is to be left out, stands behind all items.
        """
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
            if targets.seen is not None:
                met = np.asarray(targets.seen[here])
                block = np.array(block)
                block[np.nonzero(met >= 0)[0], met[met >= 0]] = -1.0  # below every probability
            own = block[np.arange(len(block)), np.maximum(truth[here], 0)][:, None]
            better[here] = (block > own).sum(axis=1)
            equal[here] = (block == own).sum(axis=1) - 1
            top[here] = np.argpartition(-block, top.shape[1] - 1, axis=1)[:, : top.shape[1]]
        unseen = truth < 0
        if targets.seen is not None:
            unseen |= (np.asarray(targets.seen) == truth[:, None]).any(axis=1)
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

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import found_by_cut

        yield from found_by_cut(answered)
