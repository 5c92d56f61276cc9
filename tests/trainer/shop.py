"""A shop's raw rows as CSV, and the preparation of them in one call."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Progress, StageFailure
from hone_trainer.stages import AnyStage
from hone_trainer.store.manifest import Manifest

HEADER = "user,item,price,when,bought"
COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
    {"name": "price", "number": {"normalize": {"zScore": {}}}},
    {"name": "when", "time": {"fields": ["hour"]}},
    {"name": "before", "sequence": {"of": "item", "by": "user", "along": "when", "length": 4}},
]
TASKS = [{"binary": {"label": "bought"}}]
CLEAN: list[dict[str, Any]] = [
    {"duplicates": {}},
    {"missing": {"fill": "median"}},
    {"outliers": {"iqr": {"factor": 3}, "columns": ["price"], "action": "clip"}},
]


def lines(count: int, seed: int = 1) -> list[str]:
    """Return rows without the header: some prices missing or far out, some rows twice."""
    draw = np.random.default_rng(seed)
    rows = []
    for k in range(count):
        price = "" if draw.random() < 0.05 else f"{draw.normal(20, 5):.2f}"
        price = "9999" if draw.random() < 0.01 else price
        day, hour = 1 + k % 28, int(draw.integers(24))
        when = f"2026-03-{day:02d}T{hour:02d}:{k % 60:02d}:00"
        user, item = draw.integers(count // 8 + 1), draw.integers(50)
        rows.append(f"u{user},i{item},{price},{when},{int(draw.random() < 0.4)}")
        if draw.random() < 0.02:
            rows.append(rows[-1])
    return rows


def text(rows: list[str]) -> str:
    return "\n".join([HEADER, *rows]) + "\n"


def words(uri: Any, **changes: Any) -> dict[str, Any]:
    """Return the stage as a user writes it."""
    stage = {
        "source": {"csv": {"uri": str(uri)}},
        "columns": COLUMNS,
        "clean": CLEAN,
        "tasks": TASKS,
    }
    return {"prepare": stage | changes}


class Killed(BaseException):
    """The end of a pod, wherever it was."""


@contextmanager
def pieces_of(size: int) -> Iterator[None]:
    """Cut sources into pieces of so many bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hone_trainer.sources.source.PIECE_BYTES", size)
        yield


def digests(manifest: Manifest) -> dict[str, str]:
    """Return the digest of every file but the report, which tells of the whole source."""
    return {f.name: f.sha256 for f in manifest.files if not f.name.startswith("data-report")}


def interrupted(bench: Any, run: dict[str, Any], after: str) -> None:
    """Run a stage until it tells of something, and end it there."""
    ctx = bench.context(bench.task("data", run))

    def post(progress: Progress) -> None:
        bench.posts.append(progress)
        if progress.message.startswith(after):
            raise Killed

    object.__setattr__(ctx, "post", post)
    with pytest.raises(Killed):
        AnyStage.model_validate(run).value.run(ctx)


def refused(bench: Any, run: dict[str, Any]) -> StageFailure:
    """Run a stage that fails, and give how."""
    with pytest.raises(StageFailure) as caught:
        bench("data", run)
    return caught.value
