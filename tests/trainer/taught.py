"""Networks that were taught a few steps of any task, what they answer, and how well."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from hone_trainer.dataset.dataset import Rows
from hone_trainer.models.network import Network, Part
from hone_trainer.tasks.scoring import score
from tests.trainer import worlds
from tests.trainer.worlds import TASKS, World, world


@lru_cache(maxsize=32)
def learned(tasks: str, kind: str) -> tuple[World, Network, Network]:
    """Return a world, the network before the first step, and after a few."""
    from hone_trainer.backend.keras import keras, tf
    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.feed import HeldFeed
    from hone_trainer.train.objective import Objective
    from hone_trainer.train.sync_steps import Steps

    here, model = world(TASKS[tasks], fields=worlds.fields(kind)), worlds.model(kind)
    keras.utils.set_random_seed(1)
    objective = Objective.of(open_graph(model, here.schema), here.schema)
    whole = objective.graph.whole
    fresh = Network(here.schema, (Part(model, tuple(whole.get_weights())),))
    optimizer = keras.optimizers.Adam(0.03)
    optimizer.build(objective.variables)
    batch = 12 if tasks == "ranking" else 60
    feed = HeldFeed(here.read("train"), here.schema)
    steps = Steps(tf.distribute.get_strategy(), objective, optimizer, feed, batch, 3)
    for epoch in range(6):
        for _ in steps.epoch(epoch, 0, 10, lambda: False):
            pass
    return here, fresh, Network(here.schema, (Part(model, tuple(whole.get_weights())),))


def leading(here: World, network: Network) -> list[float]:
    """Return the leading figure of each target on the test part, so that lower is better."""
    rows, found = here.read("test"), []
    blocks = list(network.answer(rows.features))
    for target in here.schema.targets:
        task, metric = target.how, next(target.how.metrics())
        told = [block[target.name] for block in blocks]
        value = metric.value(score(task, rows.targets[target.name], told))
        found.append(-value if metric.higher_is_better else value)
    return found


def priors(here: World, blind: bool = False) -> list[float]:
    """Return the same of the answers without features; ``blind``: not even of an item's name."""
    rows, found = here.read("test"), []
    for target in here.schema.targets:
        task, targets, metric = target.how, rows.targets[target.name], next(target.how.metrics())
        targets = replace(targets, item=None) if blind else targets
        value = metric.value(score(task, targets, [task.prior(target.facts, targets)]))
        found.append(-value if metric.higher_is_better else value)
    return found


def answers(network: Network, rows: Rows) -> dict[str, np.ndarray]:
    blocks = list(network.answer(rows.features))
    return {
        f"{target}/{name}": np.concatenate([block[target][name] for block in blocks])
        for target, found in blocks[0].items()
        for name in found
    }


Signature = tuple[dict[str, tuple[Any, ...]], ...]
"""Shape of a row and type of each input and of each output, by name."""


def signature(network: Network) -> Signature:
    model = network.build()
    inputs = zip(model.input_names, model.inputs, strict=True)
    return tuple(
        {name: (tuple(tensor.shape[1:]), tensor.dtype.name) for name, tensor in tensors}
        for tensors in (inputs, model.output.items())
    )


def shipped_signature(content: bytes) -> Signature:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(model_content=content).get_signature_runner()
    return tuple(
        {
            name: (tuple(detail["shape_signature"].tolist()[1:]), np.dtype(detail["dtype"]).name)
            for name, detail in details.items()
        }
        for details in (runner.get_input_details(), runner.get_output_details())
    )


def calibrated(network: Network, rows: Rows) -> Network:
    blocks = list(network.answer(rows.features))
    whole = {
        target: {name: np.concatenate([b[target][name] for b in blocks]) for name in found}
        for target, found in blocks[0].items()
    }
    return network.calibrated(rows, whole)
