"""Two workers as anyone would write them: ``fit`` under MultiWorkerMirroredStrategy.

Run by ``bench.workers`` as every worker of a gang; the last line printed is milliseconds a step.
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ["TF_USE_LEGACY_KERAS"] = "1"


def main(folder: Path, batch: int, at_once: int) -> None:
    """Train for some steps and print how long one took."""
    import tensorflow as tf
    import tf_keras as keras

    from bench.clicks import clicked, dataset
    from hone_trainer.contract.assignment import Source

    source = Source.model_validate_json((folder / "source.json").read_text())
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    data = dataset(folder, source)
    train = data.read("train")
    sizes = {field.name: field.size for field in data.schema.ids}
    with strategy.scope():
        inputs = [keras.Input((1,), dtype="int32") for _ in sizes]
        vectors = [
            keras.layers.Embedding(size, 64)(given)
            for size, given in zip(sizes.values(), inputs, strict=True)
        ]
        hidden = keras.layers.LSTM(64)(keras.layers.Concatenate()(vectors))
        model = keras.Model(inputs, keras.layers.Dense(1, "sigmoid")(hidden))
        model.compile(
            keras.optimizers.Adam(0.005),
            "binary_crossentropy",
            metrics=["accuracy"],
            steps_per_execution=at_once,
        )
    rows = tuple(train.features[name] for name in sizes)
    rows_of = tf.data.Dataset.from_tensor_slices((rows, clicked(train)))
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    ready = (
        rows_of.shuffle(len(train))
        .batch(batch, drop_remainder=True)
        .repeat()
        .prefetch(2)
        .with_options(options)
    )
    times: list[float] = []

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_batch_end(self, *_: Any) -> None:
            times.append(time.perf_counter())

    model.fit(ready, steps_per_epoch=12 * at_once, epochs=1, verbose=0, callbacks=[Watch()])
    middle = times[len(times) // 2 :]
    print(1000 * (middle[-1] - middle[0]) / (len(middle) - 1) / at_once, flush=True)
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
