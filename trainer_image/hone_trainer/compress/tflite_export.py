"""A network to LiteRT bytes, in a process of its own.

The converter is native code that aborts on some graphs; a crash must cost one candidate, not the
stage. A fork server imports TensorFlow once and forks per conversion, so that isolation costs
milliseconds and not an import each time.
"""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.compress.technique import Technique
    from hone_trainer.models.network import Network

TIMEOUT = 300.0
"""Seconds after which a conversion counts as hung; usual ones take two."""

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["hone_trainer.backend.keras", "tensorflow.lite.python.lite"])


def convert(
    network: Network, techniques: tuple[Technique, ...] = (), timeout: float = TIMEOUT
) -> bytes:
    """Return the network as a .tflite file, its graph rewritten by the techniques in their order.

    Its one signature takes the columns by name and gives the network's answers by theirs.

    Raises:
        StageFailure: reason ConversionFailed, for a refusal, a crash or a hang.
    """
    ours, theirs = _processes.Pipe(duplex=False)
    child = _processes.Process(target=_answer, args=(theirs, network, techniques), daemon=True)
    try:
        child.start()
    except OSError as error:
        where = tempfile.gettempdir()
        remedy = "set TMPDIR to a folder of a short name that can be written to"
        raise _failure(f"no process could be started from {where} ({error}); {remedy}") from None
    theirs.close()
    try:
        if not ours.poll(timeout):
            raise _failure(f"the LiteRT converter was still busy after {timeout:g} s")
        converted, answer = ours.recv()
    except EOFError:
        child.join()
        raise _failure(f"the LiteRT converter {_ending(child.exitcode)}") from None
    finally:
        child.kill()
        child.join()
        ours.close()
    if not converted:
        raise _failure(f"the LiteRT converter refused the model: {answer}")
    content: bytes = answer
    return content


def _answer(pipe: Connection, network: Network, techniques: tuple[Technique, ...]) -> None:
    """Run in the child: send (True, bytes) or (False, what went wrong)."""
    try:
        pipe.send((True, _convert(network, techniques)))
    except Exception as error:
        pipe.send((False, f"{type(error).__name__}: {error}"[:500]))


def _convert(network: Network, techniques: tuple[Technique, ...]) -> bytes:
    import tensorflow as tf

    model = network.build()
    for technique in techniques:
        model = technique.rewrite(model)
    batch = 1 if _loops(model) else None

    def serve(**columns: Any) -> dict[str, Any]:
        answers: dict[str, Any] = model(columns, training=False)
        return answers

    specs = {
        name: tf.TensorSpec((batch, *tensor.shape[1:]), tensor.dtype, name=name)
        for name, tensor in zip(model.input_names, model.inputs, strict=True)
    }
    graph = tf.function(serve).get_concrete_function(**specs)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([graph], model)
    for technique in techniques:
        technique.configure(converter)
    content: bytes = converter.convert()
    return content


def _loops(model: Any) -> bool:
    """Say whether a recurrent layer runs as a loop: LiteRT takes those with a fixed batch only."""
    from hone_trainer.backend.keras import keras

    return any(isinstance(layer, keras.layers.RNN) and not layer.unroll for layer in model.layers)


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _failure(what: str) -> StageFailure:
    return StageFailure(
        "ConversionFailed",
        f"{what}; leave out the technique that caused it, or give the pod more memory",
    )
