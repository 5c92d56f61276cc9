"""The Keras models of a network: its parts side by side, and the whole that answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras
from hone_trainer.models.answers import output_name
from hone_trainer.models.graph import Graph, open_graph
from hone_trainer.models.inputs import open_inputs

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
        calibration = network.calibration(target.name)
        each = [
            target.how.outputs(graph.logits[target.name], target.facts, calibration)
            for graph in graphs
        ]
        for name in each[0]:
            key = output_name(network.schema, target, name)
            outputs[key] = _average([answers[name] for answers in each], network.shares, key)
    return Assembly(graphs, parts, keras.Model(inputs, outputs))


def _average(answers: list[Any], shares: tuple[float, ...], name: str) -> Any:
    """Return a weighted average, in layers that every tool knows."""
    if len(answers) == 1:
        return keras.layers.Activation("linear", name=name, dtype="float32")(answers[0])
    scaled = [
        keras.layers.Rescaling(share, dtype="float32")(answer)
        for answer, share in zip(answers, shares, strict=True)
    ]
    return keras.layers.Add(name=name, dtype="float32")(scaled)
