"""What of a network is trained when: layers that were taken over may be held fast at first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.train.earlier import UNFIT
from hone_trainer.train.start_from import FIELD
from hone_trainer.train.variables import name_of


class Phases:
    """What is trained in which epoch: a function of the epoch, whoever resumes there.

    Args:
        epochs: that have weights which are held fast.
        variables: of the training.
        steps: of the training.
        trained: what is trained where nothing is held fast.
    """

    def __init__(self, epochs: int, variables: Any, steps: Any, trained: Sequence[Any]) -> None:
        self.epochs = epochs
        self._variables, self._steps, self._trained = variables, steps, trained
        self._held: frozenset[str] = frozenset()

    def enter(self, frozen: Sequence[int], epoch: int, first: int) -> None:
        """Choose what is trained, before the first step of what is left of an epoch.

        Args:
            frozen: numbers of the weights that are held fast at first.
            epoch: which, from 0 on.
            first: steps of it that are done.
        """
        names = (*self._variables.names, *map(name_of, self._variables.aside))
        held = frozenset(names[number] for number in frozen if epoch < self.epochs)
        if held != self._held:
            chosen = [each for each in self._trained if name_of(each) not in held]
            if not chosen:
                message = f"{FIELD}.freeze leaves nothing to train: all layers were taken over"
                raise StageFailure(UNFIT, f"{message} whole; name fewer in freeze.layers")
            self._steps.train(chosen)
            self._held = held
        if frozen and epoch == self.epochs and not first:
            # Moments that are zero while the count of steps is not would make far too large steps.
            self._variables.clear("optimizer")
