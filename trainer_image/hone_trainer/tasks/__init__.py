"""What a model may predict: one line each."""

from typing import ClassVar

from hone_trainer.contract.spec import OneOf
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.next_item import NextItem
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.ranking import Ranking


class AnyTask(OneOf):
    """What is predicted."""

    gone: ClassVar[dict[str, str]] = {
        "classification": "write binary for yes or no, classes for one of several",
        "multiclass": "write classes",
        "regression": "write number",
    }

    binary: Binary | None = None
    """Yes or no."""
    classes: Classes | None = None
    """One of several classes."""
    number: Number | None = None
    """A number."""
    next_item: NextItem | None = None
    """Which item comes next."""
    ranking: Ranking | None = None
    """In which order the rows of a group stand."""
