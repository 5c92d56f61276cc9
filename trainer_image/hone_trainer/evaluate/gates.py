"""Which gates a model failed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hone_trainer.evaluate.spec import Gate
    from hone_trainer.metrics.metric import Estimate


@dataclass(frozen=True)
class Verdict:
    """A gate, the figure it met, and whether it opened."""

    metric: str
    """The figure, with its target before it where there are several."""
    figure: float | None
    """None where it is not defined."""
    bound: float
    lower: bool
    """Whether the bound is the least that is accepted; otherwise it is the most."""
    reason: str = ""
    """Why it is not defined."""

    @property
    def passed(self) -> bool:
        """Whether the figure keeps the bound; one that is not defined never does."""
        if self.figure is None:
            return False
        return self.figure >= self.bound if self.lower else self.figure <= self.bound

    def __str__(self) -> str:
        rule = f"must be {'at least' if self.lower else 'at most'} {self.bound:g}"
        if self.figure is None:
            return f"{self.metric} is not defined ({self.reason}), {rule}"
        return f"{self.metric} is {self.figure:.4f}, {rule}"


def judge(gates: Iterable[Gate], measured: Mapping[str, Estimate]) -> tuple[Verdict, ...]:
    """Hold every gate against its figure, in the order of the gates.

    Args:
        gates: what is required.
        measured: the name of a figure, with its target before it where there are several.
    """
    return tuple(_verdict(gate, measured) for gate in gates)


def _verdict(gate: Gate, measured: Mapping[str, Estimate]) -> Verdict:
    name = f"{gate.task}.{gate.metric}" if gate.task else gate.metric
    found = measured[name]
    lower = gate.at_least is not None
    bound = gate.at_least if gate.at_least is not None else gate.at_most or 0.0
    return Verdict(name, found.value, bound, lower, found.reason)
