"""Fill or drop missing values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.clean.interpolate import Interpolate
from hone_trainer.clean.step import Cleaned, Cleaning
from hone_trainer.columns.lookup import ColumnNames, find, stored
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block, Form
    from hone_trainer.rows.row_tensors import RowTensors

WAYS = ("fill", "constant", "word", "interpolate")
ONE_WAY = f"set at most one of {', '.join(WAYS)}"
FIELD = "prepare.clean[].missing"
FITS: dict[str, tuple[Form, ...]] = {
    "mean": ("number",),
    "median": ("number",),
    "mostFrequent": ("number", "text"),
    "drop": (),
    "constant": ("number",),
    "word": ("text",),
    "interpolate": ("number",),
}
"""What each way can fill; never what tasks read, which nobody can make up."""


def _otherwise(said: dict[str, Any]) -> str | None:
    return None if any(said.get(way) is not None for way in WAYS) else "median"


class Missing(Cleaning):
    """Fill missing values with a figure learned on the training part, or drop the rows.

    ``fill`` is for whole rows: where it cannot fill a column, rows that lack it are dropped. The
    other ways leave other columns to other steps. What tasks read is never filled: a row without a
    label stays, and has no such target, unless ``columns`` names the label.
    """

    rules = (
        Rule(
            f"[{', '.join(f'has(self.{way})' for way in WAYS)}].filter(x, x).size() <= 1", ONE_WAY
        ),
    )

    constant: Annotated[float, Field(ge=-1e15, le=1e15)] | None = None
    """A number that stands in for missing numbers."""
    word: Annotated[str, Field(min_length=1, max_length=256)] | None = None
    """A text that stands in for missing ids and texts."""
    interpolate: Interpolate | None = None
    """Read missing numbers off their course over time."""
    fill: Annotated[
        Literal["mean", "median", "mostFrequent", "drop"] | None, Field(default_factory=_otherwise)
    ]
    """What stands in for a missing number, or with ``mostFrequent`` also a missing id or text;
    ``drop`` removes the row instead. ``median`` where no way is named."""
    columns: ColumnNames = ()
    """Fill these columns only; where none is named, all that a model must have a value of."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(getattr(self, way) is not None for way in WAYS) > 1:
            raise ValueError(ONE_WAY)
        return self

    @property
    def orders(self) -> tuple[str, ...]:
        """See ``Cleaning.orders``."""
        return (self.interpolate.along,) if self.interpolate is not None else ()

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Cleaning.check``."""
        for name in self.columns:
            column = find(columns, name, f"{FIELD}.columns", *FITS[self._way])
            if column.value.target and self._way != "drop":
                message = (
                    f"{FIELD}.columns names {name!r}, which a task reads and nobody can make up"
                )
                raise StageFailure("WrongColumnKind", f"{message}: leave it out, or use fill: drop")
        if self.interpolate is not None:
            self.interpolate.check(columns, self.columns)

    def learn(self, sample: Block, columns: tuple[Column, ...], seed: int) -> dict[str, Any]:  # noqa: ARG002
        """Return for each column what fills it; 0 for a number that no training row has.

        Raises:
            StageFailure: no training row has a word that could fill the others (MissingValues).
        """
        filled, whole = self._roles(columns)
        sample = self._drop(sample, whole).block
        if self.interpolate is not None:
            return self.interpolate.learn(sample, filled)
        if self._way in ("constant", "word"):
            return dict.fromkeys(filled, getattr(self, self._way))
        return {name: self._figure(sample, name) for name in filled}

    def fills(self, learned: dict[str, Any]) -> frozenset[str]:
        """See ``Cleaning.fills``."""
        return frozenset(learned)

    def facts(self, learned: dict[str, Any]) -> dict[str, Any]:
        """Return column -> what fills it."""
        if self.interpolate is not None:
            return self.interpolate.facts(learned)
        return learned

    def save(self, learned: dict[str, Any]) -> Any:
        """See ``Cleaning.save``."""
        return learned if self.interpolate is None else self.interpolate.save(learned)

    def restore(self, saved: Any) -> dict[str, Any]:
        """See ``Cleaning.restore``."""
        found: dict[str, Any] = saved
        return found if self.interpolate is None else self.interpolate.restore(saved)

    def apply(self, block: Block, learned: dict[str, Any], columns: tuple[Column, ...]) -> Cleaned:
        """See ``Cleaning.apply``."""
        filled, whole = self._roles(columns)
        cleaned = self._drop(block, whole)
        block, counts = cleaned.block, {}
        for name in filled:
            missing = block.missing(name)
            counts[name] = int(missing.sum())
            if not counts[name]:
                continue
            if block.form(name) == "text":
                block = _put_word(block, name, learned[name])
                continue
            values, figures = block.numbers(name).copy(), learned[name]
            if self.interpolate is not None:
                figures = self.interpolate.figures(block.keep(missing), figures)
            values[missing] = figures
            block = block.put(name, values)
        return Cleaned(block, cleaned.dropped, {"filled": counts} if filled else {})

    @property
    def no_graph(self) -> str:
        """See ``Cleaning.no_graph``."""
        return "" if self.interpolate is None else "missing.interpolate needs courses over time"

    def graph(
        self, rows: RowTensors, learned: dict[str, Any], columns: tuple[Column, ...]
    ) -> RowTensors:
        """See ``Cleaning.graph``."""
        from hone_trainer.backend.keras import tf

        filled, whole = self._roles(columns)
        for name in whole:
            rows = rows.refuse(rows.missing(name), f"no {name}")
        for name in filled:
            values = rows.values(name)
            figure = tf.constant(learned[name], values.dtype)
            rows = rows.put(name, tf.where(rows.missing(name), figure, values))
        return rows

    @property
    def _way(self) -> str:
        return self.fill or next(way for way in WAYS if getattr(self, way) is not None)

    def _roles(self, columns: tuple[Column, ...]) -> tuple[list[str], list[str]]:
        """Return the columns that are filled, and those whose lack costs the row."""
        filled: list[str] = []
        others: list[str] = []
        for column in stored(columns):
            if column.name not in self.columns if self.columns else not column.value.whole:
                continue
            fits = column.value.form in FITS[self._way] and not column.value.target
            (filled if fits else others).append(column.name)
        if self.interpolate is not None and self.interpolate.along in filled:
            filled.remove(self.interpolate.along)
        return filled, others if self.fill else []

    def _drop(self, block: Block, whole: list[str]) -> Cleaned:
        """Drop rows that lack one of the columns; the first that is missing is the reason."""
        import numpy as np

        whole = [name for name in whole if block.lacks(name)]
        if not whole:
            return Cleaned(block)
        good, dropped = np.ones(len(block), bool), {}
        for name in whole:
            lacking = block.missing(name) & good
            if lacking.any():
                dropped[f"no {name}"] = int(lacking.sum())
                good &= ~lacking
        return Cleaned(block.keep(good), dropped)

    def _figure(self, sample: Block, name: str) -> float | str:
        import numpy as np

        if sample.form(name) == "text":
            return _most_frequent_word(sample, name)
        values = sample.numbers(name)
        values = values[~np.isnan(values)]
        if not len(values):
            return 0.0
        if self.fill == "mostFrequent":
            known, counts = np.unique(values, return_counts=True)
            return float(known[counts.argmax()])  # the least one of several
        return float(values.mean() if self.fill == "mean" else np.median(values))


def _most_frequent_word(sample: Block, name: str) -> str:
    """Return the word that most rows have, the first in alphabetical order of several."""
    import numpy as np
    import pyarrow as pa

    texts = sample.texts(name)
    counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.words))
    most = counts.max(initial=0)
    if not most:
        message = f"column {name!r} has no value in any training row"
        remedy = f"name a word in {FIELD}.word, or leave it out of prepare.columns"
        raise StageFailure("MissingValues", f"{message}: {remedy}")
    words: list[str] = texts.words.filter(pa.array(counts == most)).to_pylist()
    return min(words)


def _put_word(block: Block, name: str, word: str) -> Block:
    """Return the block with a word in place of what is missing."""
    import numpy as np
    import pyarrow as pa

    from hone_trainer.rows.block import Texts

    texts = block.texts(name)
    words, code = texts.words, texts.words.index(word).as_py()
    if code < 0:
        code, words = len(words), pa.concat_arrays([words, pa.array([word], words.type)])
    codes = np.where(texts.codes < 0, np.int32(code), texts.codes)
    return block.put(name, Texts(codes, words))
