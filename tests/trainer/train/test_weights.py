"""Rows that count more than others: from the shards into the loss."""

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset import shards
from hone_trainer.dataset.dataset import MEMBER, WEIGHT, Dataset, Rows
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from tests.trainer.test_steps import SEED, drawn, network, run, steps, weights

pytestmark = pytest.mark.tensorflow


def weighted(rows: int, seed: int = 8) -> Rows:
    plain = drawn(rows)
    given = np.random.default_rng(seed).choice([0.5, 1.0, 4.0], (rows, 1)).astype(np.float32)
    return Rows(plain.features, plain.labels, given)


def with_weights(rows: Rows, given: Any) -> Rows:
    return Rows(rows.features, rows.labels, np.full((len(rows), 1), given, np.float32))


def by_hand(model: Any, optimizer: Any, rows: Rows, batch: int) -> list[float]:
    """Train an epoch with plain Keras on the weighted mean of each step; give loss, hits, rows."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.train.sync_steps import order_of

    assert rows.weights is not None
    sums = np.zeros(3)
    for chosen in order_of(SEED, 0, len(rows), batch):
        real = chosen[chosen >= 0]
        labels, shares = rows.labels[real], rows.weights[real, 0]
        with tf.GradientTape() as tape:
            given = model({name: v[real] for name, v in rows.features.items()}, training=True)
            losses = keras.losses.binary_crossentropy(labels, given)
            mean = tf.reduce_sum(losses * shares) / shares.sum()
        slopes = [
            tf.convert_to_tensor(slope) for slope in tape.gradient(mean, model.trainable_variables)
        ]
        optimizer.apply_gradients(zip(slopes, model.trainable_variables, strict=True))
        hits = ((given.numpy() >= 0.5) == (labels > 0.5)).sum()
        sums += (float(mean) * len(real), hits, len(real))
    return list(sums)


@pytest.mark.parametrize("how", [{}, {"xla": True}, {"lazy": True}])
def test_a_step_minimises_the_weighted_mean(how: dict[str, bool]) -> None:
    """The last batch is short; losses that are reported are weighted means too, hits are not."""
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
    from hone_trainer.train.ps_steps import ServedSteps

    monkeypatch.setattr(tf.distribute.coordinator, "ClusterCoordinator", Here)
    rows = with_weights(drawn(210), 1.0) if plain else weighted(210)
    ours, theirs, optimizer = network(), network(), keras.optimizers.SGD(0.5)
    optimizer.build(ours.trainable_variables)
    data = drawn(210) if plain else rows
    made = ServedSteps(tf.distribute.get_strategy(), ours, optimizer, data, 32, SEED, workers=1)
    sums = by_hand(theirs, keras.optimizers.SGD(0.5), rows, 32)
    assert sum(block.sums for block in run(made)) == pytest.approx(sums, rel=1e-5)
    assert weights(ours) == pytest.approx(weights(theirs), abs=1e-6)


def trained(rows: Rows) -> tuple[bytes, list[float]]:
    from hone_trainer.backend.keras import keras

    model = network()
    blocks = run(steps(model, keras.optimizers.Adam(0.05), rows, 32), epochs=2)
    return weights(model).tobytes(), np.sum([block.sums for block in blocks], axis=0).tolist()


def test_rows_that_all_count_the_same_train_as_without_weights() -> None:
    plain = drawn(210)
    assert plain.weights is None
    without = trained(plain)
    assert trained(with_weights(plain, 1.0)) == without  # to the bit
    close, sums = trained(with_weights(plain, 3.0))
    assert np.frombuffer(close, np.float32) == pytest.approx(
        np.frombuffer(without[0], np.float32), abs=1e-4
    )
    assert sums == pytest.approx(without[1], rel=1e-4)
    assert trained(weighted(210)) != without


def test_two_replicas_train_on_weights_as_one_would(root: Path) -> None:
    command = [sys.executable, "-m", "tests.trainer.weighted_replicas"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=patience.seconds(120)
    )
    assert done.returncode == 0, done.stderr[-3000:]
    two, one = json.loads(done.stdout.splitlines()[-1])
    assert two["sums"] == pytest.approx(one["sums"], rel=1e-5)
    assert two["weights"] == pytest.approx(one["weights"], abs=2e-5)


def test_rows_that_count_nothing_teach_nothing() -> None:
    rows = drawn(96)
    count = np.ones((96, 1), np.float32)
    count[::3] = 0
    turned = rows.labels.copy()
    turned[::3] = 1 - turned[::3]
    one = trained(Rows(rows.features, rows.labels, count))
    two = trained(Rows(rows.features, turned, count))
    assert one[0] == two[0]
    assert trained(with_weights(rows, 0.0))[1][0] == 0


@pytest.mark.parametrize(
    ("given", "real", "expected"),
    [
        ([[1, 1]], [[True, True]], [[1, 1]]),
        ([[3, 1]], [[True, True]], [[1.5, 0.5]]),
        ([[3, 3]], [[True, False]], [[1, 0]]),
        ([[0, 0]], [[True, True]], [[0, 0]]),
        ([[1, 2], [5, 9]], [[True, True], [True, False]], [[2 / 3, 4 / 3], [1, 0]]),
    ],
)
def test_weights_are_relative_to_the_mean_of_the_step(
    given: list[list[float]], real: list[list[bool]], expected: list[list[float]]
) -> None:
    from hone_trainer.train.ps_steps import relative

    found = relative(np.array(given, np.float32), np.array(real))
    assert found.dtype == np.float32
    assert found == pytest.approx(np.array(expected))


class Shards(Dataset):
    """A data set whose shards are in memory."""

    def __init__(self, **columns: Any) -> None:
        import pyarrow as pa

        self.schema = Schema(fields=(Field(name="price", kind="number"), _label()))
        self._tables = [
            pa.ipc.open_file(pa.BufferReader(data)).read_all()
            for half in (slice(0, 4), slice(4, None))
            for data in shards.split({n: v[half] for n, v in columns.items()}, 4)
        ]
        self.manifest: Any = self
        self.files = [_file(name) for name in ("train-0", "train-1", "validation-0")]

    def _shard(self, name: str) -> Any:
        if name == "validation-0":
            return self._tables[0].select(["price", "clicked"])
        return self._tables[int(name[-1])]


def _label() -> Field:
    return Field(name="clicked", kind="label")


def _file(name: str) -> Any:
    from hone_trainer.contract.assignment import Artifact

    return Artifact(name=name, uri="", sha256="", size_bytes=0)


COLUMNS: dict[str, Any] = {
    "price": np.arange(8, dtype=np.float32),
    "clicked": np.array([0, 1] * 4, np.int8),
}
COUNT = np.array([1, 2, 3, 4, 5, 6, 7, 8], np.float32)


def test_weights_are_read_with_their_rows() -> None:
    data = Shards(**COLUMNS, **{WEIGHT: COUNT})
    for rows in (data.read("train"), data.read("train", 1, 3)):
        assert rows.weights is not None
        assert rows.weights.dtype == np.dtype("float32")
        assert rows.weights.shape == (len(rows), 1)
        assert np.array_equal(rows.weights, rows.features["price"] + 1)
    assert data.read("validation").weights is None


def test_weights_are_read_where_rows_are_divided_too() -> None:
    members = np.array([0, 1, 1, 0, 1, 0, 0, 1], np.int32)
    rows = Shards(**COLUMNS, **{WEIGHT: COUNT, MEMBER: members}).read("train", 1, 2)
    assert rows.weights is not None
    assert rows.weights[:, 0].tolist() == [2, 3, 5, 8]


def test_rows_without_weights_have_none() -> None:
    assert Shards(**COLUMNS).read("train").weights is None
