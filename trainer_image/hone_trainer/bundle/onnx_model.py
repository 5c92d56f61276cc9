"""A network as an ONNX file, for runtimes that know neither LiteRT nor TensorFlow.

It reads what rows are encoded to, under the names of the .tflite file's signature.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.bundle.proof import CLOSE
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.answers import beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hone_trainer.models.network import Network

ONNX = "model.onnx"
OPSET = 17
"""The operators of 2022, which every runtime has by now."""
REMEDY = "leave onnx out of evaluate.formats"


def onnx_model(network: Network) -> bytes:
    """Return the file.

    Raises:
        StageFailure: the converter does not know something of the network (OnnxImpossible).
    """
    import tf2onnx

    from hone_trainer.backend.keras import tf

    model = network.build()
    pairs = zip(model.input_names, model.inputs, strict=True)
    specs = [tf.TensorSpec((None, *t.shape[1:]), t.dtype, name=name) for name, t in pairs]
    try:
        found, _ = tf2onnx.convert.from_keras(model, input_signature=specs, opset=OPSET)
    except Exception as error:
        message = f"tf2onnx cannot write the network: {type(error).__name__}: {error}"[:500]
        raise StageFailure("OnnxImpossible", f"{message}; {REMEDY}") from None
    content: bytes = found.SerializeToString(deterministic=True)
    return content


def prove(content: bytes, network: Network, features: Mapping[str, Any]) -> None:
    """See that the file answers as the network does, by ONNX's own evaluator.

    Raises:
        StageFailure: it does not (GraphDiffers).
    """
    from onnx import load_from_string
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(load_from_string(content))
    for here, answers in beside(network, features):
        given = {name: _wide(here[name]) for name in evaluator.input_names}
        found = dict(zip(evaluator.output_names, evaluator.run(None, given), strict=True))
        for output, values in answers.items():
            largest = max(1.0, float(np.abs(values).max(initial=0.0)))
            if not np.allclose(found[output], values, rtol=0, atol=CLOSE * largest):
                message = f"the ONNX file's {output!r} is another than the network's"
                raise StageFailure("GraphDiffers", f"{message}: {REMEDY}, and tell who makes Hone")


def _wide(values: Any) -> Any:
    """Return values as a graph takes them, numbers too: (rows, any)."""
    return values.reshape(len(values), -1)
