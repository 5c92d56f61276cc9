"""Which gates a model failed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.stages.evaluate import Gate


@dataclass(frozen=True)
class Verdict:
    """A gate, the figure it met, and whether it opened."""

    metric: str
    figure: float
    bound: float
    lower: bool
    """Whether the bound is the least that is accepted; otherwise it is the most."""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps the bound; a figure that is not a number never does."""
        return self.figure >= self.bound if self.lower else self.figure <= self.bound

    def __str__(self) -> str:
        rule = "at least" if self.lower else "at most"
        return f"{self.metric} is {self.figure:.4f}, must be {rule} {self.bound:g}"


def judge(gates: Iterable[Gate], figures: Mapping[str, float]) -> tuple[Verdict, ...]:
    """Hold every gate against its figure, in the order of the gates."""
    return tuple(
        Verdict(gate.metric, figures[gate.metric], gate.at_most, False)
        if gate.at_least is None and gate.at_most is not None
        else Verdict(gate.metric, figures[gate.metric], gate.at_least or 0.0, True)
        for gate in gates
    )
