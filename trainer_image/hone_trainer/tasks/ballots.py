"""Answers of one of several models as its votes for classes; see ``Task.votable``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array

TIES = 1 / 1024
"""How much probabilities count beside votes: less than any vote of 16 models, whatever they are."""


def ballot(answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers as votes, Keras tensors (batch, classes), or (batch, 1) of two classes."""
    from hone_trainer.backend.layers import Ballot

    return {name: Ballot(TIES)(answer) for name, answer in answers.items()}


def cast(answers: dict[str, Array]) -> dict[str, Array]:
    """Return the same in numpy."""
    import numpy as np

    found = {}
    for name, told in answers.items():
        if told.shape[1] == 1:
            vote = (told >= 0.5).astype(told.dtype)
        else:
            vote = np.zeros_like(told)
            vote[np.arange(len(told)), told.argmax(axis=1)] = 1
        found[name] = (1 - TIES) * vote + TIES * told
    return found
