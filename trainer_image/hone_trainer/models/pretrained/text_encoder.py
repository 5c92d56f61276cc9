"""A pretrained encoder of BERT's family: what a job says of it, and how texts go through it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Uri
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.models.pretrained.bert_sizes import CONFIG, BertSizes, read_sizes
from hone_trainer.models.pretrained.bert_weights import WEIGHTS, read_weights
from hone_trainer.models.pretrained.encoder_folder import REASON, EncoderFolder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hone_trainer.dataset.schema import Schema
    from hone_trainer.rows.field import Field as Column
    from hone_trainer.store.artifact_store import ArtifactStore

NAME = "encoder_"
"""Put before the names of its layers."""
WORDS = "words/embeddings"
"""The table of pieces."""
PLACE = 4_000
"""Of the draws for the first text, behind those of other layers; the next hundred are its own."""
HOW_MANY = "last: say how many layers where train is last, and nothing elsewhere"


class TextEncoder(Spec):
    """An encoder whose weights are trained on or stay as they are. All texts that
    ``prepare.columns`` reads in ``pieces`` go through it.
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
    """Share of units dropped while training, in layers that are trained; in ``service.encoder``
    before the heads too."""
    sizes: BertSizes | None = None
    """Its sizes, not to be written: a training notes them as it starts, whatever stands here, so
    that later stages need none of its files."""

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if (self.train == "last") != (self.last is not None):
            raise ValueError(HOW_MANY)
        return self

    def versions(self, field: str, store: ArtifactStore) -> tuple[str, ...]:
        """Return how its files lie there, unread; see ``Model.reads``."""
        folder = EncoderFolder(self.uri, field)
        return tuple(f"{name} {folder.version(name, store)}" for name in (CONFIG, WEIGHTS))

    def sized(self, field: str, schema: Schema, store: ArtifactStore) -> Self:
        """Return it with its sizes; see ``Model.settled``.

        Raises:
            StageFailure: no column is read in pieces, or one in other pieces than its own
                (BadEncoder); InputNotFound.
        """
        from hone_trainer.rows.pieces import TOKENIZER, digest

        columns = in_pieces(schema)
        if not columns:
            raise StageFailure(REASON, no_pieces(field))
        folder = EncoderFolder(self.uri, field)
        sizes = read_sizes(folder, store)
        if (self.last or 0) > sizes.layers:
            message = f"{field}.last: the encoder has {sizes.layers} layers: lower it"
            raise StageFailure(REASON, message)
        ours = digest(folder.read(TOKENIZER, store))
        for column in columns:
            _require_fit(column, sizes, ours, folder)
        return self.model_copy(update={"sizes": sizes})

    def weights(
        self, field: str, schema: Schema, store: ArtifactStore, prefix: str = ""
    ) -> Mapping[str, NDArray[Any]]:
        """Return its weights by the names that they have in the graph; see ``Model.start``."""
        import numpy as np

        from hone_trainer.rows.tokens import FIRST_KNOWN

        given = dict(read_weights(EncoderFolder(self.uri, field), self.known, store))
        words, rows = given[WORDS], _rows(schema)
        table = np.zeros((rows, words.shape[1]), np.float32)
        table[FIRST_KNOWN:] = words[: rows - FIRST_KNOWN]
        given[WORDS] = table
        return {prefix + NAME + name: array for name, array in given.items()}

    def said(self, inputs: dict[str, Any], schema: Schema, prefix: str) -> dict[str, Any]:
        """Return what each text says, (batch, width); all go through the same layers.

        Args:
            inputs: Keras inputs by column name.
            schema: the columns.
            prefix: put before each layer's name.
        """
        from hone_trainer.backend.sequence_layers import FirstOf, MeanOf, Present
        from hone_trainer.models.pretrained.bert_layers import Bert, Taught

        sizes = self.known
        first = 0 if self.train == "all" else sizes.layers + 1 - (self.last or 0)
        bert = Bert(sizes, _rows(schema), Taught(first, self.dropout), prefix + NAME)
        pool, found = MeanOf if self.pooling == "mean" else FirstOf, {}
        for k, field in enumerate(in_pieces(schema)):
            ids, name = inputs[field.name], f"{prefix}{field.name}_"
            present = Present(name=f"{name}present")(ids)
            vectors = bert(ids, present, name, PLACE + 100 * k)
            found[field.name] = pool(name=f"{name}pooled")([vectors, present])
        return found

    @property
    def known(self) -> BertSizes:
        """Its sizes.

        Raises:
            ValueError: they are not settled yet.
        """
        if self.sizes is None:
            raise ValueError("sizes are settled when a training starts")
        return self.sizes


def in_pieces(schema: Schema) -> list[Column]:
    """Return the texts that are read as an encoder reads them."""
    return [field for field in schema.ids if field.pieces]


def no_pieces(field: str) -> str:
    """Say why a data set without such texts is nothing for an encoder."""
    return (
        f"{field} reads texts in the pieces of its own vocabulary, and no column has any: add text:"
        " {pieces: {uri: …}} to prepare.columns, with the same uri"
    )


def _rows(schema: Schema) -> int:
    """Return the rows of the table of pieces, those for padding and for what is unseen included."""
    return max(field.size for field in in_pieces(schema))


def _require_fit(column: Column, sizes: BertSizes, tokenizer: str, folder: EncoderFolder) -> None:
    """Refuse a column whose pieces are not those of the encoder."""
    from hone_trainer.rows.pieces import TOKENIZER
    from hone_trainer.rows.tokens import FIRST_KNOWN

    where = f"column {column.source!r} of prepare.columns"
    if column.pieces != tokenizer:
        message = f"{where} is read in the pieces of another {TOKENIZER}"
        raise folder.refusal(message, "give text.pieces the uri of the encoder")
    if column.size - FIRST_KNOWN > sizes.words:
        message = f"its {TOKENIZER} has {column.size - FIRST_KNOWN:,} pieces"
        remedy = "bring the files that belong together"
        raise folder.refusal(f"{message}, and its {CONFIG} says {sizes.words:,}", remedy)
    if column.length > sizes.positions:
        message = f"{where} has {column.length} positions, and the encoder {sizes.positions}"
        raise folder.refusal(message, "lower text.pieces.length")
