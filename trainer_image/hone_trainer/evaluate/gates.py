"""Which gates a model failed. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.figures import decimal
from hone_trainer.metrics import named

if TYPE_CHECKING:
    from hone_trainer.evaluate.spec import Gate
    from hone_trainer.metrics.metric import Estimate


COSTS = ("sizeBytes", "latencyP95Microseconds")
"""What a gate may ask for besides the figures of a task: bytes of the file that ships, and
microseconds in which 95 % of single rows are answered."""
COUNT = 1000
"""Whole figures from here on are counts, such as bytes."""
NO_FILE = "no compress stage leaves a file that ships"


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
        return self.figure is not None and self._side(self.figure)

    @property
    def told(self) -> str:
        """The figure, with as many digits as it takes to see on which side of the bound it is."""
        if self.figure is None:
            return "–"
        if _whole(self.figure):
            return _counted(self.figure)
        text = decimal(self.figure)
        return text if self._side(float(text.replace(",", ""))) == self.passed else f"{self.figure}"

    def _side(self, figure: float) -> bool:
        return figure >= self.bound if self.lower else figure <= self.bound

    def __str__(self) -> str:
        rule = f"must be {'at least' if self.lower else 'at most'} {_counted(self.bound)}"
        if self.figure is None:
            return f"{self.metric} is not defined ({self.reason}), {rule}"
        return f"{self.metric} is {self.told}, {rule}"


def _whole(value: float) -> bool:
    return float(value).is_integer() and abs(value) >= COUNT


def _counted(value: float) -> str:
    """Write a bound as it was given, a count with its thousands apart."""
    return f"{value:,.0f}" if _whole(value) else f"{value:g}"


def judge(
    gates: Iterable[Gate],
    targets: Mapping[str, Mapping[str, Estimate]],
    costs: Mapping[str, float],
) -> tuple[Verdict, ...]:
    """Hold every gate against its figure, in the order of the gates.

    Args:
        gates: what is required.
        targets: target -> its figures by their names; the first leads.
        costs: size and latency of the file that ships, where they are known.
    """
    return tuple(_verdict(gate, targets, costs) for gate in gates)


def _verdict(
    gate: Gate, targets: Mapping[str, Mapping[str, Estimate]], costs: Mapping[str, float]
) -> Verdict:
    lower = gate.at_least is not None
    bound = gate.at_least if gate.at_least is not None else gate.at_most or 0.0
    if gate.metric in COSTS:
        return Verdict(gate.metric, costs.get(gate.metric), bound, lower, NO_FILE)
    task = gate.task or next(iter(targets))
    name = named(gate.metric).name  # ``ndcg`` is ``ndcg@10``
    found = targets[task][name]
    told = name if len(targets) == 1 else f"{task}.{name}"
    return Verdict(told, found.value, bound, lower, found.reason)


def costs_of(table: dict[str, Any] | None) -> dict[str, float]:
    """Read size and latency of the file that ships off the table of the compress stage."""
    if table is None:
        return {}
    every = [table["float"], *table["candidates"]]
    chosen = next(each for each in every if each["name"] == table["chosen"])
    return {
        "sizeBytes": float(chosen["size"]["raw"]),
        "latencyP95Microseconds": float(chosen["latency"][1]),
    }
