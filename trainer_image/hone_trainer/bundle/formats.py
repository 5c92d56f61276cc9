"""The same model for other runtimes, each shown to answer the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.bundle.description import Format
from hone_trainer.models.answers import beside
from hone_trainer.models.litert import LiteModel

if TYPE_CHECKING:
    from hone_trainer.models.network import Network
    from hone_trainer.transform.transform import Transform

SAMPLE = 1024
"""Rows of the test part that runtimes are compared on."""
Files = dict[str, bytes]


def exported(
    wanted: Iterable[str], transform: Transform, network: Network, graph: bytes, features: Any
) -> tuple[Files, tuple[Format, ...]]:
    """Return the files of the formats that are wanted, by their places, and what they are.

    Args:
        wanted: names of formats.
        transform, network, graph: of the bundle.
        features: of rows of the test part, name -> array.

    Raises:
        StageFailure: GraphImpossible, GraphDiffers.
    """
    files: Files = {}
    formats = []
    few = {name: np.asarray(values[:SAMPLE]) for name, values in features.items()}
    for name in wanted:
        made, format_ = MAKERS[name](transform, network, few)
        files |= made
        formats.append(format_)
    if not formats:
        return {}, ()
    differs = _differs(network, graph, few)  # both are the network: as far from what ships
    return files, tuple(each.model_copy(update={"differs": differs}) for each in formats)


def _saved_model(transform: Transform, network: Network, few: Any) -> tuple[Files, Format]:  # noqa: ARG001
    from hone_trainer.bundle.proof import prove
    from hone_trainer.bundle.saved_model import SAVED_MODEL, RawModel

    raw = RawModel(transform, network)
    files = raw.save()
    prove(raw, files, network)
    return files, Format(name="savedModel", place=SAVED_MODEL, reads="rows", columns=raw.names)


def _onnx(transform: Transform, network: Network, few: Any) -> tuple[Files, Format]:  # noqa: ARG001
    from hone_trainer.bundle.onnx_model import ONNX, onnx_model, prove

    content = onnx_model(network)
    prove(content, network, few)
    return {ONNX: content}, Format(name="onnx", place=ONNX, reads="features")


def _vectors(transform: Transform, network: Network, few: Any) -> tuple[Files, Format]:  # noqa: ARG001
    from hone_trainer.bundle.description import VECTORS
    from hone_trainer.bundle.vectors import vectors

    return vectors(network, few), Format(name="vectors", place=VECTORS, reads="features")


MAKERS = {"savedModel": _saved_model, "onnx": _onnx, "vectors": _vectors}


def _differs(network: Network, graph: bytes, features: Mapping[str, Any]) -> dict[str, float]:
    """Return the most by which each of the runtime's outputs is another than the network's."""
    model, most = LiteModel(graph), dict[str, float]()
    for here, answers in beside(network, features):
        parts = list(model.answer(here))
        for output, values in answers.items():
            shipped = np.concatenate([part[output] for part in parts])
            apart = float(np.abs(shipped - values).max(initial=0.0))
            most[output] = max(most.get(output, 0.0), apart)
    return most
