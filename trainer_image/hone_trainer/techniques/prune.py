"""Magnitude pruning while training goes on (Zhu and Gupta 2017), by TFMOT."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hone_trainer.stage import Technique


class Prune(Technique):
    """Set the smallest weights to zero, gradually, while training goes on. Embedding tables are
    left out: their rows are rare and lose too much."""

    sparsity: Annotated[float, Field(gt=0, lt=1)] = 0.5
    """Share of the weights that end as zero."""
    epochs: Annotated[int, Field(ge=1, le=1000)] = 2
    """Epochs of training that the pruning is spread over."""
