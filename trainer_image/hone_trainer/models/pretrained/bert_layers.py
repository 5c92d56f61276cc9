"""The layers of a BERT (Devlin et al. 2019): each sum is normalised after it, not before.

Positions and kinds are computed from the ids. Made from constants, Keras would fold their tables
into the graph, and no weights could be put into them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from hone_trainer.backend.keras import keras
from hone_trainer.backend.layers import Dropout
from hone_trainer.backend.sequence_layers import Attention, Ordinals, Zeros

if TYPE_CHECKING:
    from hone_trainer.models.pretrained.bert_sizes import BertSizes


@dataclass(frozen=True)
class Taught:
    """What of an encoder is trained.

    Attributes:
        first: the first step that is: 0 are the tables, 1 the first layer, and so on.
        dropout: share of units that are dropped there.
    """

    first: int
    dropout: float

    def __contains__(self, step: int) -> bool:
        return step >= self.first


class Bert:
    """The layers of an encoder, made once, for as many texts of a row as there are.

    Args:
        sizes: of the encoder.
        rows: of the table of pieces, the rows for padding and for what is unseen included.
        taught: what of it is trained.
        name: put before each layer's name.
    """

    def __init__(self, sizes: BertSizes, rows: int, taught: Taught, name: str) -> None:
        self._taught, self._count, self._name = taught, sizes.layers, name
        tables = {"words": rows, "positions": sizes.positions, "kinds": sizes.kinds}
        self._layers: dict[str, Any] = {
            table: self._make(keras.layers.Embedding, table, 0, size, sizes.width)
            for table, size in tables.items()
        }
        norm = partial(self._make, keras.layers.LayerNormalization, epsilon=sizes.epsilon)
        self._layers["norm"] = norm("norm", 0)
        for k in range(sizes.layers):
            lead = f"layer{k}_"
            for called in ("query", "key", "value", "told", "outer"):
                self._dense(lead + called, k + 1, sizes.width)
            # Exact: by the error function, as Keras has it where nothing else is said.
            self._dense(f"{lead}inner", k + 1, sizes.inner, "gelu")
            for called in ("norm0", "norm1"):
                self._layers[lead + called] = norm(lead + called, k + 1)
            attention = Attention(sizes.heads, causal=False, name=f"{name}{lead}attention")
            self._layers[f"{lead}attention"] = attention

    def __call__(self, ids: Any, present: Any, name: str, place: int) -> Any:
        """Return the vectors (batch, length, width) of pieces.

        Args:
            ids: (batch, length), 0 where there is padding, at the front.
            present: where there is a piece, (batch, length).
            name: of this text, before those of the layers that are its own.
            place: tells its draws apart from those of others; the next hundred are its own.
        """
        add = keras.layers.Add
        positions = Ordinals(name=f"{name}ordinals")(present)
        kinds = Zeros(name=f"{name}zeros")(ids)
        said = {"words": ids, "positions": positions, "kinds": kinds}
        vectors = [self._layers[table](asked) for table, asked in said.items()]
        stream = self._layers["norm"](add(name=f"{name}sum")(vectors))
        stream = self._dropped(stream, 0, f"{name}dropout", place)
        for k in range(self._count):
            layer: Callable[[str], Any] = lambda called, k=k: self._layers[f"layer{k}_{called}"]  # type: ignore[misc]  # noqa: E731
            own, drawn = f"{name}layer{k}_", place + 2 * k + 1
            query, key, value = (layer(each)(stream) for each in ("query", "key", "value"))
            told = layer("told")(layer("attention")([query, key, value, present]))
            told = self._dropped(told, k + 1, f"{own}dropout0", drawn)
            stream = layer("norm0")(add(name=f"{own}sum0")([stream, told]))
            inner = layer("outer")(layer("inner")(stream))
            inner = self._dropped(inner, k + 1, f"{own}dropout1", drawn + 1)
            stream = layer("norm1")(add(name=f"{own}sum1")([stream, inner]))
        return stream

    def _dense(self, called: str, step: int, units: int, activation: str | None = None) -> None:
        made = self._make(keras.layers.Dense, called, step, units, activation)
        self._layers[called] = made

    def _make(self, kind: Any, called: str, step: int, *sizes: Any, **words: Any) -> Any:
        trainable = step in self._taught
        return kind(*sizes, name=f"{self._name}{called}", trainable=trainable, **words)

    def _dropped(self, vectors: Any, step: int, name: str, place: int) -> Any:
        """Drop units where something is trained: what stays as it is needs no noise."""
        if step not in self._taught or not self._taught.dropout:
            return vectors
        return Dropout(self._taught.dropout, place, name=name)(vectors)
