"""Figures of a model, their intervals and their differences: one line each.

A figure applies to a task that gives the columns it reads; there is no list of which fits which.
"""

from typing import Annotated

from pydantic import Field, ValidationError

from hone_trainer.contract.nearest import nearest
from hone_trainer.contract.patterns import METRIC_PATTERN
from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.average_precision import MeanAveragePrecision
from hone_trainer.metrics.bias import Bias
from hone_trainer.metrics.calibration_error import CalibrationError
from hone_trainer.metrics.cluster_auc import ClusterAuc
from hone_trainer.metrics.coverage import Coverage
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.metrics.mae import Mae
from hone_trainer.metrics.metric import Metric
from hone_trainer.metrics.normalized_entropy import NormalizedEntropy
from hone_trainer.metrics.out_of_scope_auc import OutOfScopeAuc
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.metrics.squared_errors import R2, Rmse

METRICS: tuple[type[Metric], ...] = (
    Auc,
    LogLoss,
    Accuracy,
    CalibrationError,
    NormalizedEntropy,
    ClusterAuc,
    Bias,
    MacroF1,
    OutOfScopeAuc,
    Rmse,
    Mae,
    R2,
    Ndcg,
    Recall,
    Mrr,
    MeanAveragePrecision,
    Coverage,
)
"""Every figure there is."""

MetricName = Annotated[str, Field(max_length=63, pattern=METRIC_PATTERN)]
"""A figure as the status names it, such as ``auc`` or ``ndcg@10``."""


def named(name: str) -> Metric:
    """Return the figure of that name.

    Raises:
        ValueError: there is none, or it has no cut; says which there are.
    """
    key, _, cut = name.partition("@")
    found = next((each for each in METRICS if each.key == key), None)
    if found is None or (cut and "at" not in found.model_fields):
        every = [f"{m.key}@10" if "at" in m.model_fields else m.key for m in METRICS]
        meant = nearest(name, every, 0.7)
        told = f"did you mean {meant}?" if meant else f"there are {', '.join(every)}"
        raise ValueError(f"no figure is called {name!r}; {told}")
    try:
        return found.model_validate({"at": int(cut)} if cut else {})
    except ValidationError as odd:
        told = odd.errors()[0]["msg"].replace("Input", "the cut")
        raise ValueError(f"{name!r} cannot be had: {told}") from None
