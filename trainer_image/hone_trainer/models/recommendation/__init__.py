"""The recommendation models that exist: one line each."""

from hone_trainer.models.recommendation.lstm import Lstm
from hone_trainer.words import OneOf


class Recommendation(OneOf):
    """A model for personalised recommendation."""

    lstm: Lstm | None = None
    """Embeddings, an LSTM over the positions, one probability: the reference model."""
