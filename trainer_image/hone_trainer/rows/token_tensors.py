"""Words to ids in TensorFlow: what ``tokens`` does, with the same codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hone_trainer.rows.row_tensors import RowTensors
from hone_trainer.rows.tokens import FIRST_KNOWN, HASH_KEY, PADDING, UNSEEN

KEY = [int.from_bytes(HASH_KEY[start : start + 8], "little") for start in (0, 8)]


def codes_of(rows: RowTensors, words: Any, learned: Mapping[str, Any]) -> Any:
    """Return the id of each word, int32, by what an id column learned."""
    from hone_trainer.backend.keras import tf

    if "buckets" in learned:
        # 64 bits up to here: there may be a billion buckets.
        found = tf.strings.to_hash_bucket_strong(words, learned["buckets"], KEY)
        return tf.cast(found + FIRST_KNOWN, tf.int32)
    return places(rows, words, learned["known"], UNSEEN - FIRST_KNOWN) + FIRST_KNOWN


def places(rows: RowTensors, words: Any, known: Sequence[str], otherwise: int) -> Any:
    """Return the place of each word in a list, int32."""
    from hone_trainer.backend.keras import tf

    def make() -> Any:
        keys = tf.constant(list(known), tf.string)
        values = tf.range(len(known), dtype=tf.int32)
        pairs = tf.lookup.KeyValueTensorInitializer(keys, values)
        return tf.lookup.StaticHashTable(pairs, otherwise)

    if not known:
        return tf.fill(tf.shape(words), otherwise)
    return rows.tables.of(known, make).lookup(words)


def positions(rows: RowTensors, words: Any, learned: Mapping[str, Any], length: int) -> Any:
    """Return (n, length) ids: the last ones of each row, padded at the front.

    Args:
        rows: where tables are kept.
        words: (n, any) strings, dense or ragged; "" is none.
        learned: by the column whose ids they are.
        length: positions of a row.
    """
    from hone_trainer.backend.keras import tf

    found = tf.ragged.boolean_mask(words, tf.not_equal(words, ""))
    codes = tf.concat([codes_of(rows, found.values, learned), [PADDING]], 0)
    splits = found.row_splits
    at = splits[1:, None] - length + tf.range(length, dtype=splits.dtype)
    there = at >= splits[:-1, None]
    return tf.where(there, tf.gather(codes, tf.where(there, at, 0)), PADDING)
