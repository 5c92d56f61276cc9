"""The normalisations that exist: one line each."""

from hone_trainer.columns.normalizations.log import Log
from hone_trainer.columns.normalizations.min_max import MinMax
from hone_trainer.columns.normalizations.quantile import QuantileMap
from hone_trainer.columns.normalizations.robust import Robust
from hone_trainer.columns.normalizations.z_score import ZScore
from hone_trainer.contract.spec import OneOf


class AnyNormalization(OneOf):
    """How a number column is brought to a common scale."""

    z_score: ZScore | None = None
    """Mean 0, standard deviation 1."""
    min_max: MinMax | None = None
    """Smallest value 0, largest 1."""
    robust: Robust | None = None
    """Median 0, and 1 between the quartiles."""
    log: Log | None = None
    """Logarithms with mean 0, standard deviation 1."""
    quantile: QuantileMap | None = None
    """Ranks among the training rows."""
