"""Softmax cross-entropy over the item that came and a few drawn ones.

Drawn items are shared by the rows of a step. Popular ones are drawn more often (items are in the
order of their frequency, and the chance falls as 1 / rank), so the logit of each is lowered by the
log of how often its item is expected among the drawn: without that, popular items would be pushed
down. The item that came is no draw: its logit stays as it is, and where it is drawn too it is left
out. So the sum is on average that over all items, however many are drawn (Bengio and Senécal 2003).
"""

from __future__ import annotations

from typing import Any

from hone_trainer.backend.keras import tf

PLACE = 1_001
"""Tells this draw apart from those of layers."""
GONE = -1e9


def sampled_softmax(head: Any, features: Any, truth: Any, count: int, draws: Any) -> Any:
    """Return the loss of each row, (rows,).

    Args:
        head: with ``logits`` of all items and ``logits_of`` some.
        features: of the rows.
        truth: (rows,) codes.
        count: items to draw, with replacement.
        draws: where chance comes from; the same for all replicas of a step.
    """
    items = head.learned.known
    span = tf.math.log(tf.cast(items + 1, tf.float32))
    uniform = tf.random.stateless_uniform([count], draws.seed + tf.constant([PLACE, 0], tf.int32))
    drawn = tf.cast(tf.exp(uniform * span), tf.int32) - 1
    drawn = tf.clip_by_value(drawn, 0, items - 1)
    own = head.logits_of(features, truth[:, tf.newaxis])[:, 0]
    others = head.logits_of_all(features, drawn) - _log_expected(drawn, span, count)
    hit = tf.equal(drawn[tf.newaxis, :], truth[:, tf.newaxis])
    others = tf.where(hit, GONE, others)
    logits = tf.concat([own[:, tf.newaxis], others], axis=1)
    return tf.reduce_logsumexp(logits, axis=1) - own


def _log_expected(codes: Any, span: Any, count: int) -> Any:
    """Return the log of how often an item is expected among the drawn."""
    rank = tf.cast(codes, tf.float32)
    chance = (tf.math.log(rank + 2) - tf.math.log(rank + 1)) / span
    return tf.math.log(chance * count)
