"""DeepFM by hand in plain Keras, with the settings of its paper, on the drawn click log.

    python -m bench.published.plain_deep_fm CLICK_LOG.csv [--seeds 0,1,2]

Vectors of 10, three layers of 400, dropout .5, Adam at .001 (Guo et al. 2017), batches of 4,096,
and the epoch of least validation loss, as the BARS benchmark has it. Prints the figures of the test
part beside those of the chances that the rows were drawn with.
"""

import argparse
import time

import numpy as np
import pandas as pd
import tf_keras as keras
from sklearn.metrics import log_loss, roc_auc_score

from bench.published.click_log import SIZES

WIDTH, UNITS, DROPOUT, BATCH, EPOCHS, BINS = 10, (400, 400, 400), 0.5, 4096, 30, 10


def main() -> None:
    """Train once for each seed and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--seeds", default="0,1,2")
    words = parser.parse_args()
    rows = pd.read_csv(words.file)
    held = rows[rows.part == "test"]
    told("the chances themselves", held.clicked, held.click_chance.to_numpy(), 0.0)
    for seed in map(int, words.seeds.split(",")):
        began = time.monotonic()
        answers = trained(rows, seed)
        told(f"plain DeepFM, seed {seed}", held.clicked, answers, time.monotonic() - began)


def trained(rows: pd.DataFrame, seed: int) -> np.ndarray:
    """Return what a model trained with a seed says of the test part."""
    keras.utils.set_random_seed(seed)
    parts = {part: rows[rows.part == part] for part in ("train", "validation", "test")}
    known = {name: pd.Index(parts["train"][name].unique()) for name in SIZES}
    inputs = {
        part: {name: known[name].get_indexer(pd.Index(each[name])) + 1 for name in SIZES}
        for part, each in parts.items()
    }
    model = deep_fm({name: len(index) + 1 for name, index in known.items()})
    model.compile(keras.optimizers.Adam(0.001), "binary_crossentropy")
    model.fit(
        inputs["train"],
        parts["train"].clicked,
        batch_size=BATCH,
        epochs=EPOCHS,
        validation_data=(inputs["validation"], parts["validation"].clicked),
        callbacks=[keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True)],
        verbose=0,
    )
    return np.asarray(model.predict(inputs["test"], BATCH, verbose=0))[:, 0]


def deep_fm(sizes: dict[str, int]) -> keras.Model:
    """Return the model, which shares its vectors between both halves."""
    inputs = {name: keras.Input((), name=name, dtype="int32") for name in sizes}
    first, vectors = [], []
    for name, size in sizes.items():
        first.append(keras.layers.Embedding(size, 1)(inputs[name]))
        vectors.append(keras.layers.Embedding(size, WIDTH)(inputs[name]))
    total = keras.layers.Add()(vectors)
    squares = keras.layers.Add()([keras.layers.Multiply()([each, each]) for each in vectors])
    crossed = keras.layers.Subtract()([keras.layers.Multiply()([total, total]), squares])
    deep = keras.layers.Concatenate()(vectors)
    for units in UNITS:
        deep = keras.layers.Dropout(DROPOUT)(keras.layers.Dense(units, "relu")(deep))
    pairs = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones", trainable=False)(
        crossed
    )
    logit = keras.layers.Add()([*first, keras.layers.Rescaling(0.5)(pairs)])
    logit = keras.layers.Add()([logit, keras.layers.Dense(1)(deep)])
    return keras.Model(inputs, keras.layers.Activation("sigmoid")(logit))


def told(what: str, labels: pd.Series, chances: np.ndarray, seconds: float) -> None:
    """Print the figures: area under ROC, log loss, and the error of ten bins of like size."""
    order = np.argsort(np.asarray(chances), kind="stable")
    bins = np.array_split(order, BINS)
    gaps = [
        abs(np.asarray(labels)[each].mean() - np.asarray(chances)[each].mean()) * len(each)
        for each in bins
    ]
    figures = f"AUC {roc_auc_score(labels, chances):.4f}  log loss {log_loss(labels, chances):.4f}"
    error = sum(gaps) / len(order)
    print(f"{what:28} {figures}  calibration error {error:.4f}  {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
