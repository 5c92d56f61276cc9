"""The optimisers that exist: one line each."""

from hone_trainer.optimizers.adam import Adam
from hone_trainer.words import OneOf


class AnyOptimizer(OneOf):
    """How weights follow gradients."""

    adam: Adam | None = None
    """Adam (Kingma and Ba 2015)."""
