"""What is measured: rows drawn at random, of the shape of public sets, and a model for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.rows.field import Field
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned, Targets

ITEMS, CLASSES = 11_924, 77
"""Of toys, and of banking questions."""
WORDS, FOUND, LISTED = 5_000, 20_000, 12
"""Of a search: words, items, and how many of these a list has."""
PIECES, BLOCKS, WIDTH, INNER, LOOKS = 30_522, 6, 384, 1_536, 12
"""Of a small pretrained encoder: pieces, layers, widths, heads."""
CATEGORIES = (100_000, 20_000, 5_000, 2_000, 1_000, 500, 100, 50, 24, 7)
"""Of a click log."""


@dataclass(frozen=True)
class Family:
    """A model, the rows that it is trained on, and how many of them a step takes."""

    model: dict[str, Any]
    fields: tuple[Field, ...]
    task: dict[str, Any]
    outputs: int
    rows: int
    batch: int

    @property
    def schema(self) -> Schema:
        """The columns and the target."""
        keys = tuple(f"{code:06d}" for code in range(self.outputs))
        learned = Learned(keys, np.ones(self.outputs)) if keys else Learned()
        task = AnyTask.model_validate(self.task)
        target = Target(name="target", task=task, learned=learned.dump())
        return Schema(fields=self.fields, targets=(target,), rows=self.rows)

    def drawn(self) -> Rows:
        """Draw the rows; the tables are read as unevenly as those of a shop."""
        draw = np.random.default_rng(1)
        features: dict[str, Any] = {}
        for field in self.fields:
            shape = (self.rows, field.length)
            if field.kind == "number":
                features[field.name] = draw.normal(size=shape).astype(np.float32)
                continue
            ranks = draw.random(shape) ** 3 * (field.size - 2)
            features[field.name] = ranks.astype(np.int32) + 2
        weight = np.ones(self.rows, np.float32)
        if "ranking" in self.task:  # the first of each list is what was bought
            place = np.arange(self.rows)
            values = (place % LISTED == 0).astype(np.float32)
            target = Targets(values, weight, group=place // LISTED, item=features["item"][:, 0])
        else:
            values = draw.integers(self.outputs, size=self.rows).astype(np.int32)
            target = Targets(values, weight)
        return Rows(features, {"target": target})


def _id(name: str, size: int, length: int = 1, **more: Any) -> Field:
    return Field(name=name, source=name, kind="id", size=size, length=length, **more)


_HISTORY = (_id("before", ITEMS + 2, 20, answers="target"),)
_TEXT = (
    _id("words", 3_000, 32),
    _id("pieces", 8_192, 192, hashed=True),
    _id("pairs", 4_096, 32, hashed=True),
)
_LOG = tuple(_id(f"field{k}", size) for k, size in enumerate(CATEGORIES))
_SEARCH = (
    _id("words_words", WORDS, 4),
    _id("title_words", WORDS, 8, like="words_words"),
    _id("item", FOUND),
    Field(name="price", source="price", kind="number"),
)
_SIZES = {
    "words": PIECES,
    "width": WIDTH,
    "layers": BLOCKS,
    "heads": LOOKS,
    "inner": INNER,
    "positions": 512,
    "kinds": 2,
    "epsilon": 1e-12,
}
_NEXT = {"nextItem": {"label": "target"}}
FAMILIES = {
    "gru": Family({"recommendation": {"gru": {}}}, _HISTORY, _NEXT, ITEMS, 20_000, 256),
    "transformer": Family(
        {"recommendation": {"transformer": {}}}, _HISTORY, _NEXT, ITEMS, 20_000, 256
    ),
    "textCnn": Family(
        {"service": {"textCnn": {}}}, _TEXT, {"classes": {"label": "target"}}, CLASSES, 10_000, 64
    ),
    "dcn": Family(
        {"ads": {"dcn": {"layers": [256, 128], "embedding": 16}}},
        _LOG,
        {"binary": {"label": "target"}},
        2,
        200_000,
        1024,
    ),
    "matching": Family(
        {"search": {"matching": {"query": ["words_words"], "layers": [128, 64], "dropout": 0.1}}},
        _SEARCH,
        {"ranking": {"label": "target", "group": "search", "item": "item"}},
        0,
        60_000,
        32,
    ),
    "encoder": Family(
        {"service": {"encoder": {"uri": "encoder", "sizes": _SIZES}}},
        (_id("text_pieces", PIECES + 2, 32, pieces="its own"),),
        {"classes": {"label": "target"}},
        CLASSES,
        512,
        32,
    ),
}
