"""The ways to split that exist: one line each."""

from hone_trainer.contract.spec import OneOf
from hone_trainer.splits.given import GivenSplit
from hone_trainer.splits.group import GroupSplit
from hone_trainer.splits.leave_one_out import LeaveOneOut
from hone_trainer.splits.random import RandomSplit
from hone_trainer.splits.stratified import StratifiedSplit
from hone_trainer.splits.time import TimeSplit


class AnySplitting(OneOf):
    """Which row goes into which part."""

    random: RandomSplit | None = None
    """By chance, row by row."""
    time: TimeSplit | None = None
    """The latest rows are held out."""
    group: GroupSplit | None = None
    """All rows of a user, or a session, in one part."""
    stratified: StratifiedSplit | None = None
    """The same share of every class in every part."""
    leave_one_out: LeaveOneOut | None = None
    """The last two rows of every user are held out, whatever the shares."""
    given: GivenSplit | None = None
    """The part that a column says."""
