"""Weights that may take few values: those of a kernel, tied to the nearest of so many.

Deep compression (Han, Mao and Dally 2016): weights of a cluster share one value, and training moves
that value by what moves its weights, on average.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE = 100_000
"""Weights from which the values of an array are found."""
SEED = 0


@dataclass(frozen=True)
class TiedWeights:
    """A variable, and to which cluster each of its weights belongs."""

    variable: Any
    clusters: int
    """Values, 0 among them where it is one."""
    labels: Any
    """Of each weight, tensor (weights,); cluster 0 holds zeros that stay."""

    @classmethod
    def of(cls, variable: Any, clusters: int) -> TiedWeights:
        """Find the clusters of what it holds now; zeros, as of pruning, keep one of their own."""
        from hone_trainer.backend.keras import tf

        return cls(variable, clusters, tf.constant(labelled(variable.numpy(), clusters)))

    def tie(self) -> None:
        """Give the weights of each cluster their mean."""
        from hone_trainer.backend.keras import tf

        flat = tf.reshape(self.variable, [-1])
        means = tf.math.unsorted_segment_mean(flat, self.labels, self.clusters + 1)
        means = tf.concat([tf.zeros_like(means[:1]), means[1:]], 0)
        self.variable.assign(tf.reshape(tf.gather(means, self.labels), self.variable.shape))


def labelled(values: NDArray[Any], clusters: int) -> NDArray[np.int32]:
    """Return the cluster of each number, (numbers,), from 1 on; 0 for zeros where many are.

    By k-means on a line; numbers of few different values keep these.
    """
    from sklearn.cluster import KMeans

    flat = np.asarray(values, np.float64).reshape(-1)
    found = np.zeros(len(flat), np.int32)
    some = flat != 0
    pruned = 1 - some.mean() > 1 / clusters
    if not pruned:
        some[:] = True
    wanted, moving = clusters - int(pruned), flat[some]
    if not len(moving):
        return found
    draws = np.random.default_rng(SEED)
    sample = draws.choice(moving, SAMPLE, replace=False) if len(moving) > SAMPLE else moving
    different = np.unique(sample)
    centers = different
    if len(different) > wanted:
        start = np.linspace(sample.min(), sample.max(), wanted).reshape(-1, 1)
        fitted = KMeans(wanted, init=start, n_init=1).fit(sample.reshape(-1, 1))
        centers = np.sort(fitted.cluster_centers_.reshape(-1))
    found[some] = 1 + np.searchsorted((centers[1:] + centers[:-1]) / 2, moving)
    return found
