"""A moment: what the calendar says of it, and how late it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field as Bound
from pydantic import model_validator
from pydantic.alias_generators import to_snake

from hone_trainer.columns.kind import Kind
from hone_trainer.columns.normalizations.z_score import ZScore

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.row_tensors import RowTensors

Moment = Literal["hour", "weekday", "month", "dayOfMonth", "sinceEpoch"]
LATENESS = "sinceEpoch"


class TimeColumn(Kind):
    """A moment. Without fields no model reads it: it serves splits, sequences and cleaning."""

    form: ClassVar[Form] = "time"

    chosen: Annotated[
        tuple[Moment, ...],
        Bound(alias="fields", max_length=5, json_schema_extra={"x-kubernetes-list-type": "set"}),
    ] = ()
    """What a model reads of it, in UTC: hour, weekday, month and dayOfMonth as ids with an
    embedding, sinceEpoch as a number with mean 0 and standard deviation 1."""

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len(set(self.chosen)) != len(self.chosen):
            raise ValueError("fields: each can be chosen once")
        return self

    @property
    def whole(self) -> bool:
        """See ``Kind.whole``."""
        return bool(self.chosen)

    @property
    def measured(self) -> bool:
        """See ``Kind.measured``."""
        return LATENESS in self.chosen

    def summarize(self, name: str, block: Block) -> Any:
        """Return the moments, in the other sense, of the days since 1970."""
        from hone_trainer.rows.calendar import days
        from hone_trainer.rows.running_stats import Moments

        return Moments.of(days(block.times(name))).table() if LATENESS in self.chosen else None

    def learn(self, name: str, summaries: list[Any], sample: Block) -> dict[str, Any]:
        """Return ``sinceEpoch``, its offset and scale in days, where that is chosen."""
        from hone_trainer.rows.calendar import days
        from hone_trainer.rows.running_stats import gather

        if LATENESS not in self.chosen:
            return {}
        return {LATENESS: ZScore().learn(days(sample.times(name)), gather(summaries))}

    def positions(self, name: str) -> dict[str, int]:
        """See ``Kind.positions``."""
        return {_name(name, each): 1 for each in self.chosen if each != LATENESS}

    def fields(self, name: str, learned: dict[str, Any]) -> tuple[Field, ...]:  # noqa: ARG002
        """See ``Kind.fields``."""
        from hone_trainer.rows.calendar import CYCLES
        from hone_trainer.rows.field import Field
        from hone_trainer.rows.tokens import FIRST_KNOWN

        sizes = {each: FIRST_KNOWN + size for each, (size, _) in CYCLES.items()}
        return tuple(
            Field(name=_name(name, each), source=name, kind="id", size=sizes[each])
            if each in sizes
            else Field(name=_name(name, each), source=name, kind="number")
            for each in self.chosen
        )

    def encode(
        self, name: str, block: Block, learned: dict[str, Any]
    ) -> dict[str, NDArray[np.generic]]:
        """See ``Kind.encode``; a missing moment is an unseen id, and as late as the mean."""
        import numpy as np

        from hone_trainer.rows.block import NO_TIME
        from hone_trainer.rows.calendar import CYCLES, days
        from hone_trainer.rows.tokens import FIRST_KNOWN, UNSEEN

        times = block.times(name)
        encoded: dict[str, NDArray[np.generic]] = {}
        for each in self.chosen:
            if each == LATENESS:
                late = np.nan_to_num(ZScore().apply(days(times), learned[LATENESS]))
                encoded[_name(name, each)] = late.astype(np.float32)
                continue
            ids = np.where(times == NO_TIME, UNSEEN, CYCLES[each][1](times) + FIRST_KNOWN)
            encoded[_name(name, each)] = ids.astype(np.int32).reshape(-1, 1)
        return encoded

    @property
    def no_graph(self) -> str:
        """See ``Kind.no_graph``."""
        return ""

    def graph(self, name: str, rows: RowTensors, learned: dict[str, Any]) -> dict[str, Any]:
        """See ``Kind.graph``."""
        from hone_trainer.backend.keras import tf
        from hone_trainer.rows.calendar import CYCLES, DAY
        from hone_trainer.rows.tokens import FIRST_KNOWN, UNSEEN

        times, missing = rows.values(name), rows.missing(name)
        encoded = {}
        for each in self.chosen:
            if each == LATENESS:
                late = ZScore().graph(tf.cast(times, tf.float64) / DAY, learned[LATENESS])
                values = tf.cast(tf.where(missing, tf.zeros_like(late), late), tf.float32)
            else:
                found = tf.cast(CYCLES[each][1](times), tf.int32) + FIRST_KNOWN
                values = tf.where(missing, UNSEEN, found)
            encoded[_name(name, each)] = values[:, None]
        return encoded


def _name(column: str, chosen: Moment) -> str:
    return f"{column}_{to_snake(chosen)}"
