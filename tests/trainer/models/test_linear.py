"""The baseline fits into a pod, however many items there are."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.models import AnyModel
from hone_trainer.models.generic import linear
from hone_trainer.rows.field import Field
from hone_trainer.tasks import AnyTask
from hone_trainer.tasks.learned import Learned

pytestmark = pytest.mark.tensorflow


def weights(items: int) -> dict[str, Any]:
    """The arrays of a linear model of which item comes next, by their shapes."""
    from hone_trainer.models.graph import open_graph

    task = AnyTask.model_validate({"nextItem": {"label": "item"}})
    learned = Learned(tuple(f"i{n}" for n in range(items)), np.ones(items))
    before = Field(name="before", kind="id", length=4, size=items + 2)
    target = Target(name="item", task=task, learned=learned.dump())
    schema = Schema(fields=(before, Field(name="price", kind="number")), targets=(target,))
    model = AnyModel.model_validate({"generic": {"linear": {}}})
    graph = open_graph(model, schema)
    shapes = [tuple(each.shape) for each in graph.whole.weights]
    return {"features": set(graph.features), "shapes": shapes}


def test_few_items_have_a_weight_for_each_pair() -> None:
    found = weights(50)
    assert found["features"] == {"logits/item"}
    assert (52, 50) in found["shapes"]


def test_many_items_have_factors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "MOST", 2_000)
    found = weights(50)
    assert found["features"] == {"vector"}
    assert (52, linear.RANK) in found["shapes"]
    assert (50, linear.RANK) in found["shapes"]
    assert (52, 50) not in found["shapes"]
