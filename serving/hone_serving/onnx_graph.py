"""The ONNX file of a bundle in one thread, where that runtime serves better than LiteRT."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_trainer.contract.assignment import StageFailure


def package() -> Any:
    """Return ONNX Runtime.

    Raises:
        StageFailure: it is not installed (RuntimeMissing).
    """
    try:
        import onnxruntime
    except ImportError:
        message = "runtime onnx needs a package that is not installed"
        remedy = "pip install 'hone-operator[onnx]', or leave the runtime out"
        raise StageFailure("RuntimeMissing", f"{message}: {remedy}") from None
    return onnxruntime


class OnnxGraph:
    """May be called from one thread at a time; see ``graph.Graph``."""

    def __init__(self, content: bytes) -> None:
        onnxruntime = package()
        options = onnxruntime.SessionOptions()
        # A row is microseconds of work: threads that wait for more of it cost whole cores.
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session: Any = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )
        self._inputs = [each.name for each in self._session.get_inputs()]
        self._outputs = [each.name for each in self._session.get_outputs()]

    def run(self, features: dict[str, NDArray[np.generic]]) -> dict[str, NDArray[np.generic]]:
        """Return the outputs (rows, …) for rows of features, of which there is at least one."""
        found = self._session.run(None, {name: features[name] for name in self._inputs})
        return dict(zip(self._outputs, found, strict=True))
