"""A bundle as TensorFlow's own SavedModel: raw columns in, answers out, and nothing of ours in it.

TensorFlow Serving reads it as it lies there, and so does KServe's runtime of that name.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hone_trainer.models.answers import NOT_FINITE, by_target, output_name
from hone_trainer.rows.plain_names import plain_names
from hone_trainer.tasks.learned import AskedGraph
from hone_trainer.transform.graph import TransformGraph
from hone_trainer.transform.raw_tensors import DTYPES

if TYPE_CHECKING:
    from hone_trainer.models.network import Network
    from hone_trainer.transform.transform import Transform

SAVED_MODEL, VERSION = "savedmodel", "1"
"""The folder that a server is told of, and the version of the model in it, as servers want it."""
SIGNATURE = "serving_default"
REFUSED = "refused"
UNTOLD = "fingerprint.pb"
"""TensorFlow writes another one each time, and needs none."""


class RawModel:
    """A transform, a network and what tasks say of its answers, as one function of tensors."""

    def __init__(self, transform: Transform, network: Network) -> None:
        self.graph = TransformGraph.of(transform)
        self.names = plain_names(column.name for column in self.graph.columns)
        """Column -> what the signature calls it."""
        self._network, self._keras = network, network.build()
        self._tables: list[Any] = []

    def answer(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said of each row, as ``hone_serving`` says it: name -> tensor.

        ``refused`` says why a row has no answer, "" where it has one; what stands in the other
        outputs then is no answer: NaN, "" or false.

        Args:
            given: column of the signature -> tensor.
        """
        from hone_trainer.backend.keras import tf

        columns = {column: given[name] for column, name in self.names.items()}
        features, rows = self.graph.encode(self.graph.read(columns))
        schema = self._network.schema
        inputs = {name: features[name] for name in self._network.inputs}
        outputs = self._keras(inputs, training=False)
        for values in outputs.values():
            sound = tf.reduce_all(tf.math.is_finite(tf.reshape(values, [-1, values.shape[-1]])), 1)
            rows = rows.refuse(tf.logical_not(sound), NOT_FINITE)
        answers = by_target(schema, outputs)
        derived = [c for c in self.graph.transform.read if c.value.derived]
        histories = {column.value.of: column.name for column in derived}
        good, said = tf.equal(rows.refused, ""), {}
        for target in schema.targets:
            fitted = self._network.calibration(target.name)
            asked = AskedGraph(target.facts, fitted, rows, histories)
            told = target.how.graph(answers[target.name], asked)
            for name, values in told.items():
                said[output_name(schema, target, name)] = _where(good, values)
        self._tables = rows.tables.made
        return said | {REFUSED: rows.refused}

    def save(self) -> dict[str, bytes]:
        """Return the files, by their places in a bundle."""
        from hone_trainer.backend.keras import tf

        def serve(**given: Any) -> dict[str, Any]:
            return self.answer(given)

        specs = {}
        for column in self.graph.columns:
            shape = (None, None) if column.value.derived else (None,)
            name = self.names[column.name]
            specs[name] = tf.TensorSpec(shape, DTYPES[column.value.form], name=name)
        whole = tf.Module()
        traced = tf.function(serve, autograph=False).get_concrete_function(**specs)
        # What the function reads has to hang on what is saved; of Keras, the numbers alone.
        whole.numbers, whole.tables = self._keras.variables, self._tables
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(whole, folder, signatures={SIGNATURE: traced})
            return {
                f"{SAVED_MODEL}/{VERSION}/{path.relative_to(folder)}": path.read_bytes()
                for path in sorted(Path(folder).rglob("*"))
                if path.is_file() and path.name != UNTOLD
            }


def _where(good: Any, values: Any) -> Any:
    """Return values (n,) or (n, any) of good rows, and what is no answer for the others."""
    from hone_trainer.backend.keras import tf

    none = {tf.string: "", tf.bool: False}.get(values.dtype, float("nan"))
    good = good[:, None] if values.shape.rank == 2 else good
    return tf.where(good, values, tf.constant(none, values.dtype))
