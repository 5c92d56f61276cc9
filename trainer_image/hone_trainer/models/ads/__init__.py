"""The models for ads that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.ads.deep_and_cross import DeepAndCross
from hone_trainer.models.ads.deep_factorization import DeepFactorization
from hone_trainer.models.ads.interest import Interest
from hone_trainer.models.ads.two_streams import TwoStreams


class Ads(OneOf):
    """A model for ads: who clicks, who buys."""

    dcn: DeepAndCross | None = None
    """Cross layers beside dense ones (DCN-v2)."""
    deep_fm: DeepFactorization | None = None
    """Products of all pairs of fields beside dense layers (DeepFM)."""
    din: Interest | None = None
    """What of a history matters to this item (DIN), beside dense layers."""
    final_mlp: TwoStreams | None = None
    """Two gated streams of dense layers and their product (FinalMLP)."""
