"""The optimisers that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.train.optimizers.adam import Adam
from hone_trainer.train.optimizers.sgd import Sgd


class AnyOptimizer(OneOf):
    """How weights follow gradients."""

    adam: Adam | None = None
    """Adam (Kingma and Ba 2015)."""
    sgd: Sgd | None = None
    """Gradient descent over batches, with momentum."""
