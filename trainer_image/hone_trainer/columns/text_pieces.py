"""Text in the pieces of a pretrained encoder's vocabulary.

What says how a text is taken apart, the encoder's tokenizer.json, is learned: it is kept with the
transform, so that rows which are served are read as those of training were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field as Bound

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import Uri
from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.rows.block import Texts
    from hone_trainer.rows.field import Field
    from hone_trainer.rows.pieces import Pieces
    from hone_trainer.store.side_inputs import SideInputs

FIELD = "prepare.columns[].text.pieces"


class TextPieces(Spec):
    """The pieces of a pretrained encoder's vocabulary, for ``service.encoder`` and for
    ``search.matching`` with an ``encoder``.
    """

    uri: Uri
    """The folder of the encoder, with its tokenizer.json: ``s3://bucket/folder`` or a path. Reached
    as the artifacts are; what it says is kept with the data set, and its file not read again."""
    length: Annotated[int, Bound(ge=4, le=512)] = 48
    """Positions, with those that begin and end every text; longer texts keep their first pieces,
    shorter ones are padded at the front."""

    @property
    def uris(self) -> Mapping[str, str]:
        """Where the tokenizer lies -> the field that says so."""
        return {f"{self.uri.rstrip('/')}/tokenizer.json": f"{FIELD}.uri"}

    def load(self, side_inputs: SideInputs) -> dict[str, Any]:
        """Return ``tokenizer``, what its file holds, and ``pieces``, how many there are.

        Raises:
            StageFailure: InputNotFound, BadTokenizer.
        """
        from hone_trainer.rows.pieces import framing, size

        ((place, field),) = self.uris.items()
        data = side_inputs.read(place, field)
        try:
            text = data.decode()
            count, around = size(text), framing(text)
        except ValueError as error:
            message = f"{field}: {place} is no tokenizer that can be read ({error})"
            remedy = "name the folder of an encoder with its tokenizer.json"
            raise StageFailure("BadTokenizer", f"{message}: {remedy}") from None
        if around >= self.length:
            message = f"{FIELD}.length is {self.length}, and {around} pieces of it frame every text"
            raise StageFailure("BadTokenizer", f"{message}: raise it")
        return {"tokenizer": [text], "pieces": count}

    def field(self, name: str, learned: dict[str, Any]) -> Field:
        """Describe the ids that a model reads of a column."""
        from hone_trainer.rows.field import Field
        from hone_trainer.rows.pieces import digest
        from hone_trainer.rows.tokens import FIRST_KNOWN

        return Field(
            name=f"{name}_pieces",
            source=name,
            kind="id",
            length=self.length,
            size=FIRST_KNOWN + learned["pieces"],
            pieces=digest(learned["tokenizer"][0].encode()),
        )

    def encode(self, texts: Texts, learned: dict[str, Any]) -> NDArray[np.int32]:
        """Return (rows, length) ids: a piece is two more than it is in its vocabulary."""
        import numpy as np

        from hone_trainer.rows.tokens import FIRST_KNOWN, positions

        codes = np.arange(FIRST_KNOWN, FIRST_KNOWN + learned["pieces"], dtype=np.int32)
        tokens = self._taken(texts, learned).tokens
        return positions(tokens, codes, self.length, texts.codes)

    def losses(self, texts: Texts, learned: dict[str, Any]) -> dict[str, float]:
        """Return the share of pieces that are unknown, and of texts that are cut."""
        import numpy as np

        rows = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.words))
        if not rows.any():
            return {}
        taken = self._taken(texts, learned)
        unknown = float(rows @ taken.unknown) / max(1, int(rows @ taken.own))
        return {"unknown": unknown, "cut": float(rows @ taken.cut) / int(rows.sum())}

    def _taken(self, texts: Texts, learned: dict[str, Any]) -> Pieces:
        from hone_trainer.rows.pieces import take_apart

        return take_apart(texts.words, learned["tokenizer"][0], self.length)
