"""Two replicas must sum up to what one would have: gradients, rows of tables, losses, wishes."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab import patience

pytestmark = pytest.mark.tensorflow

LARGEST = 2**31 - 1


@pytest.fixture(scope="module")
def told(root: Path) -> dict[str, Any]:
    """What ``two_replicas`` printed."""
    command = [sys.executable, "-m", "tests.trainer.two_replicas"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=patience.seconds(120)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_dense_tensors_are_summed(told: dict[str, Any]) -> None:
    found = told["two"]["sums"]
    assert found["scalar"] == 10 + 20
    assert found["matrix"] == [[3, 3, 3], [3, 3, 3]]
    assert found["extra"] == [3, 1]


def test_rows_of_all_replicas_lie_side_by_side(told: dict[str, Any]) -> None:
    one, two = told["one"]["sums"], told["two"]["sums"]
    rows = np.array(one["values"])
    assert two["values"] == [*rows.tolist(), *(2 * rows).tolist()]
    assert two["ids"] == [*one["ids"], *reversed(one["ids"])]
    assert two["smallIds"] == [3, 3, 3, 3]
    assert two["smallValues"] == [[1], [4], [2], [8]]


def test_ids_travel_to_the_last_digit(told: dict[str, Any]) -> None:
    assert max(told["two"]["sums"]["ids"]) == LARGEST
    assert set(told["two"]["sums"]["ids"]) >= {LARGEST - 1, 2**24 + 1, 65535, 65536, 0}


def test_one_replica_keeps_what_it_has(told: dict[str, Any]) -> None:
    assert told["one"]["sums"]["extra"] == [1, 0.5]
    assert told["one"]["sums"]["scalar"] == 10


@pytest.mark.parametrize("optimizer", ["plain", "lazy"])
def test_two_replicas_train_what_one_would(told: dict[str, Any], optimizer: str) -> None:
    one, two = told["one"][optimizer], told["two"][optimizer]
    assert (one["replicas"], two["replicas"]) == (1, 2)
    assert two["sums"] == pytest.approx(one["sums"], rel=1e-5)
    assert two["sums"][2] == 2 * (16 * 5 + 3)
    assert np.array(two["weights"]) == pytest.approx(np.array(one["weights"]), abs=2e-5)
    assert two["seen"] == one["seen"] == sorted([*range(83), *range(83)])
    assert two["stop"] == one["stop"] == [False, False, True, True]
    assert two["timed"]
