"""Rows that count more than others: from the shards into the loss."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset import shards
from hone_trainer.dataset.dataset import MEMBER, WEIGHT, Dataset, Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from hone_trainer.tasks.learned import Targets
from tests.trainer.networks import binary
from tests.trainer.stepping import (
    CLICKED,
    SEED,
    by_hand,
    drawn,
    network,
    only,
    run,
    steps,
    weighted,
    weights,
)

pytestmark = pytest.mark.tensorflow


def with_weights(rows: Rows, given: Any) -> Rows:
    return Rows(rows.features, rows.targets, np.full(len(rows), given, np.float32))


@pytest.mark.parametrize("how", [{}, {"xla": True}, {"lazy": True}])
def test_a_step_minimises_the_weighted_mean(how: dict[str, Any]) -> None:
    """The last batch is short; what is reported is the weighted sum, and the weight."""
    from hone_trainer.backend.keras import keras

    rows = weighted(210)
    ours, theirs = network(), network()
    blocks = run(steps(ours, keras.optimizers.SGD(0.5), rows, 32, **how))
    sums = by_hand(theirs, keras.optimizers.SGD(0.5), rows, 32)
    assert sum(block.sums for block in blocks) == pytest.approx(sums, rel=1e-5)
    assert weights(ours) == pytest.approx(weights(theirs), abs=1e-6)


class Here:
    """A coordinator whose one worker is this process."""

    def __init__(self, strategy: Any) -> None:
        self.join = list

    def schedule(self, run: Any, args: Any) -> Any:
        value = run(*args)
        return SimpleNamespace(fetch=lambda: value)


@pytest.mark.parametrize("plain", [True, False])
def test_a_step_on_served_variables_minimises_the_weighted_mean_too(
    plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.ps_steps import ServedSteps

    monkeypatch.setattr(tf.distribute.coordinator, "ClusterCoordinator", Here)
    rows = with_weights(drawn(210), 1.0) if plain else weighted(210)
    ours, theirs, optimizer = network(), network(), keras.optimizers.SGD(0.5)
    objective = Objective.of(ours, CLICKED)
    optimizer.build(objective.variables)
    data = only(drawn(210) if plain else rows, "clicked")
    strategy = tf.distribute.get_strategy()
    feed = HeldFeed(data, objective.schema)
    made = ServedSteps(strategy, objective, optimizer, feed, 32, SEED, workers=1)
    sums = by_hand(theirs, keras.optimizers.SGD(0.5), rows, 32)
    assert sum(block.sums for block in run(made)) == pytest.approx(sums, rel=1e-5)
    assert weights(ours) == pytest.approx(weights(theirs), abs=1e-6)


def trained(rows: Rows) -> tuple[bytes, Any]:
    """Train two epochs; give the weights, and the sums."""
    from hone_trainer.backend.keras import keras

    graph = network()
    blocks = run(steps(graph, keras.optimizers.Adam(0.05), rows, 32), epochs=2)
    return weights(graph).tobytes(), np.sum([block.sums for block in blocks], axis=0)


def test_rows_that_all_count_the_same_train_as_without_weights() -> None:
    plain = drawn(210)
    assert plain.weights is None
    without = trained(plain)
    same = trained(with_weights(plain, 1.0))
    assert (same[0], same[1].tolist()) == (without[0], without[1].tolist())  # to the bit
    close, sums = trained(with_weights(plain, 3.0))
    assert np.frombuffer(close, np.float32) == pytest.approx(
        np.frombuffer(without[0], np.float32), abs=1e-4
    )
    assert sums == pytest.approx(without[1] * [3, 3, 1], rel=1e-4)
    assert trained(weighted(210))[0] != without[0]


def test_a_weight_of_the_task_counts_as_one_of_augmentation_does() -> None:
    rows = weighted(210)
    assert rows.weights is not None
    told = {"clicked": Targets(rows.targets["clicked"].values, rows.weights)}
    assert trained(Rows(rows.features, told))[0] == trained(rows)[0]  # to the bit


def test_rows_that_count_nothing_teach_nothing() -> None:
    rows = drawn(96)
    count = np.ones(96, np.float32)
    count[::3] = 0
    values = rows.targets["clicked"].values
    turned = np.where(np.arange(96) % 3 == 0, 1 - values, values)
    one = trained(Rows(rows.features, {"clicked": Targets(values, count)}))
    two = trained(Rows(rows.features, {"clicked": Targets(turned, count)}))
    assert one[0] == two[0]
    assert trained(with_weights(rows, 0.0))[1][0] == 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([1, 1], [0.5, 0.5]),
        ([3, 1], [0.75, 0.25]),
        ([3, 0], [1, 0]),
        ([0, 0], [0, 0]),
        ([1, 2, 0, 1], [0.25, 0.5, 0, 0.25]),
    ],
)
def test_a_row_counts_by_its_share_of_the_weight_of_the_step(
    given: list[float], expected: list[float]
) -> None:
    from hone_trainer.backend.keras import tf
    from hone_trainer.train.objective import Objective

    objective = Objective.of(network(), CLICKED)
    losses, weight = tf.Variable(np.ones(len(given), np.float32)), tf.constant(given, tf.float32)
    with tf.GradientTape() as tape:
        pairs = {"clicked": (losses + 0.0, weight)}
        minimised, sums = objective.minimised(pairs, tf.reduce_sum(weight)[None])
    assert tape.gradient(minimised, losses).numpy() == pytest.approx(np.array(expected))
    assert sums.numpy().tolist() == [sum(given)]


class Shards(Dataset):
    """A data set whose shards are in memory."""

    def __init__(self, **columns: Any) -> None:
        import pyarrow as pa

        self.schema = Schema(fields=(Field(name="price", kind="number"),), targets=(binary(),))
        self._tables = [
            pa.ipc.open_file(pa.BufferReader(data)).read_all()
            for half in (slice(0, 4), slice(4, None))
            for data in shards.split({n: v[half] for n, v in columns.items()}, 4)
        ]
        self.manifest: Any = self
        self.files = [_file(name) for name in ("train-0", "train-1", "validation-0")]

    def shard(self, name: str) -> Any:
        if name == "validation-0":
            extra = {WEIGHT, MEMBER} & set(self._tables[0].column_names)
            return self._tables[0].drop_columns(list(extra))
        return self._tables[int(name[-1])]


def _file(name: str) -> Any:
    from hone_trainer.contract.assignment import Artifact

    return Artifact(name=name, uri="", sha256="", size_bytes=0)


COLUMNS: dict[str, Any] = {
    "price": np.arange(8, dtype=np.float32),
    "clicked\x00value": np.array([0, 1] * 4, np.int8),
    "clicked\x00weight": np.ones(8, np.float32),
}
COUNT = np.array([1, 2, 3, 4, 5, 6, 7, 8], np.float32)


def test_weights_are_read_with_their_rows() -> None:
    data = Shards(**COLUMNS, **{WEIGHT: COUNT})
    for rows in (data.read("train"), data.read("train", 1, 3)):
        assert rows.weights is not None
        assert rows.weights.dtype == np.dtype("float32")
        assert rows.weights.shape == (len(rows),)
        assert np.array_equal(rows.weights, rows.features["price"][:, 0] + 1)
    assert data.read("validation").weights is None


def test_weights_are_read_where_rows_are_divided_too() -> None:
    members = np.array([0, 1, 1, 0, 1, 0, 0, 1], np.int32)
    rows = Shards(**COLUMNS, **{WEIGHT: COUNT, MEMBER: members}).read("train", 1, 2)
    assert rows.weights is not None
    assert rows.weights.tolist() == [2, 3, 5, 8]


def test_rows_without_weights_have_none() -> None:
    assert Shards(**COLUMNS).read("train").weights is None
