"""Whatever hands leave of a job, no pass stops with a traceback, and no job is stuck in silence."""

import os
import random

import pytest

from tests.control.hands import spoil
from tests.control.outlook import copy_of, dead_end
from tests.control.storm import Storm

WORLDS = int(os.environ.get("HONE_WORLDS", "150"))
BATCH = 15

FIRST, *LATER = range(0, WORLDS, BATCH)
"""The first batch is for every commit."""


@pytest.mark.parametrize(
    "first", [FIRST, *(pytest.param(seed, marks=pytest.mark.slow) for seed in LATER)]
)
def test_a_job_that_hands_spoiled_ends_or_says_what_it_waits_for(first: int) -> None:
    for seed in range(first, first + BATCH):
        rng, storm = random.Random(seed), Storm(seed)
        storm.run(turns=rng.randint(5, 150))
        key = rng.choice(sorted(storm.cluster.resources))
        world = copy_of(storm.cluster)
        said = f"seed {seed}, {key}, after {spoil(world, key, rng)}"
        try:
            stuck = dead_end(world, key, storm.now)
        except Exception as error:
            raise AssertionError(f"{said}: {error!r}") from error
        assert not stuck, f"{said}: {stuck}"
