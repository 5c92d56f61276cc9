"""A forest of random trees as arrays: whoever applies it needs no library that grew it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

EULER = 0.5772156649015329
ROWS = 4096
"""Rows that walk down all trees at a time."""


@dataclass(frozen=True)
class Forest:
    """Isolation trees (Liu, Ting and Zhou 2008), their nodes one tree after another.

    Attributes:
        roots: (trees,) the first node of each tree.
        column: (nodes,) which number a node asks about; -1 in a leaf.
        bound: (nodes,) up to which it goes left.
        left: (nodes,) the node there; itself in a leaf.
        right: (nodes,) the other one.
        depth: (nodes,) questions on the way to a leaf, and what its rows would still take.
        normal: depth of all trees together at which a row is neither near nor far.
        offset: score below which a row is an outlier.
    """

    roots: NDArray[np.int64]
    column: NDArray[np.int64]
    bound: NDArray[np.float64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    depth: NDArray[np.float64]
    normal: float
    offset: float

    @classmethod
    def of(cls, grown: Any, rows: int) -> Forest:
        """Take the trees out of a fitted ``sklearn.ensemble.IsolationForest``.

        Args:
            grown: the forest.
            rows: training rows that each tree saw.
        """
        trees = [each.tree_ for each in grown.estimators_]
        sizes = np.array([tree.node_count for tree in trees])
        roots = np.cumsum(sizes) - sizes
        leaf = np.concatenate([tree.children_left for tree in trees]) < 0
        nodes, shift = np.arange(len(leaf)), np.repeat(roots, sizes)
        left, right = (
            np.where(leaf, nodes, np.concatenate([getattr(tree, side) for tree in trees]) + shift)
            for side in ("children_left", "children_right")
        )
        rest = _path(np.concatenate([tree.n_node_samples for tree in trees]))
        return cls(
            roots,
            np.where(leaf, -1, np.concatenate([tree.feature for tree in trees])),
            np.concatenate([tree.threshold for tree in trees]),
            left,
            right,
            _questions(roots, left, right, leaf) + rest,
            float(len(trees) * _path(np.array([rows]))[0]),
            float(grown.offset_),
        )

    def apart(self, points: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Say for each row (n,) of numbers (n, columns) whether it is an outlier."""
        parts = [self._scores(points[k : k + ROWS]) for k in range(0, len(points), ROWS)]
        return np.concatenate(parts) < self.offset if parts else np.zeros(0, bool)

    def _scores(self, points: NDArray[np.float32]) -> NDArray[np.float64]:
        rows = np.arange(len(points))[:, None]
        at = np.broadcast_to(self.roots, (len(points), len(self.roots)))
        while (asks := self.column[at]).max(initial=-1) >= 0:
            smaller = points[rows, asks] <= self.bound[at]
            at = np.where(smaller, self.left[at], self.right[at])
        depths = self.depth[at].sum(axis=1)
        # A forest of trees that saw one row each knows no depth: scikit-learn counts that as 1.
        shares = depths / self.normal if self.normal else np.ones(len(points))
        scores: NDArray[np.float64] = -(2.0**-shares)
        return scores


def _questions(
    roots: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    leaf: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return (nodes,) how many questions lead to each."""
    depth, level, number = np.zeros(len(leaf)), roots, 0
    while len(level):
        depth[level] = number
        inner = level[~leaf[level]]
        level, number = np.concatenate([left[inner], right[inner]]), number + 1
    return depth


def _path(rows: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean depth of a tree that sets so many rows apart, one by one."""
    count = np.maximum(rows, 3).astype(np.float64)
    many = 2 * (np.log(count - 1) + EULER) - 2 * (count - 1) / count
    found: NDArray[np.float64] = np.where(rows <= 1, 0.0, np.where(rows == 2, 1.0, many))
    return found
