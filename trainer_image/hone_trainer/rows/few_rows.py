"""A block of a few rows, column by column: what one request holds, without the cost of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.rows.block import NO_TIME, Block, Form, Texts


class FewTexts(Texts):
    """A text column whose words are no Arrow array before somebody asks for one."""

    def __init__(self, codes: NDArray[np.int32], words: list[str]) -> None:
        # As the dataclass itself does: it is frozen.
        object.__setattr__(self, "codes", codes)
        object.__setattr__(self, "_listed", words)

    @cached_property
    def words(self) -> Any:
        """See ``Texts.words``."""
        return pa.array(self.distinct, pa.string())

    @property
    def distinct(self) -> list[str]:
        """See ``Texts.distinct``."""
        listed: list[str] = self._listed  # type: ignore[attr-defined]
        return listed


@dataclass(frozen=True)
class FewRows(Block):
    """A block whose columns are apart; it has no table.

    Attributes:
        columns: text columns as ``Texts``, numbers (n,) as float64, times (n,) as int64
            microseconds.
    """

    columns: Mapping[str, Any]

    def numbers(self, name: str) -> NDArray[np.float64]:
        """See ``Block.numbers``."""
        values: NDArray[np.float64] = self.columns[name]
        return values

    def texts(self, name: str) -> Texts:
        """See ``Block.texts``."""
        texts: Texts = self.columns[name]
        return texts

    def times(self, name: str) -> NDArray[np.int64]:
        """See ``Block.times``."""
        values: NDArray[np.int64] = self.columns[name]
        return values

    def form(self, name: str) -> Form:
        """See ``Block.form``."""
        values = self.columns[name]
        if isinstance(values, Texts):
            return "text"
        return "number" if values.dtype == np.float64 else "time"

    def missing(self, name: str) -> NDArray[np.bool_]:
        """See ``Block.missing``."""
        values = self.columns[name]
        if isinstance(values, Texts):
            return values.codes < 0
        missing: NDArray[np.bool_] = (
            np.isnan(values) if values.dtype == np.float64 else values == NO_TIME
        )
        return missing

    def keep(self, chosen: NDArray[np.bool_]) -> Block:
        """See ``Block.keep``."""
        if np.count_nonzero(chosen) == len(chosen):
            return self
        columns = {
            name: Texts(values.codes[chosen], values.words)
            if isinstance(values, Texts)
            else values[chosen]
            for name, values in self.columns.items()
        }
        return FewRows(None, self.rows[chosen], self.parts[chosen], columns)

    def put(self, name: str, values: Any) -> Block:
        """See ``Block.put``: texts, or numbers (n,)."""
        return replace(self, columns={**self.columns, name: values})
