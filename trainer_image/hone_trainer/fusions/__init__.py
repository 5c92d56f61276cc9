"""The fusions that exist: one line each."""

from hone_trainer.fusions.vote import Vote
from hone_trainer.fusions.weighted_average import WeightedAverage
from hone_trainer.words import OneOf


class AnyFusion(OneOf):
    """How the predictions of the members become one."""

    weighted_average: WeightedAverage | None = None
    """The average of the members' probabilities, weighted by what each is worth on validation."""
    vote: Vote | None = None
    """The plain average of the members' probabilities: a soft vote."""
