"""Answers of one of several models as its votes; see ``Task.votings``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hone_trainer.tasks.learned import Array

Voting = Literal["soft", "hard", "ranks"]
"""What of an answer is averaged: all that it says, the class that it names, or places."""
TIES = 1 / 1024
"""How much probabilities count beside votes: less than any vote of 16 models, whatever they are."""
FIRST = 60
"""What is added to a place before it is inverted (Cormack, Clarke and Büttcher 2009): with more of
it, the first places count less beside the others."""


def ballot(answers: dict[str, Any], voting: Voting) -> dict[str, Any]:
    """Return answers as votes, Keras tensors (batch, classes), or (batch, 1) of two classes."""
    from hone_trainer.backend.voting_layers import Ballot, ReciprocalRanks

    layer = Ballot(TIES) if voting == "hard" else ReciprocalRanks(FIRST)
    return {name: layer(answer) for name, answer in answers.items()}


def cast(answers: dict[str, Array], voting: Voting) -> dict[str, Array]:
    """Return the same in numpy."""
    count = _ranked if voting == "ranks" else _named
    return {name: count(told) for name, told in answers.items()}


def _named(told: Array) -> Array:
    """Return the vote for one class, and a little of the probabilities."""
    import numpy as np

    if told.shape[1] == 1:
        vote = (told >= 0.5).astype(told.dtype)
    else:
        vote = np.zeros_like(told)
        vote[np.arange(len(told)), told.argmax(axis=1)] = 1
    counted: Array = (1 - TIES) * vote + TIES * told
    return counted


def _ranked(told: Array) -> Array:
    """Return one over each place, of sum 1; of equals, the lower code is before the other."""
    import numpy as np

    order = np.argsort(-told, axis=1, kind="stable")
    share = 1 / (FIRST + 1 + np.arange(told.shape[1]))
    found = np.empty_like(told)
    np.put_along_axis(found, order, np.broadcast_to(share / share.sum(), told.shape), axis=1)
    return found
