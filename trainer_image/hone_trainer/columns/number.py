"""A measured quantity, on a common scale or as the bucket that it falls into."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import Field as Bound
from pydantic import model_validator

from hone_trainer.columns.kind import Kind
from hone_trainer.columns.normalizations import AnyNormalization
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.dataset.divergence import BOUND

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors

EITHER = "set at most one of normalize, buckets"
LARGEST = 3.4e38
"""What a model can read: the largest 32-bit number, nearly."""


class NumberBuckets(Spec):
    """Each number as one of so many ids, by bounds between which equally many training rows lie."""

    count: Annotated[int, Bound(ge=2, le=1024)] = 16
    """Buckets; fewer where many rows have the same value."""


class NumberColumn(Kind):
    """A measured quantity."""

    form: ClassVar[Form] = "number"
    rules = (Rule("!has(self.normalize) || !has(self.buckets)", EITHER),)

    normalize: AnyNormalization | None = None
    """How it is brought to a common scale; learned on the training part only."""
    buckets: NumberBuckets | None = None
    """Read it as an id with an embedding, by the bucket that it falls into: for quantities of which
    more is not simply better. Learned on the training part only."""

    feature: bool | None = None
    """Whether a model reads it. Where nothing is said it does, but for a number without normalize
    and buckets that a split or an ``along`` names: that only says which row comes first."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.normalize is not None and self.buckets is not None:
            raise ValueError(EITHER)
        return self

    @property
    def whole(self) -> bool:
        """See ``Kind.whole``."""
        return self.feature is not False

    @property
    def measured(self) -> bool:
        """See ``Kind.measured``."""
        return self.whole and self.buckets is None

    def settle(self, ordering: bool) -> Self:
        """See ``Kind.settle``: what only says which row comes first is no quantity."""
        said = self.feature is not None or self.normalize is not None or self.buckets is not None
        return self if said or not ordering else self.model_copy(update={"feature": False})

    def summarize(self, name: str, block: Block) -> Any:
        """Return the moments."""
        from hone_trainer.rows.running_stats import Moments

        return Moments.of(block.numbers(name)).table()

    def learn(self, name: str, summaries: list[Any], sample: Block) -> dict[str, Any]:
        """Return what the normalisation learned, or the ``bounds`` of buckets, or nothing.

        Raises:
            StageFailure: a number is larger than any that a model can read (``NumberTooLarge``).
        """
        import numpy as np

        from hone_trainer.rows.running_stats import gather

        if not self.whole:
            return {}
        moments = gather(summaries)
        largest = max(moments.low, moments.high, key=abs)
        if moments.count and abs(largest) > LARGEST:
            message = f"column {name!r} holds {largest:g}, more than a model can read"
            remedy = f"correct the source, or {BOUND.format(name=name)}"
            raise StageFailure("NumberTooLarge", f"{message}: {remedy}")
        values = sample.numbers(name)
        values = values[~np.isnan(values)]
        if self.buckets is not None:
            return {"bounds": _bounds(values, self.buckets.count)}
        if self.normalize is None:
            return {}
        learned: dict[str, Any] = self.normalize.value.learn(values, moments)
        return learned

    def positions(self, name: str) -> dict[str, int]:
        """See ``Kind.positions``."""
        return {name: 1} if self.whole and self.buckets is not None else {}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:
        """See ``Kind.fields``."""
        from hone_trainer.rows.field import Field
        from hone_trainer.rows.tokens import FIRST_KNOWN

        if not self.whole:
            return ()
        if self.buckets is None:
            return (Field(name=name, source=name, kind="number"),)
        size = FIRST_KNOWN + len(learned["bounds"]) + 1
        return (Field(name=name, source=name, kind="id", size=size),)

    def encode(
        self, name: str, block: Block, learned: dict[str, Any]
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Kind.encode``; missing numbers stay NaN, or are an unseen id."""
        import numpy as np

        from hone_trainer.rows.tokens import FIRST_KNOWN, UNSEEN

        if not self.whole:
            return {}
        values = block.numbers(name)
        if self.buckets is not None:
            found = np.searchsorted(np.array(learned["bounds"], float), values, side="right")
            ids = np.where(np.isnan(values), UNSEEN, found + FIRST_KNOWN)
            return {name: ids.astype(np.int32).reshape(-1, 1)}
        if self.normalize is not None:
            with np.errstate(over="ignore"):
                values = self.normalize.value.apply(values, learned)
        # What ``clip`` does, in less time for a few rows.
        within = np.minimum(np.maximum(values, -LARGEST), LARGEST)
        return {name: within.astype(np.float32)}

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        if self.normalize is None:
            return ""
        why: str = self.normalize.value.no_graph
        return why and f"normalize.{self.normalize.kind}: {why}"

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:
        """See ``Kind.graph``."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.rows.tokens import FIRST_KNOWN, UNSEEN

        if not self.whole:
            return {}
        values = rows.values(name)
        if self.buckets is not None:
            bounds = tf.constant(learned["bounds"], tf.float64)
            found = tf.searchsorted(bounds, values, side="right") + FIRST_KNOWN
            return {name: tf.where(rows.missing(name), UNSEEN, found)[:, None]}
        if self.normalize is not None:
            values = self.normalize.value.graph(values, learned)
        values = tf.clip_by_value(values, -LARGEST, LARGEST)
        return {name: tf.cast(values, tf.float32)[:, None]}


def _bounds(values: NDArray[np.float64], count: int) -> list[float]:
    """Return the least value of each bucket but the first, ascending."""
    import numpy as np

    values = np.sort(values)
    bounds: list[float] = []
    # Where the least value, often 0, fills a bucket, the others share what buckets are left.
    while count > 1 and len(values):
        above = values[np.searchsorted(values, values[0], side="right") :]
        if len(above) and (len(values) - len(above)) * count >= len(values):
            bounds.append(float(above[0]))
            values, count = above, count - 1
            continue
        # Bounds are values that occur: those of a column of whole numbers are whole.
        shares = np.quantile(values, np.arange(1, count) / count, method="inverted_cdf")
        return bounds + [float(bound) for bound in np.unique(shares) if bound > values[0]]
    return bounds
