"""What a column by itself tells of a class: how many of the errors it saves.

Each word, or group of numbers, stands for the class that training rows have most often with it. On
validation rows this is compared with always naming the most frequent class: 0 saves nothing, and 1
is right everywhere (the lambda of Goodman and Kruskal 1954, measured on rows that taught nothing).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hone_trainer.profile.groups import group_ends
from hone_trainer.profile.measure import (
    LEAST,
    PRIOR,
    Floats,
    Marks,
    Measure,
    taught_and_held,
)
from hone_trainer.profile.value_counts import Tally
from hone_trainer.rows.windows import spread

GROUPS = 256
LEAK_GAIN = 0.9
"""As far as an AUC of 0.95: nine tenths of the way from nothing to all."""
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """What words tell of classes.

    Attributes:
        best: (words,) the class that each stands for.
        lift: (words,) how much more often than elsewhere that class is there.
    """

    best: Codes
    lift: Floats


def gain_of_numbers(values: Floats, labels: Floats, parts: NDArray[np.int8]) -> float | None:
    """Measure a number by its groups; missing values are one of them."""
    taught, held = taught_and_held(labels, parts)
    codes, shares = _classes(labels, taught)
    ends = group_ends(np.sort(values[taught & ~np.isnan(values)]), GROUPS)
    groups = np.where(np.isnan(values), GROUPS, np.searchsorted(ends, values))
    counts = np.ones(int(taught.sum()))
    told = _learn(groups[taught], codes[taught], counts, GROUPS + 1, shares)
    return _gain(told.best[groups][held], codes[held], shares)


def gain_of_texts(tally: Tally, labels: Floats) -> float | None:
    """Measure a text by the word of it that tells most."""
    taught, held = taught_and_held(labels, tally.parts)
    codes, shares = _classes(labels, taught)
    use, found = taught & (tally.rows >= 0), tally.found
    pairs, counts = np.unique(
        tally.rows[use].astype(np.int64) * len(shares) + codes[use], return_counts=True
    )
    texts, classes = np.divmod(pairs, len(shares))
    sizes = found.sizes[texts]
    words = found.codes[spread(found.starts[texts], sizes)].astype(np.int64)
    classes, counts = np.repeat(classes, sizes), np.repeat(counts, sizes).astype(np.float64)
    told = _learn(words, classes, counts, len(found.words), shares)
    says = np.full(len(found.ends) + 1, _usual(shares))
    having = np.flatnonzero(found.sizes)
    if len(having):
        lift, sizes = told.lift[found.codes], found.sizes[having]
        most = np.repeat(np.maximum.reduceat(lift, found.starts[having]), sizes)
        # The first of the words that tell most.
        owner, telling = np.repeat(having, sizes), np.flatnonzero(lift == most)
        first = telling[np.diff(owner[telling], prepend=-1) > 0]
        says[having] = told.best[found.codes[first]]
    return _gain(says[tally.rows][held], codes[held], shares)


def auc_of_gaps(gone: Marks, labels: Floats) -> float | None:
    """Measure how far a gap tells one class from all others: the one that it tells best."""
    known = ~np.isnan(labels)
    gone = gone[known]
    if not gone.any():
        return None
    _, codes = np.unique(labels[known], return_inverse=True)
    rows, gaps = np.bincount(codes), np.bincount(codes, gone)
    often = (rows >= LEAST) & (len(codes) - rows >= LEAST)
    if not often.any():
        return None
    others = (gaps.sum() - gaps[often]) / (len(codes) - rows[often])
    return float((0.5 + np.abs(gaps[often] / rows[often] - others) / 2).max())


def _classes(labels: Floats, taught: Marks) -> tuple[Codes, Floats]:
    """Return the class of each row, -1 where it has none, and the share of each in training."""
    known = ~np.isnan(labels)
    codes = np.full(len(labels), -1, np.int64)
    classes, codes[known] = np.unique(labels[known], return_inverse=True)
    counts = np.bincount(codes[taught], minlength=len(classes))
    return codes, counts / max(1, counts.sum())


def _learn(words: Codes, classes: Codes, counts: Floats, most: int, shares: Floats) -> Told:
    """Learn which class each word stands for.

    Args:
        words: (n,) of training rows.
        classes: (n,) the class beside each.
        counts: (n,) how often the two are there together.
        most: different words.
        shares: (classes,) of training rows.
    """
    usual = _usual(shares)
    best, lift = np.full(most, usual, np.int64), np.zeros(most)
    if not len(words):
        return Told(best, lift)
    pairs, place = np.unique(words * len(shares) + classes, return_inverse=True)
    together = np.bincount(place, counts)
    word, of_class = np.divmod(pairs, len(shares))
    seen = np.bincount(word, together, most)[word] + PRIOR
    rates = (together + PRIOR * shares[of_class]) / seen
    # The last of each word has the highest rate; of equal ones the first in the alphabet.
    order = np.lexsort((-of_class, rates, word))
    last = order[np.append(np.diff(word[order]) > 0, True)]
    last = last[rates[last] > PRIOR * shares[usual] / seen[last]]
    best[word[last]] = of_class[last]
    lift[word[last]] = rates[last] - shares[of_class[last]]
    return Told(best, lift)


def _gain(says: Codes, codes: Codes, shares: Floats) -> float | None:
    """Return the share of the errors that is saved; None where there are hardly any to save.

    Args:
        says: (n,) the class that each row is taken for.
        codes: (n,) the class that it has.
        shares: (classes,) of training rows.
    """
    wrong = int((codes != _usual(shares)).sum())
    if wrong < LEAST:
        return None
    return max(0.0, 1 - int((says != codes).sum()) / wrong)


def _usual(shares: Floats) -> int:
    """Return the most frequent class; of equal ones the first in the alphabet."""
    return int(shares.argmax()) if len(shares) else 0


GAIN = Measure("gain in accuracy", LEAK_GAIN, gain_of_numbers, gain_of_texts, auc_of_gaps)
