"""Interactions drawn from a latent-factor click model.

A user u meets an item i; what is clicked follows

    logit = SHARPNESS * (b_u + ITEM_BIAS * b_i + AFFINITY * p_u . q_i / sqrt(factors))

with user bias b_u, item bias b_i and all entries of the taste vectors p_u and q_i standard normal,
and the label is Bernoulli(sigmoid(logit)). Users are met uniformly, items by a Zipf-like law:
the n-th most popular with weight (n + 10)^-0.8. This is the matrix factorisation of explicit
feedback (Koren, Bell and Volinsky 2009) run backwards.

The constants are chosen, not found: the labels are as noisy as leaves the best possible model
about nine right answers in ten, and biases and taste share in what can be learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.sources.files import require_columns
from hone_trainer.sources.source import Digest, Piece, Rows, RowSource

if TYPE_CHECKING:
    from hone_trainer.columns import Column
    from hone_trainer.store.artifact_store import ArtifactStore

SHARPNESS = 3.5
ITEM_BIAS = 1.5
AFFINITY = 0.3
KINDS = {"user": "id", "item": "id", "clicked": "label"}
FORMS = {"user": "text", "item": "text", "clicked": "number"}
FLATTENING = 10
DECAY = 0.8
DRAWN_ROWS = 1 << 20
"""Rows of a piece. Part of what "the same parameters give the same rows" means: each piece but the
first is drawn by a generator of its own, so that it can be drawn in any pod."""


class ClickModel(RowSource):
    """Interactions drawn from a latent-factor click model: data to try Hone with.

    Its columns are ``user``, ``item`` and ``clicked``.
    """

    rows: Annotated[int, Field(ge=100, le=100_000_000)] = 135_000
    """Interactions to draw."""
    users: Annotated[int, Field(ge=2, le=10_000_000)] = 2_000
    """Users there are."""
    items: Annotated[int, Field(ge=2, le=10_000_000)] = 1_000
    """Items there are."""
    factors: Annotated[int, Field(ge=1, le=64)] = 4
    """Latent factors of taste."""
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 7
    """Seed of everything drawn."""

    def pieces(self, columns: tuple[Column, ...], store: ArtifactStore) -> tuple[Piece, ...]:  # noqa: ARG002
        """Divide the rows; see ``RowSource.pieces``."""
        require_columns([c.name for c in columns], list(KINDS), "the click model", "")
        for column in columns:
            if column.value.form != FORMS[column.name]:
                message = f"prepare.columns: {column.name!r} of the click model is no {column.kind}"
                raise StageFailure("WrongColumnKind", f"{message} but {KINDS[column.name]}")
        starts = range(0, self.rows, DRAWN_ROWS)
        ends = [min(start + DRAWN_ROWS, self.rows) for start in starts]
        version = self.model_dump_json()
        return tuple(Piece("clickModel", *at, version) for at in zip(starts, ends, strict=True))

    def read(
        self,
        piece: Piece,
        columns: tuple[Column, ...],
        store: ArtifactStore,  # noqa: ARG002
        digest: Digest,  # noqa: ARG002
    ) -> Iterator[Rows]:
        """Draw the rows of a piece; the same parameters always give the same rows."""
        import numpy as np
        import pyarrow as pa

        draw = np.random.default_rng(self.seed)
        user_bias, item_bias = draw.standard_normal(self.users), draw.standard_normal(self.items)
        user_taste = draw.standard_normal((self.users, self.factors))
        item_taste = draw.standard_normal((self.items, self.factors))
        popularity = (np.arange(self.items) + FLATTENING) ** -DECAY
        if piece.start:  # the first piece goes on with the generator of people and things
            draw = np.random.default_rng([self.seed, piece.start // DRAWN_ROWS])
        count = (piece.end or self.rows) - piece.start
        user = draw.integers(self.users, size=count)
        item = draw.choice(self.items, size=count, p=popularity / popularity.sum())
        affinity = np.einsum("rf,rf->r", user_taste[user], item_taste[item]) / self.factors**0.5
        logit = SHARPNESS * (user_bias[user] + ITEM_BIAS * item_bias[item] + AFFINITY * affinity)
        probability = 1 / (1 + np.exp(-logit))
        clicked = draw.random(count) < probability
        drawn = {
            "user": _names("u", user),
            "item": _names("i", item),
            "clicked": pa.array(clicked.astype(np.float64)),
        }
        table = pa.table({column.name: drawn[column.name] for column in columns})
        yield Rows(table, np.arange(count, dtype=np.int64), (), probability)


def _names(letter: str, numbers: Any) -> Any:
    """Write numbers as names, each once."""
    import numpy as np
    import pyarrow as pa

    from hone_trainer.rows.block import Texts

    known, codes = np.unique(numbers, return_inverse=True)
    names = pa.array(np.char.add(letter, known.astype(str)).astype(object), pa.string())
    return Texts(codes.astype(np.int32), names).array()
