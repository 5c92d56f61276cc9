"""The compression techniques that exist: one line each."""

from hone_trainer.compress.techniques.cluster import Cluster
from hone_trainer.compress.techniques.prune import Prune
from hone_trainer.compress.techniques.quantize import Quantize
from hone_trainer.contract.spec import OneOf


class AnyTechnique(OneOf):
    """A way to make a model smaller or faster."""

    cluster: Cluster | None = None
    """Let weights share few values, which training on moves."""
    prune: Prune | None = None
    """Set the smallest weights to zero, gradually, while training goes on."""
    quantize: Quantize | None = None
    """Store weights in fewer bits."""
