"""In which order: which of the things that a search found does the customer want?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from hone_trainer.metrics.average_precision import MeanAveragePrecision
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.tasks.task import ColumnName, Reading, Said, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from hone_trainer.html.picture import Picture
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.metrics.scored import Scored
    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.head import Logits
    from hone_trainer.tasks.learned import Array, Asked, Calibration, Learned, Targets

MOST = 30
"""Of a relevance: its gain in NDCG is 2^relevance - 1."""


class Ranking(Task):
    """In which order the rows of a group stand. The label is how relevant a row is, from 0 on; the
    answer is a score, higher for rows that come first.
    """

    listed: ClassVar[bool] = True
    shared: ClassVar[tuple[str, ...]] = ("group", "item")
    reads: ClassVar[Reading] = "grade"
    gives: ClassVar[frozenset[str]] = frozenset({"better", "equal", "relevance"})
    headline: ClassVar[tuple[Metric, ...]] = (
        Ndcg(at=10),
        MeanAveragePrecision(),
        Mrr(),
        Recall(at=10),
    )
    answers: ClassVar[tuple[str, ...]] = ("score",)
    ranks: ClassVar[bool] = True
    spoken: ClassVar[Mapping[str, Said]] = {"score": "number", "rank": "count"}
    mixes_in: ClassVar[Space] = "score"

    group: ColumnName
    """The column whose rows make one list: a query, a visit. No split and no member cuts it, so
    ``split.by.group`` names it too."""
    item: ColumnName | None = None
    """The column that names what is ranked: how often it was relevant in training is the answer
    that a model has to beat."""
    objective: Literal["listwise", "pairwise"] = "listwise"
    """What is learned: which rows of a list are relevant, by a softmax over all of it; or which of
    any two of them is more relevant (RankNet)."""
    length: Annotated[int, Field(ge=2, le=1024)] = 64
    """Rows of a list that a step of training looks at; of longer lists others each epoch."""

    @property
    def longest(self) -> int:
        """See ``Task.longest``."""
        return self.length

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: how relevant each item was, by weight."""
        from hone_trainer.tasks.counts import count
        from hone_trainer.tasks.learned import Learned

        values, weight = self.encode(block, Learned())
        if self.item is None:
            import pyarrow as pa

            return pa.table({"key": [""], "weight": [float(values @ weight)]})
        return count(block, self.item, values * weight)

    def learn(self, summaries: list[Any]) -> Learned:
        """See ``Task.learn``: the items that were ever relevant, in alphabetical order.

        Raises:
            StageFailure: OneClass.
        """
        from hone_trainer.contract.assignment import StageFailure
        from hone_trainer.tasks.counts import merge, numbered

        found = merge(summaries)
        if not found:
            message = f"column {self.label!r} is 0 or missing in every training row"
            if self.item is not None:
                message += f", or {self.item!r} is missing where it is not"
            raise StageFailure("OneClass", f"{message}: nothing is relevant; take other rows")
        return numbered(found)

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:  # noqa: ARG002
        """See ``Task.encode``: relevance as it is."""
        import numpy as np

        from hone_trainer.tasks.rows import refuse, weights_of

        values, weight = block.numbers(self.label), weights_of(self, block)
        wrong = (values < 0) | (values > MOST)
        rule = f"relevance is a number from 0 to {MOST}, and gains 2^relevance - 1"
        refuse(wrong, "BadLabel", block, self.label, f"{rule}; write grades, not counts")
        return np.nan_to_num(values).astype(np.float32), weight

    def beside(self, block: Block, learned: Learned) -> dict[str, Array]:
        """See ``Task.beside``: ``item``, too, as codes into the items."""
        from hone_trainer.tasks.counts import codes

        found = super().beside(block, learned)
        if self.item is not None:
            found["item"] = codes(block, self.item, learned)
        return found

    def bias(self, learned: Learned) -> Array:  # noqa: ARG002
        """See ``Task.bias``: 0, which puts no row first."""
        import numpy as np

        return np.zeros(1)

    def unit_weights(self, targets: Targets) -> Any:
        """See ``Task.unit_weights``: of a list, that of its rows; 0 where there is no order to be
        right about: nothing is relevant, or it is one row.
        """
        from hone_trainer.backend.keras import tf
        from hone_trainer.backend.list_losses import ahead

        weight, gains = self._lists(targets)
        if self.objective == "pairwise":
            ordered = tf.reduce_any(ahead(weight, gains), [1, 2])
        else:
            rows = tf.reduce_sum(tf.cast(weight > 0, tf.float32), 1)
            ordered = (tf.reduce_sum(gains, 1) > 0) & (rows > 1)
        return tf.cast(ordered, tf.float32) * tf.reduce_max(weight, 1)

    def loss(self, head: Logits, features: Any, targets: Targets, draws: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """See ``Task.loss``: as ``objective`` says."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.backend.list_losses import listwise, pairwise

        logits = tf.reshape(head.logits(features), [-1])
        weight, gains = self._lists(targets)
        scores = tf.gather(logits, tf.maximum(targets.lists, 0))
        losses = pairwise if self.objective == "pairwise" else listwise
        return losses(scores, weight, gains), self.unit_weights(targets)

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """See ``Task.outputs``: ``score`` (batch, 1)."""
        from hone_trainer.backend.keras import keras

        return {"score": keras.layers.Activation("linear", dtype="float32")(logits)}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:  # noqa: ARG002
        """See ``Task.answer``."""
        import numpy as np

        return {"score": np.asarray(logits, np.float64)}

    def told(
        self,
        answers: dict[str, Array],
        learned: Learned,  # noqa: ARG002
        calibration: Calibration,  # noqa: ARG002
        asked: Asked,
    ) -> list[dict[str, Any]]:
        """See ``Task.told``: ``score``, and the ``rank`` in its list, 1 for the first; rows are one
        list where they do not say in which they are.
        """
        import numpy as np

        scores = answers["score"].reshape(-1)
        lists = asked.lists.get(self.group, np.zeros(len(scores), np.int64))
        order = np.lexsort((-scores, lists))
        _, starts, sizes = np.unique(lists[order], return_index=True, return_counts=True)
        ranks = np.empty(len(scores), np.int64)
        ranks[order] = np.arange(len(scores)) - np.repeat(starts, sizes) + 1
        both = zip(scores.tolist(), ranks.tolist(), strict=True)
        return [{"score": score, "rank": rank} for score, rank in both]

    def reduce(
        self,
        targets: Targets,
        answers: dict[str, Array],
        calibration: Calibration,  # noqa: ARG002
    ) -> Scored:
        """See ``Task.reduce``: where the relevant rows of each list stand; of a list of one row
        nothing can be said, so it weighs 0.
        """
        import numpy as np

        from hone_trainer.metrics.scored import Scored
        from hone_trainer.tasks.places import places

        kept = np.asarray(targets.weight) > 0
        weight = np.asarray(targets.weight, np.float64)[kept]
        scores = np.asarray(answers["score"], np.float64).reshape(-1)[kept]
        relevance = np.asarray(targets.values, np.float64)[kept]
        _, unit = np.unique(np.asarray(targets.group)[kept], return_inverse=True)
        better, equal = places(unit, scores)
        relevant = np.flatnonzero(relevance > 0)
        relevant = relevant[np.argsort(unit[relevant], kind="stable")]
        units = int(unit.max()) + 1 if len(unit) else 0
        weights, there = np.zeros(units), np.zeros(units)
        np.maximum.at(weights, unit, weight)
        there[unit[relevant]] = np.bincount(unit, minlength=units)[unit[relevant]] > 1
        columns = {"better": better, "equal": equal, "relevance": relevance}
        return Scored(
            {name: values[relevant] for name, values in columns.items()},
            weights * there,
            unit[relevant],
        )

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: how often each item was relevant; nothing first without ``item``."""
        import numpy as np

        if targets.item is None:
            return {"score": np.zeros((len(targets.weight), 1))}
        known = np.append(np.asarray(learned.counts, np.float64), 0.0)
        return {"score": known[np.asarray(targets.item)][:, None]}

    def pictures(self, learned: Learned, answered: Mapping[str, Scored]) -> Iterator[Picture]:  # noqa: ARG002
        """See ``Task.pictures``."""
        from hone_trainer.tasks.pictures import found_by_cut

        yield from found_by_cut(answered)

    def soften(self, answers: dict[str, Array]) -> Array:
        """See ``Task.soften``: relevance is what a teacher's scores are above the lowest."""
        import numpy as np

        scores: Array = np.asarray(answers["score"], np.float64)
        above: Array = scores - scores.min()
        return above

    def _lists(self, targets: Targets) -> tuple[Any, Any]:
        """Return weights and relevance of each list's rows, (lists, length); 0 for none."""
        from hone_trainer.backend.keras import tf

        places = tf.maximum(targets.lists, 0)
        there = tf.cast(targets.lists >= 0, tf.float32)
        weight = tf.gather(tf.reshape(targets.weight, [-1]), places) * there
        values = tf.cast(tf.reshape(targets.values, [-1]), tf.float32)
        return weight, tf.gather(values, places) * tf.cast(weight > 0, tf.float32)
