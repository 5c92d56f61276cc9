"""The Keras models of a network: its parts side by side, and the whole that answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras
from hone_trainer.models.answers import output_name
from hone_trainer.models.graph import Graph, open_graph
from hone_trainer.models.inputs import open_inputs
from hone_trainer.tasks.ballots import ballot
from hone_trainer.tasks.learned import Calibration

if TYPE_CHECKING:
    from hone_trainer.models.network import Network


@dataclass(frozen=True)
class Assembly:
    """The layers of a network, as several Keras models on the same inputs."""

    graphs: tuple[Graph, ...]
    """One per part."""
    parts: tuple[Any, ...]
    """Each part as a Keras model from inputs to logits; its weights are the part's."""
    answering: Any
    """From inputs to answers, by output name."""


def assemble(network: Network) -> Assembly:
    """Build the layers of a network and put its weights in."""
    inputs = open_inputs(network.schema)
    graphs = tuple(
        open_graph(part.model, network.schema, inputs, f"m{k}_")
        for k, part in enumerate(network.parts)
    )
    parts = tuple(graph.whole for graph in graphs)
    for part, model in zip(network.parts, parts, strict=True):
        if part.weights:
            model.set_weights(part.arrays)
    outputs = {}
    for target in network.schema.targets:
        fitted = network.calibration(target.name)
        alone = len(graphs) == 1
        each = [
            target.how.outputs(
                graph.logits[target.name],
                target.facts,
                fitted if alone else part.calibrations.get(target.name, Calibration()),
            )
            for graph, part in zip(graphs, network.parts, strict=True)
        ]
        if network.voting != "soft" and not alone:
            each = [ballot(answers, network.voting) for answers in each]
        joint = {
            name: _average([answers[name] for answers in each], network.shares) for name in each[0]
        }
        if not alone:
            joint = target.how.recalibrate(joint, fitted)
        for name, answer in joint.items():
            key = output_name(network.schema, target, name)
            outputs[key] = keras.layers.Activation("linear", name=key, dtype="float32")(answer)
    return Assembly(graphs, parts, keras.Model(inputs, outputs))


def _average(answers: list[Any], shares: tuple[float, ...]) -> Any:
    """Return a weighted average, in layers that every tool knows."""
    if len(answers) == 1:
        return answers[0]
    scaled = [
        keras.layers.Rescaling(share, dtype="float32")(answer)
        for answer, share in zip(answers, shares, strict=True)
    ]
    return keras.layers.Add(dtype="float32")(scaled)
