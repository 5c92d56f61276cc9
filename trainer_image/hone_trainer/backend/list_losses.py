"""Losses of lists: scores (lists, length) against relevance, where a weight of 0 is no row."""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import tf

FAR = 1e3
"""So far below every score stands what is no row; finite, as an empty list must not become NaN."""


def listwise(scores: Any, weight: Any, gains: Any) -> Any:
    """Return the softmax cross-entropy of each list, (lists,) (Cao et al. 2007)."""
    scores = tf.where(weight > 0, scores, tf.reduce_min(scores) - FAR)
    wanted = tf.math.divide_no_nan(gains, tf.reduce_sum(gains, 1, keepdims=True))
    return -tf.reduce_sum(wanted * tf.nn.log_softmax(scores, 1), 1)


def pairwise(scores: Any, weight: Any, gains: Any) -> Any:
    """Return the mean of log(1 + e^-difference) over the pairs of each list of which one is more
    relevant, (lists,) (RankNet, Burges et al. 2005).
    """
    pairs = tf.cast(ahead(weight, gains), tf.float32)
    apart = tf.nn.softplus(scores[:, tf.newaxis, :] - scores[:, :, tf.newaxis])
    sums = tf.reduce_sum(pairs * apart, [1, 2])
    return tf.math.divide_no_nan(sums, tf.reduce_sum(pairs, [1, 2]))


def ahead(weight: Any, gains: Any) -> Any:
    """Say of any two rows whether the first is more relevant, (lists, length, length)."""
    there = weight > 0
    more = gains[:, :, tf.newaxis] > gains[:, tf.newaxis, :]
    return more & there[:, :, tf.newaxis] & there[:, tf.newaxis, :]
