"""What a task says of a row, TensorFlow alone says too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hone_trainer.rows.row_tensors import RowTensors
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Asked, AskedGraph, Calibration, Learned

pytestmark = pytest.mark.tensorflow

KEYS = tuple(f"k{n}" for n in range(14))
LEARNED = Learned(keys=KEYS, counts=np.ones(len(KEYS)))
FITTED = Calibration(threshold=0.3)
MET = [[], ["k13", "k2", "never"], list(KEYS[:9])]
DRAW = np.random.default_rng(3)
SHARES = DRAW.dirichlet(np.ones(len(KEYS)), len(MET)).astype(np.float32)
SHARES[0, :3] = SHARES[0].max()  # of equal ones the first counts
ONE = np.array([[0.1], [0.3], [0.9]], np.float32)
ANSWERS: dict[str, dict[str, Any]] = {
    "binary": {"probability": ONE},
    "classes": {"probabilities": SHARES},
    "nextItem": {"probabilities": SHARES},
    "number": {"value": ONE},
    "ranking": {"score": ONE},
}
UNTOLD = {"ranking": {"rank"}}
"""What only company says."""


MORE: dict[str, dict[str, Any]] = {"ranking": {"group": "g"}, "classes": {"outOfScope": {}}}


def task(kind: str) -> Any:
    words = {"label": "y"} | MORE.get(kind, {})
    return AnyTask.model_validate({kind: words}).value


@pytest.mark.parametrize("kind", AnyTask.kinds)
def test_a_graph_says_what_the_task_says(kind: str) -> None:
    from hone_trainer.backend.keras import tf

    how, answers = task(kind), ANSWERS[kind]
    told = how.told(answers, LEARNED, FITTED, Asked(seen={"y": MET}))
    met = np.array([row + [""] * (9 - len(row)) for row in MET], object)
    rows = RowTensors({"before": tf.constant(met)}, tf.fill([len(MET)], ""))
    asked = AskedGraph(LEARNED, FITTED, rows, {"y": "before"})
    tensors = {name: tf.constant(values) for name, values in answers.items()}
    found = {name: values.numpy() for name, values in how.graph(tensors, asked).items()}
    names: set[str] = set()
    for row, each in enumerate(told):
        for name, value in each.items():
            if name in UNTOLD.get(kind, ()):
                continue
            parts = value if isinstance(value, list) else None
            for output, wanted in _fields(name, value) if parts is not None else [(name, value)]:
                names.add(output)
                ours = found[output][row]
                if parts is None:
                    assert _plain(ours) == wanted, (output, row)
                    continue
                assert [_plain(one) for one in ours[: len(parts)]] == wanted, (output, row)
                assert not [one for one in ours[len(parts) :] if one == one and one]
    assert set(found) == names


def _fields(name: str, parts: list[dict[str, Any]]) -> list[tuple[str, list[Any]]]:
    return [(f"{name}_{field}", [each[field] for each in parts]) for field in parts[0]]


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value.item()
