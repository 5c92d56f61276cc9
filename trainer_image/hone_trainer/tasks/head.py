"""The last layers of a model: from its features to the logits of one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from hone_trainer.tasks.learned import Array, Learned

HEAD = "_logits"
"""How the names of heads end; no other layer is called so."""


class Logits(Protocol):
    """Whatever a loss gets logits from."""

    @property
    def learned(self) -> Learned:
        """What the task has learned of its target."""

    def logits(self, features: dict[str, Any]) -> Any:
        """Return all logits, (batch, outputs)."""


@dataclass(frozen=True)
class Head:
    """A linear layer on one of a model's features.

    Logits are float32 whatever the precision of the layers before.
    """

    layer: Any
    """``keras.layers.Dense``."""
    learned: Learned
    """What the task has learned of its target."""
    reads: str = "vector"
    """The feature that it is put on."""

    @classmethod
    def dense(cls, bias: Array, name: str, learned: Learned) -> Head:
        """Make a head whose first answer is the prior, whatever the features."""
        from hone_trainer.backend.keras import keras

        start = keras.initializers.Constant(bias.tolist() if len(bias) > 1 else float(bias[0]))
        layer = keras.layers.Dense(
            len(bias),
            name=name,
            kernel_initializer="zeros",
            bias_initializer=start,
            dtype="float32",
        )
        return cls(layer, learned)

    @classmethod
    def bias(cls, bias: Array, name: str, learned: Learned, reads: str) -> Head:
        """Make a head for a feature that has the logits already, but for their bias."""
        from hone_trainer.backend.layers import Bias

        return cls(Bias(bias, name=name, dtype="float32"), learned, reads)

    @classmethod
    def items(cls, bias: Array, name: str, learned: Learned) -> Head:
        """Make a head with a vector per output, of which few can be scored alone."""
        from hone_trainer.backend.layers import ItemScores

        return cls(ItemScores(bias, name=name, dtype="float32"), learned)

    def logits_of(self, features: dict[str, Any], codes: Any) -> Any:
        """Return the logits of some outputs of each row: (rows, n) for codes (rows, n)."""
        return self.layer.of(features[self.reads], codes)

    def logits_of_all(self, features: dict[str, Any], codes: Any) -> Any:
        """Return the logits of the same outputs of all rows: (rows, n) for codes (n,)."""
        return self.layer.of_all(features[self.reads], codes)

    def logits(self, features: dict[str, Any]) -> Any:
        """Return all logits, (batch, outputs)."""
        return self.layer(features[self.reads])


@dataclass(frozen=True)
class Computed:
    """Logits that somebody computed: a head without layers of its own."""

    given: Any
    """(batch, outputs) float32."""
    learned: Learned

    def logits(self, features: dict[str, Any]) -> Any:  # noqa: ARG002
        """Return them."""
        return self.given


def is_head(layer: Any) -> bool:
    """Say whether a Keras layer is a head."""
    return str(layer.name).endswith(HEAD)
