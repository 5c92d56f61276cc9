"""The models that read any columns: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.generic.dense import Dense
from hone_trainer.models.generic.linear import Linear


class Generic(OneOf):
    """A model for any columns."""

    dense: Dense | None = None
    """Vectors of ids and numbers, then dense layers."""
    linear: Linear | None = None
    """A weight for each id and number: the baseline."""
