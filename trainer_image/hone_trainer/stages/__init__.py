"""The stages that exist: one line each."""

from hone_trainer.stages.compress import Compress
from hone_trainer.stages.custom import Custom
from hone_trainer.stages.evaluate import Evaluate
from hone_trainer.stages.fuse import Fuse
from hone_trainer.stages.prepare import Prepare
from hone_trainer.stages.train import Train
from hone_trainer.words import OneOf


class AnyStage(OneOf):
    """What a stage does."""

    prepare: Prepare | None = None
    """Raw rows to a clean, split data set."""
    train: Train | None = None
    """A data set to one or several trained models."""
    fuse: Fuse | None = None
    """Several models to one."""
    compress: Compress | None = None
    """A model to a smaller one, within a budget of accuracy."""
    evaluate: Evaluate | None = None
    """The figures of the model on the test part, and the gates they must pass."""
    custom: Custom | None = None
    """Code of your own, in an image of your own."""
