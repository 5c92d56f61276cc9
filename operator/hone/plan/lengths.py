"""How far a whole job is: each stage weighs what such a stage usually takes, beside the others."""

from collections.abc import Sequence

from hone.api.job import StageSpec
from hone.api.status import StageStatus


def share(specs: Sequence[StageSpec], stages: Sequence[StageStatus], before: str) -> str:
    """Return how far a job is, which never goes back and is 100 % where all of it is done.

    Args:
        specs: what was asked for.
        stages: where each of these stands, in the same order.
        before: what was said last.
    """
    if all(stage.state == "Succeeded" for stage in stages):
        return "100%"
    weights = [spec.value.usual_seconds() for spec in specs]
    done = sum(w * s.progress_percentage for w, s in zip(weights, stages, strict=True))
    return f"{min(max(int(done / sum(weights)), _percent(before)), 99)}%"


def _percent(said: str) -> int:
    """Read a share; what a hand wrote there may be odd."""
    number = said.removesuffix("%")
    return int(number) if number.isascii() and number.isdigit() else 0
