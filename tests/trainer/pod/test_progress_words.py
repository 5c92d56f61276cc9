"""What a stage says of how far it is: whatever it computes, the post is one that is taken."""

from pathlib import Path
from typing import Any, cast

import pytest

from hone_trainer.contract.assignment import LONGEST, Progress
from hone_trainer.pod.context import Context

INFINITE, NONE = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("remaining", "posted"),
    [(1.6, 2), (-3.0, 0), (1e30, LONGEST), (INFINITE, LONGEST), (NONE, None), (None, None)],
)
def test_an_estimate_is_posted_within_bounds(remaining: float | None, posted: int | None) -> None:
    posts: list[Progress] = []
    context = Context(cast(Any, None), cast(Any, None), Path("."), posts.append)
    context.progress(INFINITE, remaining=remaining, metrics={"loss": NONE})
    assert (posts[0].fraction, posts[0].remaining_seconds) == (1.0, posted)
    assert Progress.model_validate_json(posts[0].model_dump_json()) == posts[0]


def test_a_caution_is_told_while_a_stage_runs_and_no_longer_than_is_taken() -> None:
    posts: list[Progress] = []
    context = Context(cast(Any, None), cast(Any, None), Path("."), posts.append)
    context.progress(0.1)
    for text in ("x" * 1000, "b", "c", "d", "e"):
        context.caution(text)
    context.progress(0.2)
    assert not posts[0].cautions
    assert posts[1].cautions[1:] == ("b", "c", "and 2 more: see its report")
    assert Progress.model_validate_json(posts[1].model_dump_json()) == posts[1]
