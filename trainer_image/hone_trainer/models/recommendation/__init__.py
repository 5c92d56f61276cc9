"""The recommendation models that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.recommendation.lstm import Lstm


class Recommendation(OneOf):
    """A model for personalised recommendation."""

    lstm: Lstm | None = None
    """Embeddings and an LSTM over the positions: the reference model."""
