"""The normalisations that exist: one line each."""

from hone_trainer.normalizations.min_max import MinMax
from hone_trainer.normalizations.z_score import ZScore
from hone_trainer.words import OneOf


class AnyNormalization(OneOf):
    """How a number column is brought to a common scale."""

    z_score: ZScore | None = None
    """Mean 0, standard deviation 1."""
    min_max: MinMax | None = None
    """Smallest value 0, largest 1."""
