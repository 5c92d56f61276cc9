"""What is known of a model at the end of a job: the record behind its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.figures import decimal
from hone_trainer.evaluate.gates import Verdict
from hone_trainer.evaluate.origins import Origins
from hone_trainer.html.picture import Picture
from hone_trainer.metrics.metric import Estimate

if TYPE_CHECKING:
    from hone_trainer.evaluate.fused_models import FusedModels

PRIOR = "without features"
"""Who answers what the prior does."""


@dataclass(frozen=True)
class Judged:
    """The figures of one target on the test part."""

    titles: dict[str, str]
    """Figure -> what it is called in a sentence; the one that decides first."""
    higher: dict[str, bool]
    """Figure -> whether more of it is better."""
    shipped: dict[str, Estimate]
    """Of the model that ships."""
    prior: dict[str, Estimate]
    """Of the answer without features: the least that a model has to beat."""
    before: dict[str, Estimate] | None = None
    """Of the model before compression, where it is at hand."""
    change: dict[str, Estimate] | None = None
    """Shipped minus before, on the same rows."""
    baseline: dict[str, Estimate] | None = None
    """Of the baseline that was asked for."""
    gain: dict[str, Estimate] | None = None
    """Shipped minus baseline, on the same rows."""
    segments: dict[str, dict[str, tuple[int, Estimate]]] = field(default_factory=dict)
    """Column -> segment -> rows and leading figure."""
    pictures: tuple[Picture, ...] = ()
    """What the task draws of the answers."""

    @property
    def leading(self) -> str:
        """The figure that decides."""
        return next(iter(self.titles))

    @property
    def beaten(self) -> bool:
        """Whether the prior is at least as good as the model, by the figure that decides."""
        return self._loses_to(self.prior)

    @property
    def outdone(self) -> bool:
        """Whether the baseline is at least as good as the model, by the figure that decides."""
        return self.baseline is not None and self._loses_to(self.baseline)

    def versus(self, others: dict[str, Estimate]) -> str:
        """Say how the leading figure stands against that of others; both are defined."""
        ours, theirs = self.shipped[self.leading].value or 0.0, others[self.leading].value or 0.0
        return f"{self.titles[self.leading]} {decimal(ours)} against {decimal(theirs)}"

    def _loses_to(self, others: dict[str, Estimate]) -> bool:
        ours, theirs = self.shipped[self.leading].value, others[self.leading].value
        if ours is None or theirs is None:
            return False
        return ours <= theirs if self.higher[self.leading] else ours >= theirs


@dataclass(frozen=True)
class Evaluation:
    """The figures on the test part, and what led there."""

    job: str
    rows: int
    """Rows of the test part."""
    shipped: str
    """Which file was measured: the one that ships."""
    targets: dict[str, Judged]
    """Target -> its figures; the first leads."""
    verdicts: tuple[Verdict, ...] = ()
    compression: dict[str, Any] | None = None
    """The table of the compress stage, where there was one."""
    origins: Origins = field(default_factory=Origins)
    """What led to the model."""
    baseline: str = ""
    """The kind of model that stands beside it; empty where none was asked for."""
    costs: dict[str, float] = field(default_factory=dict)
    """Size and latency of the file that ships, where they are known."""
    fused: FusedModels | None = None
    """Members and what became of them, where there was a fuse stage."""

    @property
    def failed(self) -> tuple[Verdict, ...]:
        """The gates that stayed shut."""
        return tuple(verdict for verdict in self.verdicts if not verdict.passed)

    @property
    def first(self) -> Judged:
        """The figures of the leading target."""
        return next(iter(self.targets.values()))

    def measured(self) -> dict[str, Estimate]:
        """Return every figure of the model that ships, by its name in the status."""
        alone = len(self.targets) == 1
        found = {
            name if alone else f"{target}.{name}": estimate
            for target, judged in self.targets.items()
            for name, estimate in judged.shipped.items()
        }
        return found | {name: Estimate(value) for name, value in self.costs.items()}

    def defeats(self) -> Iterator[str]:
        """Say of each target to which simpler answer the model loses."""
        for target, judged in self.targets.items():
            simpler = {
                "the answer without features": (judged.beaten, judged.prior),
                self.baseline: (judged.outdone, judged.baseline),
            }
            for who, (lost, figures) in simpler.items():
                if lost and figures is not None:
                    told = judged.versus(figures)
                    yield f"{target}: the model does not beat {who}: {told}."

    def gaps(self) -> dict[str, str]:
        """Say of every figure that is not defined why, by its name."""
        return {name: each.reason for name, each in self.measured().items() if each.value is None}

    def row(self) -> dict[str, Any]:
        """Return the JSON form."""
        gates = [{**asdict(v), "passed": v.passed, "text": str(v)} for v in self.verdicts]
        told = {"verdicts": gates, "passed": not self.failed, "defeats": list(self.defeats())}
        return {**asdict(self), **told}

    def metrics(self) -> dict[str, float]:
        """Return the figures under the names that the status shows."""
        first, measured = self.first, self.measured()
        leading, decides = next(iter(measured)), first.leading
        beside = {"prior": first.prior, "baseline": first.baseline}
        named = {
            leading: measured[leading],
            **{_name(who, decides): figures[decides] for who, figures in beside.items() if figures},
            **measured,
            **{_name("float", name): each for name, each in (first.before or {}).items()},
        }
        values = {name: each.value for name, each in named.items() if each.value is not None}
        return {**values, "testRows": float(self.rows)}


def _name(prefix: str, figure: str) -> str:
    return f"{prefix}{figure[0].upper()}{figure[1:]}"
