"""The recommendation models that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.recommendation.behaviour import Behaviour
from hone_trainer.models.recommendation.gru import Gru
from hone_trainer.models.recommendation.lstm import Lstm
from hone_trainer.models.recommendation.transformer import Transformer
from hone_trainer.models.recommendation.two_tower import TwoTower


class Recommendation(OneOf):
    """A model for personalised recommendation."""

    behaviour: Behaviour | None = None
    """A behaviour vector through ReLU layers: the case model."""
    gru: Gru | None = None
    """A GRU over the positions of a history, items tied."""
    lstm: Lstm | None = None
    """Embeddings and an LSTM over the positions: the reference model."""
    transformer: Transformer | None = None
    """A causal transformer over the positions of a history, items tied."""
    two_tower: TwoTower | None = None
    """A vector of who asks and for what, against a vector of each item."""
