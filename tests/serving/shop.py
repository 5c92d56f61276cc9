"""A model in memory: it likes even users, dear items less, and does badly where tests want it."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hone_serving.description import Description, Input, Output
from hone_serving.model import Answer, Encoded, Features, Outputs

DESCRIPTION = Description(
    name="clicks",
    version="1",
    inputs=(
        Input("user", "text", example="u17"),
        Input("price", "number", example=9.5),
        Input("at", "time", required=False),
        Input("seen", "sequence", required=False, example=["i1", "i2"]),
    ),
    outputs=(
        Output("probability", ("probability",), "FP64"),
        Output("class", ("class",), "BYTES"),
        Output("known", ("known",), "BOOL"),
        Output("items.key", ("items", "key"), "BYTES", (-1, -1)),
        Output("items.score", ("items", "score"), "FP64", (-1, -1)),
    ),
)
ROW: dict[str, Any] = {"user": "u17", "price": 9.5, "seen": ["i1", "i2"]}
ITEMS = ("i1", "i2", "i3")
POISON = 666.0
"""A price on which the graph fails, and all rows that are with it."""
ENDLESS = 1e300
"""A price for which the answer is infinite."""


@dataclass
class Shop:
    """Answers by a formula; counts the rows of each run of its graph."""

    seconds: float = 0.0
    """How long a run takes."""
    runs: list[int] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)
    """A run ends no sooner than this is set."""

    def __post_init__(self) -> None:
        self.go.set()

    def encode(self, rows: Any) -> Encoded:
        """Refuse rows without a user or a price, and prices that are none."""
        refused = {n: why for n, row in enumerate(rows) if (why := _fault(row))}
        places = [n for n in range(len(rows)) if n not in refused]
        good = [rows[n] for n in places]
        users = [zlib.crc32(str(row["user"]).encode()) % 1000 for row in good]
        features: Features = {
            "user": np.array(users, np.int32).reshape(-1, 1),
            "price": np.array([row["price"] for row in good], np.float64).reshape(-1, 1),
        }
        seen = {"item": [row.get("seen") or [] for row in good]}
        return Encoded(len(rows), features, np.array(places, np.int64), refused, seen)

    def infer(self, features: Features) -> Outputs:
        """Answer even users with a high probability."""
        price = features["price"].astype(np.float64)
        self.runs.append(len(price))
        if self.seconds:
            time.sleep(self.seconds)
        if not self.go.wait(600):
            raise TimeoutError
        if (price == POISON).any():
            raise RuntimeError("gather index out of bounds")
        probability = np.where(features["user"] % 2 == 0, 0.75, 0.25) - price / 1e6
        return {"probability": np.where(price == ENDLESS, np.inf, probability)}

    def answer(self, outputs: Outputs, encoded: Encoded, top: int = 10) -> list[Answer]:
        """Say it in words."""
        told = iter(outputs.get("probability", np.zeros((0, 1)))[:, 0].tolist())
        seen = iter(encoded.seen["item"])
        return [
            {"refused": encoded.refused[n]}
            if n in encoded.refused
            else _answer(next(told), next(seen), top)
            for n in range(encoded.count)
        ]


def _fault(row: dict[str, Any]) -> str:
    if not isinstance(row.get("user"), str | int):
        return "'user' is missing"
    if not isinstance(row.get("seen") or [], list):
        return f"'seen' is {row['seen']!r}, no list"
    price = row.get("price")
    good = isinstance(price, float) or (isinstance(price, int) and abs(price) < 2**53)
    return "" if good else f"'price' is {price!r}, no number"


def _answer(probability: float, seen: Sequence[str], top: int) -> Answer:
    items = [{"key": key, "score": 0.5} for key in ITEMS if key not in seen][:top]
    word = "yes" if probability > 0.5 else "no"
    return {"probability": probability, "class": word, "known": True, "items": items}


def expected(*rows: dict[str, Any], top: int = 10) -> list[Answer]:
    """Return what is to be said of rows."""
    shop = Shop()
    encoded = shop.encode(list(rows))
    return shop.answer(shop.infer(encoded.features), encoded, top)
