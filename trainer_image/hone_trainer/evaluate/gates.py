"""Which gates a model failed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.evaluate.spec import Gate


@dataclass(frozen=True)
class Verdict:
    """A gate, the figure it met, and whether it opened."""

    metric: str
    figure: float | None
    """None where it cannot be known."""
    bound: float
    lower: bool
    """Whether the bound is the least that is accepted; otherwise it is the most."""
    why: str = ""
    """Why the figure cannot be known."""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps the bound; one that cannot be known never does."""
        if self.figure is None:
            return False
        return self.figure >= self.bound if self.lower else self.figure <= self.bound

    def __str__(self) -> str:
        rule = "at least" if self.lower else "at most"
        if self.figure is None:
            return f"{self.metric} cannot be known, must be {rule} {self.bound:g}: {self.why}"
        return f"{self.metric} is {self.figure:.4f}, must be {rule} {self.bound:g}"


def judge(
    gates: Iterable[Gate], figures: Mapping[str, float | None], gaps: Mapping[str, str]
) -> tuple[Verdict, ...]:
    """Hold every gate against its figure, in the order of the gates.

    Args:
        gates: what is asked for.
        figures: what was measured.
        gaps: why a figure cannot be known.
    """
    return tuple(_judge(gate, figures[gate.metric], gaps.get(gate.metric, "")) for gate in gates)


def _judge(gate: Gate, figure: float | None, why: str) -> Verdict:
    if gate.at_most is not None:
        return Verdict(gate.metric, figure, gate.at_most, False, why)
    return Verdict(gate.metric, figure, gate.at_least or 0.0, True, why)
