"""A history that is read once teaches what its rows teach one by one."""

from typing import Any

import numpy as np
import pytest

from tests.trainer.train.test_sequences import ALONE, LENGTH, walked

pytestmark = pytest.mark.tensorflow

CAUSAL = {
    "gru": {"embedding": 4, "units": 6, "dropout": 0},
    "transformer": {"embedding": 4, "blocks": 2, "dropout": 0},
}
each_kind = pytest.mark.parametrize("kind", CAUSAL)


def graph(kind: str, *, positions: bool = True) -> Any:
    """The layers of a model, every weight drawn; without ``positions`` it does not matter where in
    its window a history ends.
    """
    from hone_trainer.models import AnyModel
    from hone_trainer.models.graph import open_graph

    made = open_graph(AnyModel.model_validate({"recommendation": {kind: CAUSAL[kind]}}), ALONE)
    draw = np.random.default_rng(3)
    for each in made.whole.weights:
        away = not positions and each.shape[0] == LENGTH
        each.assign(np.zeros(each.shape) if away else draw.normal(0, 0.7, each.shape))
    return made


def trained(kind: str, rows: Any, *, sequential: bool, batch: int) -> tuple[Any, Any, Any]:
    """Return a graph after an epoch of plain gradient descent, the steps, and their blocks."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train import sequence_objective
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.sync_steps import Steps

    made = graph(kind, positions=False)
    of = sequence_objective.sequential(batch) if sequential else Objective.of
    optimizer = keras.optimizers.SGD(0.1)
    objective = of(made, ALONE)
    optimizer.build(objective.variables)
    feed = HeldFeed(rows, ALONE, sequential=sequential)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, batch, 11)
    steps.log_rows = True
    return made, steps, list(steps.epoch(0, 0, 4, lambda: False))


@each_kind
def test_what_comes_later_plays_no_part(kind: str) -> None:
    from hone_trainer.backend.keras import keras

    made = graph(kind)
    body = keras.Model(made.inputs, [made.features["vectors"], made.features["vector"]])
    rows = np.array([[2, 3, 4], [2, 3, 5], [2, 5, 5], [0, 0, 4], [0, 0, 5]], np.int32)
    every, last = (each.numpy() for each in body({"before": rows}))
    np.testing.assert_allclose(every[:, -1], last, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(every[0, :2], every[1, :2], rtol=1e-5)
    np.testing.assert_allclose(every[0, :1], every[2, :1], rtol=1e-5)
    np.testing.assert_allclose(every[3, :2], every[4, :2], rtol=1e-5)  # of padding alone
    assert np.abs(every[0, 1] - every[2, 1]).max() > 1e-3


@each_kind
def test_a_step_on_histories_is_one_on_their_rows(kind: str) -> None:
    rows = walked([0, 1, 2], [3, 3], [2], [1, -1, 0], [0, 2, 1])
    alone, _, told = trained(kind, rows, sequential=False, batch=len(rows))
    at_once, steps, of_units = trained(kind, rows, sequential=True, batch=len(rows))
    assert steps.feed.units < len(rows)
    np.testing.assert_allclose(of_units[0].sums, told[0].sums, rtol=1e-5)
    for one, other in zip(alone.whole.get_weights(), at_once.whole.get_weights(), strict=True):
        where = len(one) == LENGTH  # vectors of positions: each moved, but others than before
        one, other = (each.sum(axis=0) if where else each for each in (one, other))
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def test_each_row_is_seen_once_in_an_epoch_of_short_steps() -> None:
    rows = walked(*[[0, 1, 2], [3, 3], [2, 1, 0, 1, 3]] * 5)
    _, steps, blocks = trained("gru", rows, sequential=True, batch=7)
    seen = np.concatenate([block.seen.ravel() for block in blocks])
    assert sorted(seen[seen >= 0].tolist()) == list(range(len(rows)))
    assert sum(block.rows for block in blocks) == len(rows)
    assert blocks[-1].last == steps.per_epoch


def test_which_trainings_read_histories() -> None:
    from hone_trainer.train.spec import Train

    def reads(**words: Any) -> bool:
        return Train.model_validate({"model": {"recommendation": {"gru": {}}}} | words).sequential(
            ALONE
        )

    assert reads()
    assert reads(strategy={"multiWorkerMirrored": {"workers": 2}})
    assert not reads(xla=True)
    assert not reads(strategy={"parameterServer": {}})
    assert not reads(model={"recommendation": {"lstm": {}}})
