"""Public sets, each as one CSV. The sets themselves are not part of this project."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from bench.published.click_log import click_log

FOLDS = 5
OUT_OF_SCOPE = 10
"""Intents that training rows hold none of."""
Row = Iterable[object]


def toys(folder: Path) -> Iterator[Row]:
    """Yield who bought what, in each user's order (Amazon Toys and Games, five or more each)."""
    yield "user", "item", "step"
    for line in (folder / "toys" / "Toys_and_Games.txt").read_text().splitlines():
        user, *items = line.split()
        yield from ((f"u{user}", f"i{item}", step) for step, item in enumerate(items))


def cell_phones(folder: Path) -> Iterator[Row]:
    """Yield who bought what for which words (Ai et al. 2017).

    A purchase stands under several searches, at one time: it is no part of its own history.
    """
    folder = folder / "cell_phones_search"
    words = (folder / "queries.txt").read_text().splitlines()
    yield "user", "query_id", "query", "item", "time", "part"
    times: dict[tuple[str, str], int] = {}
    for part in ("train", "test"):
        with gzip.open(folder / f"{part}.tsv.gz", "rt") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                user, query, item = row["user"], row["query"], row["item"]
                time = times.setdefault((user, item), len(times))
                yield f"u{user}", f"q{query}", words[int(query)], f"i{item}", time, part


def banking(folder: Path) -> Iterator[Row]:
    """Yield what customers ask, and their intent (BANKING77, its own split)."""
    yield "text", "intent", "part"
    for part in ("train", "test"):
        with (folder / "banking77" / f"{part}.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                yield row["text"], row["category"], part


def banking_open(folder: Path) -> Iterator[Row]:
    """Yield the same with three more splits, each of which keeps ten other intents for the test."""
    header, *rows = (tuple(row) for row in banking(folder))
    intents = sorted({str(row[1]) for row in rows})
    yield (*header[:2], *(f"part{seed}" for seed in range(3)))
    drawn = [_drawn(intents, seed) for seed in range(3)]
    for text, intent, part in rows:
        parts = ("test" if intent in held else part for held in drawn)
        yield (text, intent, *parts)


def shoppers(folder: Path) -> Iterator[Row]:
    """Yield visits, whether they ended in a purchase, and the parts of five stratified folds."""
    path = folder / "online_shoppers" / "online_shoppers_intention.csv"
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    fold = np.empty(len(rows), np.int64)
    draw = np.random.default_rng(0)
    for label in ("TRUE", "FALSE"):
        (of,) = np.nonzero([row[-1] == label for row in rows])
        fold[draw.permutation(of)] = np.arange(len(of)) % FOLDS
    yield (*header, *(f"part{k}" for k in range(FOLDS)))
    for row, own in zip(rows, fold, strict=True):
        yield (*row, *("test" if own == k else "train" for k in range(FOLDS)))


def _drawn(intents: list[str], seed: int) -> set[str]:
    return set(np.random.default_rng(seed).choice(intents, OUT_OF_SCOPE, replace=False))


SETS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "toys": toys,
    "cell-phones": cell_phones,
    "banking": banking,
    "banking-open": banking_open,
    "shoppers": shoppers,
    "click-log": lambda _: click_log(),
}


def converted(name: str, folder: Path, work: Path) -> Path:
    """Write a set as a CSV, where that is not done yet."""
    path = work / f"{name}.csv"
    if not path.exists():
        with path.open("w", newline="") as file:
            csv.writer(file).writerows(SETS[name](folder))
    return path
