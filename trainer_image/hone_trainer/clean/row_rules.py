"""Put aside rows that contradict what is declared to hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from hone_trainer.clean.rules import AnyRowRule
from hone_trainer.clean.step import Cleaned, Cleaning

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hone_trainer.columns import Column
    from hone_trainer.rows.block import Block
    from hone_trainer.store.side_inputs import SideInputs


class Rules(Cleaning):
    """Put aside rows that contradict what is declared to hold.

    They are kept in a file of their own, each with the first rule that it breaks.
    """

    loads: ClassVar[bool] = True

    hold: Annotated[tuple[AnyRowRule, ...], Field(min_length=1, max_length=32)]
    """What holds for every good row, looked at in this order."""

    def check(self, columns: tuple[Column, ...]) -> None:
        """See ``Cleaning.check``; also BadNumber and BadPattern of a rule's own parameters."""
        for rule in self.hold:
            rule.value.check(columns)

    @property
    def uris(self) -> Mapping[str, str]:
        """Those of all rules."""
        return {uri: field for rule in self.hold for uri, field in rule.value.uris.items()}

    def load(self, side_inputs: SideInputs, columns: tuple[Column, ...]) -> list[Any]:
        """Return what each rule compares with."""
        return [rule.value.load(side_inputs, columns) for rule in self.hold]

    def apply(
        self,
        block: Block,
        learned: list[Any],
        columns: tuple[Column, ...],  # noqa: ARG002
    ) -> Cleaned:
        """See ``Cleaning.apply``."""
        import numpy as np

        good = np.ones(len(block), bool)
        first: dict[str, Any] = {}
        for rule, loaded in zip(self.hold, learned, strict=True):
            broken = rule.value.broken(block, loaded) & good
            if broken.any():
                text = rule.value.text()
                first[text] = first.get(text, False) | broken
            good &= ~broken
        aside = {text: block.rows[broken] for text, broken in first.items()}
        return Cleaned(block.keep(good), quarantined=aside)
