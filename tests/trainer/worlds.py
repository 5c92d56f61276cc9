"""A small world for every kind of task: rows whose target follows from what a model reads.

Two users' tastes, an item's price and what was seen before decide; so a model of any kind can beat
the answer without features in a few steps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Dataset, Rows
from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.rows.block import Block
from hone_trainer.rows.field import PARTS, Field, Part
from hone_trainer.tasks import AnyTask

USERS, ITEMS, LIST = 12, 9, 6
FIELDS = (
    Field(name="user", source="user", kind="id", size=USERS + 2),
    Field(name="item", source="item", kind="id", size=ITEMS + 2),
    Field(name="before", source="before", kind="id", length=3, size=ITEMS + 2, of="item"),
    Field(name="price", source="price", kind="number"),
)
TASKS: dict[str, list[dict[str, Any]]] = {
    "binary": [{"binary": {"label": "clicked"}}],
    "classes": [{"classes": {"label": "intent"}}],
    "number": [{"number": {"label": "spent"}}],
    "nextItem": [{"nextItem": {"label": "next"}}],
    "ranking": [{"ranking": {"label": "grade", "group": "query", "item": "item", "length": LIST}}],
    "two heads": [
        {"binary": {"label": "clicked"}},
        {"binary": {"label": "bought", "where": "clicked", "share": 0.3}},
    ],
}
STEPS = TASKS | {
    "drawn items": [{"nextItem": {"label": "next", "negatives": 4}}],
    "pairs": [
        {"ranking": {"label": "grade", "group": "query", "length": LIST, "objective": "pairwise"}}
    ],
}
"""What may happen in a step of training: any task, items that are drawn, pairs of a list."""
ENCODER: dict[str, Any] = {
    "words": ITEMS,
    "width": 16,
    "layers": 2,
    "heads": 4,
    "inner": 24,
    "positions": 3,
    "kinds": 2,
    "epsilon": 1e-12,
}
"""As a training has noted them: later stages need no file of the encoder."""
MODELS: dict[str, dict[str, Any]] = {
    "lstm": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
    "dense": {"generic": {"dense": {"layers": [16], "embedding": 8}}},
    "linear": {"generic": {"linear": {}}},
    "dcn": {"ads": {"dcn": {"layers": [16], "embedding": 8, "crosses": 2, "rank": 4}}},
    "din": {"ads": {"din": {"layers": [16], "embedding": 8, "attention": [8]}}},
    "deepFm": {"ads": {"deepFm": {"layers": [16], "embedding": 8}}},
    "finalMlp": {"ads": {"finalMlp": {"layers": [16], "embedding": 8, "gate": 8}}},
    "behaviour": {"recommendation": {"behaviour": {"layers": [16], "embedding": 8}}},
    "gru": {"recommendation": {"gru": {"embedding": 8, "units": 8}}},
    "transformer": {"recommendation": {"transformer": {"embedding": 8, "blocks": 2}}},
    "twoTower": {"recommendation": {"twoTower": {"embedding": 8, "layers": [16]}}},
    "biLstm": {"service": {"biLstm": {"embedding": 8, "units": 8}}},
    "textCnn": {"service": {"textCnn": {"embedding": 8, "filters": 8}}},
    "textTransformer": {"service": {"transformer": {"embedding": 8}}},
    "custom": {"custom": {"keras": {"function": "tests.trainer.models.own:build"}}},
    "matching": {
        "search": {"matching": {"query": ["user", "before"], "layers": [16], "embedding": 8}}
    },
    "encoder": {"service": {"encoder": {"uri": "nowhere", "sizes": ENCODER, "embedding": 8}}},
}
ANY_TASK = ("lstm", "dense", "linear")
FOR = {
    "dcn": "two heads",
    "din": "two heads",
    "deepFm": "two heads",
    "finalMlp": "two heads",
    "behaviour": "nextItem",
    "gru": "nextItem",
    "matching": "ranking",
    "transformer": "nextItem",
    "twoTower": "nextItem",
    "biLstm": "classes",
    "custom": "classes",
    "encoder": "classes",
    "textCnn": "classes",
    "textTransformer": "classes",
}
"""What models are for that differ from others in their features alone."""
PAIRS = tuple((tasks, kind) for kind in MODELS if kind not in FOR for tasks in TASKS)
"""Every task with every way to give features to a head."""
EACH = (*PAIRS, *((tasks, kind) for kind, tasks in FOR.items()))
"""The same, and every other model with what it is for."""


@dataclass(frozen=True)
class World(Dataset):
    """Stands in for a committed data set."""

    schema: Schema
    parts: dict[Part, Rows]

    def read(self, part: Part, member: int = 0, members: int = 1, every: int = 1) -> Rows:
        """See ``Dataset.read``."""
        return self.parts[part]

    def size(self, part: Part) -> int:
        """They are in memory already."""
        return 0


def world(
    tasks: list[dict[str, Any]], rows: int = 600, fields: tuple[Field, ...] = FIELDS
) -> World:
    """Draw the rows of all parts; what tasks learn, they learn on training rows."""
    drawn = {part: _drawn(rows, seed) for seed, part in enumerate(PARTS)}
    blocks = {part: block for part, (_, block) in drawn.items()}
    targets = tuple(_target(each, blocks["train"]) for each in tasks)
    parts: dict[Part, Rows] = {}
    shared = {t.how.label: t for t in targets}.get("next")
    for part, (features, block) in drawn.items():
        encoded = {t.name: _targets(t, block) for t in targets}
        parts[part] = Rows(_coded(features, shared), encoded)
    fields = tuple(
        field.model_copy(update={"answers": shared.name})
        if shared and field.name == "before"
        else field
        for field in fields
    )
    return World(Schema(fields=fields, targets=targets, rows=rows), parts)


def _coded(features: dict[str, Any], shared: Target | None) -> dict[str, Any]:
    """Return the features with histories in the codes of the items that come next."""
    if shared is None:
        return features
    codes = [shared.facts.codes[f"i{number:03d}"] + 2 for number in range(ITEMS)]
    return {**features, "before": np.array(codes, np.int32)[features["before"] - 2]}


def fields(name: str) -> tuple[Field, ...]:
    """Return the columns as a kind of model reads them: encoders read pieces of texts."""
    if name != "encoder":
        return FIELDS
    pieces = {"of": "", "pieces": "0123456789abcdef"}
    return tuple(f.model_copy(update=pieces) if f.name == "before" else f for f in FIELDS)


def model(name: str) -> AnyModel:
    """Return a small model of a kind."""
    return AnyModel.model_validate(MODELS[name])


def _drawn(rows: int, seed: int) -> tuple[dict[str, Any], Block]:
    import pyarrow as pa

    draw = np.random.default_rng([seed, 5])
    user, item = draw.integers(USERS, size=rows), draw.integers(ITEMS, size=rows)
    before, price = draw.integers(ITEMS, size=(rows, 3)), draw.normal(size=rows)
    taste = np.sin(user * 2.0) + np.cos(item * 1.7) + 0.8 * price
    clicked = (draw.random(rows) < 1 / (1 + np.exp(-2.5 * taste))).astype(float)
    bought = (draw.random(rows) < 1 / (1 + np.exp(-2.5 * price))).astype(float)
    features: dict[str, Any] = {
        "user": user[:, None].astype(np.int32) + 2,
        "item": item[:, None].astype(np.int32) + 2,
        "before": before.astype(np.int32) + 2,
        "price": price[:, None].astype(np.float32),
    }
    following = np.where(draw.random(rows) < 0.85, before[:, -1], draw.integers(ITEMS, size=rows))
    intent = np.where(draw.random(rows) < 0.85, item % 4, draw.integers(4, size=rows))
    columns = {
        "clicked": pa.array(clicked),
        "bought": pa.array(bought),
        "intent": _words("c", intent),
        "spent": pa.array(20 + 5 * taste + draw.normal(size=rows)),
        "next": _words("i", following),
        "grade": pa.array(np.where(taste > 1.2, 2.0, np.where(taste > 0.4, 1.0, 0.0))),
        "query": _words("q", np.arange(rows) // LIST),
        "item": _words("i", item),
    }
    return features, Block.of(pa.table(columns))


def _words(letter: str, numbers: Any) -> Any:
    import pyarrow as pa

    from hone_trainer.rows.block import Texts

    known, codes = np.unique(numbers, return_inverse=True)
    words = pa.array([f"{letter}{number:03d}" for number in known], pa.string())
    return Texts(codes.astype(np.int32), words).array()


def _target(how: dict[str, Any], block: Block) -> Target:
    task = AnyTask.model_validate(how)
    learned = task.value.learn([task.value.summarize(block)])
    return Target(name=task.value.title, task=task, learned=learned.dump())


def _targets(target: Target, block: Block) -> Any:
    from hone_trainer.tasks.learned import Targets

    values, weight = target.how.encode(block, target.facts)
    beside = target.how.beside(block, target.facts)
    return Targets(values, weight, None, beside.get("group"), beside.get("item"))


def quiet(fraction: float, message: str) -> None:
    """A ``Tell`` that nobody hears."""
