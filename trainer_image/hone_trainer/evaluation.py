"""What is known of a model at the end of a job: the record behind its report."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

from hone_trainer.gates import Verdict


@dataclass(frozen=True)
class Evaluation:
    """The figures on the test part, and what led there."""

    job: str
    rows: int
    """Rows of the test part."""
    shipped: str
    """Which file was measured: the one that ships."""
    figures: dict[str, float]
    """accuracy, auc, logLoss of the model that ships."""
    verdicts: tuple[Verdict, ...] = ()
    float_figures: dict[str, float] | None = None
    """The same of the model before compression, where it is at hand."""
    accuracy_change: tuple[float, float, float] | None = None
    """Accuracy of the shipped model minus that before compression, with its 95 % interval."""
    compression: dict[str, Any] | None = None
    """The table of the compress stage, where there was one."""
    history: tuple[tuple[float, ...], ...] = ()
    """Validation accuracy after each epoch, one line per trained member."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The gates that stayed shut."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    def row(self) -> dict[str, Any]:
        """Give the JSON form."""
        gates = [{**asdict(v), "passed": v.passed, "text": str(v)} for v in self.verdicts]
        row: dict[str, Any] = _known({**asdict(self), "verdicts": gates, "passed": not self.failed})
        return row

    def metrics(self) -> dict[str, float]:
        """Give the figures under the names that the status shows."""
        before = self.float_figures or {}
        named = {f"float{name[0].upper()}{name[1:]}": value for name, value in before.items()}
        figures: dict[str, float] = _known({**self.figures, **named, "testRows": self.rows})
        return {name: value for name, value in figures.items() if value is not None}


def _known(value: Any) -> Any:
    """Put nothing where a figure is not a number: JSON has no word for it."""
    if isinstance(value, float) and not isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _known(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_known(inner) for inner in value]
    return value
