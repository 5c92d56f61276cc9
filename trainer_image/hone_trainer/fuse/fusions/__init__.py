"""The fusions that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.fuse.fusions.adversarial import Adversarial
from hone_trainer.fuse.fusions.distill import Distill
from hone_trainer.fuse.fusions.soup import Soup
from hone_trainer.fuse.fusions.stack import Stack
from hone_trainer.fuse.fusions.vote import Vote
from hone_trainer.fuse.fusions.weighted_average import WeightedAverage


class AnyFusion(OneOf):
    """How the answers of the members become one."""

    weighted_average: WeightedAverage | None = None
    """The average of the members' answers, weighted by what each is worth on validation."""
    vote: Vote | None = None
    """The plain average of the members' answers, or a count of their votes."""
    stack: Stack | None = None
    """Dense layers on what all members have made of a row."""
    adversarial: Adversarial | None = None
    """One model that learns from all members until nobody can tell who answers."""
    distill: Distill | None = None
    """One model that learns from labels and from what all members say together."""
    soup: Soup | None = None
    """The average of the members' weights, where they began alike."""
