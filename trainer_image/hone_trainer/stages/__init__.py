"""The stages that exist: one line each."""

from hone_trainer.compress.spec import Compress
from hone_trainer.contract.spec import OneOf
from hone_trainer.custom.spec import Custom
from hone_trainer.evaluate.spec import Evaluate
from hone_trainer.fuse.spec import Fuse
from hone_trainer.prepare.spec import Prepare
from hone_trainer.train.spec import Train


class AnyStage(OneOf):
    """What a stage does."""

    prepare: Prepare | None = None
    """Raw rows to a clean, split data set."""
    train: Train | None = None
    """A data set to one or several trained models."""
    fuse: Fuse | None = None
    """Several models to one."""
    compress: Compress | None = None
    """A model to a smaller one, within a budget of quality."""
    evaluate: Evaluate | None = None
    """The figures of the model on the test part, and the gates they must pass."""
    custom: Custom | None = None
    """Code of your own, in an image of your own."""
