"""Interactions drawn from a latent-factor click model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd


class ClickModel(Words):
    """Interactions drawn from a latent-factor click model: data to try Hone with."""

    rows: Annotated[int, Field(ge=100, le=100_000_000)] = 135_000
    """Interactions to draw."""
    users: Annotated[int, Field(ge=2, le=10_000_000)] = 2_000
    """Users there are."""
    items: Annotated[int, Field(ge=2, le=10_000_000)] = 1_000
    """Items there are."""
    factors: Annotated[int, Field(ge=1, le=64)] = 4
    """Latent factors of taste."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""
