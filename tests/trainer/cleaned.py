"""A cleaning step on a few rows, as a stage takes it: checked, learned, sent off, applied."""

import pickle
from typing import Any

import numpy as np

from hone_trainer.clean.step import Cleaned, Cleaning
from hone_trainer.columns import Column
from hone_trainer.rows.block import Block, join
from hone_trainer.store.side_inputs import SideInputs


def clean(
    step: Cleaning, data: Block, columns: tuple[Column, ...], seed: int = 0, store: Any = None
) -> Cleaned:
    """Learn on the training rows and clean all; the rows one by one must give the same."""
    step.check(columns)
    learned = step.load(SideInputs(store), columns) if step.loads else None
    if not step.loads:
        learned = step.learn(data.part(0), columns, seed)
    learned = pickle.loads(pickle.dumps(learned))
    whole = step.apply(data, learned, columns)
    each = [step.apply(one, learned, columns) for one in single(data)]
    assert seen(join([cleaned.block for cleaned in each])) == seen(whole.block)
    for name, total in whole.dropped.items():
        assert sum(cleaned.dropped.get(name, 0) for cleaned in each) == total
    gone = sum(whole.dropped.values()) + sum(map(len, whole.quarantined.values()))
    assert len(whole.block) + gone == len(data)
    return whole


def single(data: Block) -> list[Block]:
    """Return each row as a block of its own."""
    return [data.keep(np.arange(len(data)) == row) for row in range(len(data))]


def seen(data: Block) -> dict[str, list[Any]]:
    """Return the columns as lists, None where missing."""
    lists = {name: data.table.column(name).to_pylist() for name in data.table.column_names}
    return {name: [None if v != v else v for v in values] for name, values in lists.items()}
