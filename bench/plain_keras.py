"""The script that anyone would write: numpy into ``fit``."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.clicks import clicked, dataset
from hone_trainer.contract.assignment import Source

EPOCHS = 10
"""As many as the reference has."""


def epochs(
    folder: Path, source: Source, *, batch: int = 32, rate: float = 0.001, at_once: int = 1
) -> Iterator[tuple[float, float]]:
    """Train the reference model epoch by epoch; give (seconds so far, validation accuracy)."""
    import os

    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    import tf_keras as keras

    data = dataset(folder, source)
    train, validation = data.read("train"), data.read("validation")
    begun = time.perf_counter()
    keras.utils.set_random_seed(0)
    user, item = (keras.Input((1,), dtype="int32") for _ in range(2))
    sizes = {field.name: field.size for field in data.schema.ids}
    vectors = [
        keras.layers.Embedding(sizes[name], 64)(inputs)
        for name, inputs in (("user", user), ("item", item))
    ]
    joined = keras.layers.Concatenate()(vectors)
    output = keras.layers.Dense(1, "sigmoid")(keras.layers.LSTM(64)(joined))
    model = keras.Model([user, item], output)
    model.compile(
        keras.optimizers.Adam(rate),
        "binary_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=at_once,
    )
    x, y = ([part.features["user"], part.features["item"]] for part in (train, validation))
    seen: list[tuple[float, float]] = []

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, _: int, logs: Any) -> None:
            seen.append((time.perf_counter() - begun, logs["val_accuracy"]))

    # One call: a `fit` of its own for every epoch would shuffle the same way each time.
    model.fit(
        x,
        clicked(train),
        batch_size=batch,
        epochs=EPOCHS,
        verbose=0,
        validation_data=(y, clicked(validation)),
        validation_batch_size=max(batch, 1024),
        callbacks=[Watch()],
    )
    yield from seen
