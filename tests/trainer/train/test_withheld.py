"""The row of unseen ids learns: training withholds some ids, the same on any number of workers."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.rows.field import Field

pytestmark = pytest.mark.tensorflow

ROWS = 4000
FIELDS = (
    Field(name="user", kind="id", size=100, withheld=0.2),
    Field(name="words", kind="id", size=100, length=3, withheld=0.05),
    Field(name="shop", kind="id", size=100),
)


def features() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    lengths = ((field.name, field.length) for field in FIELDS)
    found = {name: rng.integers(2, 100, (ROWS, k)).astype(np.int32) for name, k in lengths}
    found["words"][:, 0] = 0  # padding
    return found


def withheld(rows: slice = slice(None), step: int = 3) -> dict[str, Any]:
    from hone_trainer.backend.draws import Draws
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.withheld import withhold

    draws = Draws(tf.constant([7, step], tf.int32), rows.start or 0, ROWS)
    given = {name: tf.constant(values[rows]) for name, values in features().items()}
    return {name: each.numpy() for name, each in withhold(given, FIELDS, draws).items()}


def test_as_many_ids_are_withheld_as_the_field_says_and_no_padding() -> None:
    found, given = withheld(), features()
    assert np.mean(found["user"] == 1) == pytest.approx(0.2, abs=0.03)
    assert np.mean(found["words"][:, 1:] == 1) == pytest.approx(0.05, abs=0.015)
    assert (found["words"][:, 0] == 0).all()
    assert np.array_equal(found["shop"], given["shop"])
    kept = found["user"] != 1
    assert np.array_equal(found["user"][kept], given["user"][kept])


def test_two_workers_withhold_what_one_would_and_each_step_other_ids() -> None:
    halves = [withheld(slice(0, ROWS // 2)), withheld(slice(ROWS // 2, ROWS))]
    whole = withheld()
    for name in whole:
        assert np.array_equal(whole[name], np.concatenate([half[name] for half in halves]))
    assert not np.array_equal(whole["user"], withheld(step=4)["user"])
