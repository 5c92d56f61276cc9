"""What is known of a model at the end of a job: the record behind its report."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from hone_trainer.evaluate.gates import Verdict

if TYPE_CHECKING:
    from hone_trainer.metrics.scores import Figures


@dataclass(frozen=True)
class Evaluation:
    """The figures on the test part, and what led there."""

    job: str
    rows: int
    """Rows of the test part."""
    shipped: str
    """Which file was measured: the one that ships."""
    figures: Figures
    """accuracy, auc, logLoss of the model that ships; None where one cannot be known."""
    gaps: dict[str, str] = field(default_factory=dict)
    """Figure -> why it cannot be known."""
    verdicts: tuple[Verdict, ...] = ()
    float_figures: Figures | None = None
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
        return {**asdict(self), "verdicts": gates, "passed": not self.failed}

    def metrics(self) -> dict[str, float]:
        """Give the figures under the names that the status shows."""
        before = self.float_figures or {}
        named = {f"float{name[0].upper()}{name[1:]}": value for name, value in before.items()}
        figures = {**self.figures, **named, "testRows": float(self.rows)}
        return {name: value for name, value in figures.items() if value is not None}
