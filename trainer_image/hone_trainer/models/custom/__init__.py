"""The ways to bring a model of your own that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.models.custom.keras_function import KerasFunction


class OwnModel(OneOf):
    """A model of your own."""

    keras: KerasFunction | None = None
    """A function that builds Keras layers."""
