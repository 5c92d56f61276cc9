"""What reading a history once is worth: the same rows, one by one and as the histories they are of.

    python -m bench.histories [--users 4000] [--rounds 2]

Users of a shop in the shape of Amazon Toys and Games, of 8.6 items each, who meet what is drawn as
unevenly as there. Rows a second of the best epoch, in turn; the epochs see the same rows and the
softmax is over all items either way.
"""

import argparse
import statistics
from typing import Any

import numpy as np

from bench.families.family import FAMILIES, ITEMS, Family
from bench.families.hone import epochs
from hone_trainer.dataset.dataset import Rows
from hone_trainer.rows.tokens import FIRST_KNOWN
from hone_trainer.tasks.learned import Targets

MEAN, SHORTEST, EPOCHS = 8.6, 3, 2
MODELS: dict[str, dict[str, Any]] = {
    "gru": {"embedding": 64, "units": 128},
    "transformer": {"embedding": 64},
}


class Shop(Family):
    """A model of histories, and as many users as ``rows`` says."""

    def drawn(self) -> Rows:
        """Draw a row for each item that somebody met."""
        draw = np.random.default_rng(1)
        (field,) = self.fields
        before, items = [], []
        for count in SHORTEST + draw.geometric(1 / (MEAN - SHORTEST + 1), self.rows) - 1:
            met = (draw.random(count) ** 3 * ITEMS).astype(np.int32)
            padded = np.concatenate([np.zeros(field.length, np.int32), met + FIRST_KNOWN])
            before += [padded[k : k + field.length] for k in range(count)]
            items.append(met)
        values = np.concatenate(items)
        targets = {"target": Targets(values, np.ones(len(values), np.float32))}
        return Rows({field.name: np.stack(before)}, targets)


def main() -> None:
    """Measure both models both ways, in turn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=2)
    words = parser.parse_args()
    like = FAMILIES["gru"]
    for kind, model in MODELS.items():
        found = {"recommendation": {kind: model}}
        shop = Shop(found, like.fields, like.task, ITEMS, words.users, like.batch)
        rows = len(shop.drawn())
        rates: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(words.rounds):
            for sequential, told in rates.items():
                told.append(rows / min(epochs(shop, EPOCHS, sequential=sequential)))
        alone, whole = (statistics.median(each) for each in rates.values())
        print(
            f"{kind:12} {rows} rows of {words.users} users: one by one {alone:,.0f} rows/s, "
            f"histories {whole:,.0f} (× {whole / alone:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
