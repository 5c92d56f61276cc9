"""The same models as its tutorials would have them, and ``fit``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

from bench.families.family import (
    BLOCKS,
    CATEGORIES,
    CLASSES,
    FOUND,
    INNER,
    ITEMS,
    LISTED,
    LOOKS,
    PIECES,
    WIDTH,
    WORDS,
    Family,
)

os.environ["TF_USE_LEGACY_KERAS"] = "1"


def epochs(family: Family, count: int) -> Iterator[float]:
    """Train; give the seconds of each epoch."""
    import tf_keras as keras

    keras.utils.set_random_seed(1)
    rows = family.drawn()
    listed = (LISTED,) if "ranking" in family.task else ()
    inputs = {
        f.name: keras.Input(
            (*listed, f.length), dtype="float32" if f.kind == "number" else "int32", name=f.name
        )
        for f in family.fields
    }
    build = {
        "gru": _gru,
        "transformer": _transformer,
        "textCnn": _text,
        "dcn": _dcn,
        "matching": _matching,
        "encoder": _encoder,
    }
    (kind,) = next(iter(family.model.values()))
    loss = "binary_crossentropy" if kind == "dcn" else "sparse_categorical_crossentropy"
    model = keras.Model(inputs, build[kind](keras, inputs))
    model.compile(keras.optimizers.Adam(), loss)
    spent: list[float] = []

    class Watch(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_begin(self, *_: Any) -> None:
            self.begun = time.perf_counter()

        def on_epoch_end(self, *_: Any) -> None:
            spent.append(time.perf_counter() - self.begun)

    features, values = rows.features, rows.targets["target"].values
    if listed:
        lists = {name: (-1, *listed, each.shape[1]) for name, each in features.items()}
        features = {name: each.reshape(lists[name]) for name, each in features.items()}
        values = values.reshape(-1, *listed).argmax(1)
    model.fit(features, values, family.batch, count, verbose=0, callbacks=[Watch()])
    yield from spent


def _gru(keras: Any, inputs: Any) -> Any:
    vectors = keras.layers.Embedding(ITEMS + 2, 64, mask_zero=True)(inputs["before"])
    state = keras.layers.GRU(64)(keras.layers.Dropout(0.2)(vectors))
    vector = keras.layers.Dense(64)(keras.layers.Dropout(0.2)(state))
    return keras.layers.Dense(ITEMS, "softmax")(vector)


def _transformer(keras: Any, inputs: Any) -> Any:
    import tensorflow as tf

    layers, length = keras.layers, 20
    ids = inputs["before"]
    stream = layers.Embedding(ITEMS + 2, 64)(ids)
    stream = stream + layers.Embedding(length, 64)(tf.range(length))
    stream = layers.Dropout(0.2)(stream)
    there = tf.not_equal(ids, 0)[:, tf.newaxis, :]
    for _ in range(2):
        normed = layers.LayerNormalization(epsilon=1e-6)(stream)
        attention = layers.MultiHeadAttention(2, 32)
        told = attention(normed, normed, attention_mask=there, use_causal_mask=True)
        stream = stream + layers.Dropout(0.2)(told)
        normed = layers.LayerNormalization(epsilon=1e-6)(stream)
        inner = layers.Dense(64)(layers.Dense(256, "relu")(normed))
        stream = stream + layers.Dropout(0.2)(inner)
    vector = layers.Dense(64)(layers.LayerNormalization(epsilon=1e-6)(stream)[:, -1])
    return layers.Dense(ITEMS, "softmax")(vector)


def _text(keras: Any, inputs: Any) -> Any:
    layers = keras.layers
    words = layers.Embedding(3_000, 48)(inputs["words"])
    found = [
        layers.GlobalMaxPooling1D()(layers.Conv1D(128, k, padding="same", activation="relu")(words))
        for k in (2, 3)
    ]
    for name, size in (("pieces", 8_192), ("pairs", 4_096)):
        vectors = layers.Embedding(size, 32, mask_zero=True)(inputs[name])
        found.append(layers.GlobalAveragePooling1D()(vectors))
    vector = layers.Dropout(0.3)(layers.Concatenate()(found))
    return layers.Dense(CLASSES, "softmax")(vector)


def _dcn(keras: Any, inputs: Any) -> Any:
    layers = keras.layers
    vectors = [
        layers.Flatten()(layers.Embedding(size, 16)(given))
        for size, given in zip(CATEGORIES, inputs.values(), strict=True)
    ]
    row = crossed = layers.Concatenate()(vectors)
    for _ in range(3):
        crossed = row * layers.Dense(16 * len(CATEGORIES))(crossed) + crossed
    deep = row
    for units in (256, 128):
        deep = layers.Dropout(0.1)(layers.Dense(units, "relu")(deep))
    return layers.Dense(1, "sigmoid")(layers.Concatenate()([crossed, deep]))


def _matching(keras: Any, inputs: Any) -> Any:
    import tensorflow as tf

    layers = keras.layers
    ids = [inputs[name] for name in ("words_words", "title_words")]
    table, counts = layers.Embedding(WORDS, 32), layers.Embedding(WORDS, 1)
    asked, title = (tf.reduce_sum(table(each), 2) / each.shape[2] ** 0.5 for each in ids)
    item = layers.Embedding(FOUND, 32)(inputs["item"])[:, :, 0]
    popular = layers.Embedding(FOUND, 1)(inputs["item"])[:, :, 0]
    sides = [asked, tf.concat([title, item, inputs["price"]], 2)]
    towers = [
        layers.Dense(32)(layers.Dropout(0.1)(layers.Dense(128, "relu")(side))) for side in sides
    ]
    same = tf.cast(ids[0][..., tf.newaxis] == ids[1][..., tf.newaxis, :], tf.float32)
    here, there = (tf.exp(counts(each))[..., 0] for each in ids)
    found = tf.reduce_sum(tf.minimum(tf.reduce_sum(same, 3), 1) * here, 2, keepdims=True)
    met = tf.reduce_sum(tf.minimum(tf.reduce_sum(same, 2), 1) * there, 2, keepdims=True)
    shares = [found / tf.reduce_sum(here, 2, True), met / tf.reduce_sum(there, 2, True)]
    shared = tf.concat([tf.math.log(1 + found), *shares, asked * title], 2)
    product = towers[0] * towers[1]
    deep = tf.concat([*towers, product, shared], 2)
    for units in (128, 64):
        deep = layers.Dropout(0.1)(layers.Dense(units, "relu")(deep))
    scores = layers.Dense(1)(tf.concat([deep, product, shared, popular], 2))
    return layers.Softmax()(scores[:, :, 0])


def _encoder(keras: Any, inputs: Any) -> Any:
    import tensorflow as tf

    layers, (ids,) = keras.layers, inputs.values()
    stream = layers.Embedding(PIECES + 2, WIDTH)(ids)
    stream = stream + layers.Embedding(512, WIDTH)(tf.range(ids.shape[1]))
    stream = layers.Dropout(0.1)(layers.LayerNormalization(epsilon=1e-12)(stream))
    there = tf.not_equal(ids, 0)
    for _ in range(BLOCKS):
        attention = layers.MultiHeadAttention(LOOKS, WIDTH // LOOKS)
        told = attention(stream, stream, attention_mask=there[:, tf.newaxis, :])
        stream = layers.LayerNormalization(epsilon=1e-12)(stream + layers.Dropout(0.1)(told))
        inner = layers.Dense(WIDTH)(layers.Dense(INNER, "gelu")(stream))
        stream = layers.LayerNormalization(epsilon=1e-12)(stream + layers.Dropout(0.1)(inner))
    vector = layers.GlobalAveragePooling1D()(stream, mask=there)
    return layers.Dense(CLASSES, "softmax")(layers.Dropout(0.1)(vector))
