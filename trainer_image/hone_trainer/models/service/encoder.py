"""A pretrained text encoder of BERT's family, adapted to the shop's own texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Uri
from hone_trainer.contract.spec import Rule
from hone_trainer.models.service.bert_sizes import (
    CONFIG,
    FIELD,
    REASON,
    BertSizes,
    read_sizes,
    refusal,
)
from hone_trainer.models.service.bert_weights import WEIGHTS, read_weights
from hone_trainer.models.service.text_model import PLACE, TextModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column
    from hone_trainer.store.artifact_store import ArtifactStore

NAME = "encoder_"
"""Put before the names of its layers."""
WORDS = "words/embeddings"
"""The table of pieces."""
HOW_MANY = "last: say how many layers where train is last, and nothing elsewhere"
NO_PIECES = (
    f"{FIELD} reads texts in the pieces of its own vocabulary, and no column has any: add text: "
    "{pieces: {uri: …}} to prepare.columns, with the same uri"
)


class Encoder(TextModel):
    """Texts through a pretrained encoder of BERT's family, whose weights are trained on or stay as
    they are.

    It reads every text that ``prepare.columns`` reads in ``pieces``; other columns stand beside
    what it says of them.
    """

    rules = (Rule("(self.train == 'last') == has(self.last)", HOW_MANY),)

    uri: Uri
    """The folder with its config.json, tokenizer.json and model.safetensors: ``s3://bucket/folder``
    or a path. Reached as the artifacts are, when a training starts and not after it."""
    train: Literal["frozen", "last", "all"] = "all"
    """What of it is trained: nothing, its last layers, or all of it."""
    last: Annotated[int, Field(ge=1, le=48)] | None = None
    """Layers that are trained where ``train`` is last."""
    pooling: Literal["mean", "first"] = "mean"
    """What sums up a text: the mean of its pieces, or the first one ([CLS])."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of units dropped while training, in layers that are trained and before the heads."""
    sizes: BertSizes | None = None
    """Its sizes, not to be written: a training notes them as it starts, whatever stands here, so
    that later stages need none of its files."""

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if (self.train == "last") != (self.last is not None):
            raise ValueError(HOW_MANY)
        return self

    def check(self, lengths: Mapping[str, int]) -> Iterator[str]:
        """See ``Model.check``."""
        if not any(name.endswith("_pieces") for name in lengths):
            yield NO_PIECES

    def reads(self, store: ArtifactStore) -> tuple[str, ...]:
        """See ``Model.reads``: how its files lie there, unread."""
        place = store.at(self.uri, f"{FIELD}.uri")
        found = ((name, place.entry(name)) for name in (CONFIG, WEIGHTS))
        return tuple(f"{name} {entry.version if entry else ''}" for name, entry in found)

    def settled(self, schema: Schema, store: ArtifactStore) -> Self:
        """See ``Model.settled``."""
        from hone_trainer.rows.pieces import TOKENIZER, digest

        fields = [field for field in schema.ids if field.pieces]
        if not fields:
            raise StageFailure(REASON, NO_PIECES)
        sizes = read_sizes(self.uri, store)
        if (self.last or 0) > sizes.layers:
            raise refusal("last", f"the encoder has {sizes.layers} layers", "lower it")
        ours = digest(store.read(f"{self.uri.rstrip('/')}/{TOKENIZER}", f"{FIELD}.uri"))
        for field in fields:
            _require_fit(field, sizes, ours)
        return self.model_copy(update={"sizes": sizes})

    def start(self, schema: Schema, store: ArtifactStore) -> Mapping[str, NDArray[Any]]:
        """See ``Model.start``."""
        import numpy as np

        from hone_trainer.rows.tokens import FIRST_KNOWN

        given = dict(read_weights(self.uri, self._known, store))
        words, rows = given[WORDS], _rows(schema)
        table = np.zeros((rows, words.shape[1]), np.float32)
        table[FIRST_KNOWN:] = words[: rows - FIRST_KNOWN]
        given[WORDS] = table
        return {NAME + name: array for name, array in given.items()}

    def texts(self, inputs: dict[str, Any], schema: Schema, prefix: str) -> list[Any]:
        """See ``TextModel.texts``: all texts go through the same layers."""
        from hone_trainer.backend.sequence_layers import FirstOf, MeanOf, Present
        from hone_trainer.models.service.bert_layers import Bert, Taught

        sizes = self._known
        first = {"all": 0, "frozen": sizes.layers + 1}.get(self.train, sizes.layers + 1)
        first -= self.last or 0
        bert = Bert(sizes, _rows(schema), Taught(first, self.dropout), prefix + NAME)
        pool, found = MeanOf if self.pooling == "mean" else FirstOf, []
        for k, field in enumerate(schema.ids):
            ids, name, place = inputs[field.name], f"{prefix}{field.name}_", PLACE + 100 * k
            if field.pieces:
                present = Present(name=f"{name}present")(ids)
                vectors = bert(ids, present, name, place)
                found.append(pool(name=f"{name}pooled")([vectors, present]))
            else:
                found += self.told(field, ids, schema, prefix, place)
        return found

    def read(self, words: Any, present: Any, prefix: str, place: int) -> list[Any]:  # noqa: ARG002
        """See ``TextModel.read``: of words that are not in pieces, the mean."""
        from hone_trainer.backend.sequence_layers import MeanOf

        return [MeanOf(name=f"{prefix}mean")([words, present])]

    @property
    def _known(self) -> BertSizes:
        if self.sizes is None:
            raise ValueError("sizes are settled when a training starts")
        return self.sizes


def _rows(schema: Schema) -> int:
    """Return the rows of the table of pieces, those for padding and for what is unseen included."""
    return max(field.size for field in schema.ids if field.pieces)


def _require_fit(field: Column, sizes: BertSizes, tokenizer: str) -> None:
    """Refuse a column whose pieces are not those of the encoder."""
    from hone_trainer.rows.pieces import TOKENIZER
    from hone_trainer.rows.tokens import FIRST_KNOWN

    where = f"column {field.source!r} of prepare.columns"
    if field.pieces != tokenizer:
        message = f"{where} is read in the pieces of another {TOKENIZER}"
        raise refusal("uri", message, "give text.pieces the uri of the encoder")
    if field.size - FIRST_KNOWN > sizes.words:
        message = f"its {TOKENIZER} has {field.size - FIRST_KNOWN:,} pieces"
        remedy = "bring the files that belong together"
        raise refusal("uri", f"{message}, and its {CONFIG} says {sizes.words:,}", remedy)
    if field.length > sizes.positions:
        message = f"{where} has {field.length} positions, and the encoder {sizes.positions}"
        raise refusal("uri", message, "lower text.pieces.length")
