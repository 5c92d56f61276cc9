"""The kinds of rules that rows can be held to: one line each."""

from hone_trainer.clean.rules.allowed import AllowedRule
from hone_trainer.clean.rules.order import OrderRule
from hone_trainer.clean.rules.pattern import PatternRule
from hone_trainer.clean.rules.range import RangeRule
from hone_trainer.clean.rules.reference import ReferenceRule
from hone_trainer.contract.spec import OneOf


class AnyRowRule(OneOf):
    """Something that holds for every good row. What is missing breaks no rule."""

    range: RangeRule | None = None
    """A number lies within bounds."""
    order: OrderRule | None = None
    """A number or time is not below another of the same row."""
    allowed: AllowedRule | None = None
    """A value is one of a list."""
    pattern: PatternRule | None = None
    """A text matches a regular expression."""
    reference: ReferenceRule | None = None
    """A value occurs in a column of another table."""
