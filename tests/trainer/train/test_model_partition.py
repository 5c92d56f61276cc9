"""Tables spread over the devices of one pod: what lies where, and that it learns the same."""

import json
import subprocess
import sys
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure

pytestmark = pytest.mark.tensorflow

SCRIPT = """
import json
from hone_trainer.backend.keras import keras, tf
from hone_trainer.train.strategies.model_partition import ModelPartition
strategy = ModelPartition(devices=3).open()
with strategy.scope():
    sizes = {"a": 900, "b": 500, "c": 300, "d": 100}
    inputs = {name: keras.Input((1,), dtype="int32", name=name) for name in sizes}
    vectors = [
        keras.layers.Embedding(size, 4, name=f"table_{name}")(inputs[name])
        for name, size in sizes.items()
    ]
    hidden = keras.layers.Dense(4, name="hidden")(keras.layers.Concatenate()(vectors))
    model = keras.Model(inputs, hidden)
    optimizer = keras.optimizers.Adam()
    optimizer.build(model.trainable_variables)
variables = [*model.variables, *optimizer.variables]
print(json.dumps({v.name: v.device[-1] for v in variables if "iteration" not in v.name}))
"""


def test_tables_go_to_the_emptiest_device_and_moments_beside_them() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    places: dict[str, str] = json.loads(done.stdout.splitlines()[-1])

    def place(words: str) -> set[str]:
        return {device for name, device in places.items() if words in name}

    # a fills the first device; b and c the two others; d joins the emptier of those.
    assert (place("table_a"), place("table_b"), place("table_c")) == ({"0"}, {"1"}, {"2"})
    assert place("table_d") == {"2"}
    assert place("hidden") == {"0"}
    assert sum("table_b" in name for name in places) == 3  # the table and its two moments


def test_it_learns_what_one_device_would(clicks: Any) -> None:
    run: dict[str, Any] = {
        "model": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
        "optimizer": {"adam": {"learningRate": 0.02}},
        "epochs": 2,
        "batchSize": 256,
    }
    one = clicks("one", {"train": run})
    clicks.sources.pop()
    from tests.trainer.pods import Pod

    task = clicks.task("many", {"train": run | {"strategy": {"modelPartition": {"devices": 2}}}})
    code, report, log = Pod(clicks.folder / "pod").run(task)
    assert code == 0, log
    losses = [
        [epoch["loss"] for epoch in clicks.manifest(each).facts["history"]]
        for each in (one, report)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_too_few_devices_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    from hone_trainer.train.strategies.model_partition import ModelPartition

    tf.config.list_logical_devices("CPU")  # TensorFlow has started, with one
    with pytest.raises(StageFailure, match="CPU devices") as caught:
        ModelPartition(devices=2).open()
    assert caught.value.reason == "TooFewDevices"
