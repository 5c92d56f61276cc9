"""Something that a person should know before a model is trained on the data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from hone_trainer.columns import Column

if TYPE_CHECKING:
    from hone_trainer.profile.findings import Findings

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low")


@dataclass(frozen=True)
class Caution:
    """One of them.

    Attributes:
        severity: high: figures of the model may be wrong; medium: the model may be worse than it
            could be; low: good to know.
        topic: one word for machines.
        column: the column; empty where it is about rows.
        figure: what was measured.
        text: what it is, as a sentence that begins with the column.
        remedy: what to do, as a sentence.
    """

    severity: Severity
    topic: str
    column: str
    figure: float
    text: str
    remedy: str


Check = Callable[["Findings", tuple[Column, ...]], Iterator[Caution]]
"""Gives no, one or several cautions: a small rule on what was found."""
