"""Splits for tests: rows cut into blocks, observed, settled and placed as a preparation does."""

import itertools
import pickle
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS
from hone_trainer.splits import AnySplitting
from hone_trainer.splits.splitting import Ask

Parts = NDArray[np.int8]

WAYS: dict[str, dict[str, Any]] = {
    "random": {"random": {}},
    "time": {"time": {"column": "when"}},
    "time by a number": {"time": {"column": "price"}},
    "group": {"group": {"column": "user"}},
    "stratified": {"stratified": {}},
    "stratified by text": {"stratified": {"column": "kind"}},
    "leaveOneOut": {"leaveOneOut": {"by": "user", "along": "when"}},
    "leaveOneOut in the order of the source": {"leaveOneOut": {"by": "user"}},
    "given": {"given": {"column": "part"}},
    "given but for validation": {"given": {"column": "half"}},
}


def shop(rows: int, seed: int = 0) -> Block:
    """Draw rows of a shop: user and kind may be missing, times are whole minutes with ties."""
    draw = np.random.default_rng(seed)
    user = draw.integers(-1, max(2, rows // 6), rows)
    kind = draw.choice(["shoe", "hat", "", "sock"], rows, p=[0.6, 0.25, 0.1, 0.05])
    minutes = draw.integers(0, max(4, rows), rows)
    columns = {
        "user": pa.array([f"u{n}" if n >= 0 else None for n in user.tolist()]),
        "kind": pa.array([name or None for name in kind.tolist()]),
        "when": pa.array(minutes * 60_000_000, pa.timestamp("us")),
        "price": pa.array(draw.integers(-5, max(4, rows), rows) / 4),
        "label": pa.array((draw.random(rows) < 0.2).astype(np.float64)),
        "half": pa.array(draw.choice(["train", "test"], rows).tolist()),
        "part": pa.array(draw.choice(PARTS, rows, p=[0.7, 0.1, 0.2]).tolist()),
    }
    for name in ("user", "kind", "half", "part"):
        columns[name] = columns[name].dictionary_encode()
    return Block.of(pa.table(columns))


def ask(rows: int, validation: float = 0.1, test: float = 0.2, seed: int = 3) -> Ask:
    return Ask(rows, validation, test, seed, "label")


def cut(block: Block, ends: list[int]) -> list[Block]:
    """Cut rows into blocks at some of their numbers; blocks may be empty."""
    edges = [0, *sorted(ends), len(block)]
    return [
        Block(block.table.slice(a, b - a).combine_chunks(), block.rows[a:b], block.parts[a:b])
        for a, b in itertools.pairwise(edges)
    ]


def place(way: dict[str, Any], blocks: list[Block], asked: Ask) -> Parts:
    """Return the part of every row; what travels between pods travels here too."""
    splitting = AnySplitting.model_validate(way).value
    observed = [splitting.observe(block, asked) for block in blocks]
    places = splitting.settle([_sent(table) for table in observed if table is not None], asked)
    parts = [np.zeros(0, np.int8)]
    for block in blocks:
        if len(block):
            needed = places.cut(int(block.rows[0]), int(block.rows[-1]) + 1)
            parts.append(pickle.loads(pickle.dumps(needed)).of(block))
    return np.concatenate(parts)


def _sent(table: Any) -> Any:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)
    return pa.ipc.open_file(pa.BufferReader(sink.getvalue())).read_all()
