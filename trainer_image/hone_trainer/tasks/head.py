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
    reads: tuple[str, ...] = ("vector",)
    """The features that it is put on."""

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

        return cls(Bias(bias, name=name, dtype="float32"), learned, (reads,))

    @classmethod
    def items(cls, bias: Array, name: str, learned: Learned) -> Head:
        """Make a head with a vector per output, of which few can be scored alone."""
        from hone_trainer.backend.layers import ItemScores

        return cls(ItemScores(bias, name=name, dtype="float32"), learned)

    @classmethod
    def tied(cls, bias: Array, name: str, learned: Learned, table: str) -> Head:
        """Make a head for a feature that has a vector per output, (outputs, width)."""
        from hone_trainer.backend.layers import TiedScores

        return cls(TiedScores(bias, name=name, dtype="float32"), learned, ("vector", table))

    def logits_of(self, features: dict[str, Any], codes: Any) -> Any:
        """Return the logits of some outputs of each row: (rows, n) for codes (rows, n)."""
        return self.layer.of(self._given(features), codes)

    def logits_of_all(self, features: dict[str, Any], codes: Any) -> Any:
        """Return the logits of the same outputs of all rows: (rows, n) for codes (n,)."""
        return self.layer.of_all(self._given(features), codes)

    def logits(self, features: dict[str, Any]) -> Any:
        """Return all logits, (batch, outputs)."""
        return self.layer(self._given(features))

    def _given(self, features: dict[str, Any]) -> Any:
        found = [features[name] for name in self.reads]
        return found if len(found) > 1 else found[0]


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
