"""Cautions about texts: what of them an encoder never sees, silently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hone_trainer.columns import Column
from hone_trainer.profile import account as accounts
from hone_trainer.profile.caution import Caution
from hone_trainer.profile.figures import share

if TYPE_CHECKING:
    from hone_trainer.profile.findings import Findings

MANY = 0.05
"""A share from which on a model is worse for it."""


def unknown_pieces(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Texts that a pretrained vocabulary has not the pieces for: another language, as a rule."""
    for name, portion in accounts.lost(found.account, "unknown").items():
        if portion > MANY:
            text = (
                f"{name} is read in pieces of which {share(portion)} are unknown to the encoder: "
            )
            text += "it sees one and the same mark in their place."
            remedy = "Take an encoder that was made for the language of these texts, or read them "
            remedy += "by text.words and text.characters, which know any script."
            yield Caution("high", "unknownPieces", name, portion, text, remedy)


def cut_texts(found: Findings, columns: tuple[Column, ...]) -> Iterator[Caution]:  # noqa: ARG001
    """Texts that are longer than what is read of them."""
    for name, portion in accounts.lost(found.account, "cut").items():
        if portion > MANY:
            text = f"{name} is longer than what is read of it in {share(portion)} of the rows."
            remedy = "Raise text.pieces.length: twice as many pieces take about twice as long."
            yield Caution("high", "cutTexts", name, portion, text, remedy)
