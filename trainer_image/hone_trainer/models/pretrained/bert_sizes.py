"""How large a pretrained encoder is, as the ``config.json`` beside its weights says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from hone_trainer.contract.spec import Spec

if TYPE_CHECKING:
    from hone_trainer.models.pretrained.encoder_folder import EncoderFolder
    from hone_trainer.store.artifact_store import ArtifactStore

CONFIG = "config.json"
EXPECTED = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "position_embedding_type": "absolute",
    "is_decoder": False,
}
"""What else the file may say, and what is meant where it says nothing."""


class BertSizes(Spec):
    """The sizes of an encoder, read from its config.json when a training starts."""

    words: Annotated[int, Field(ge=1, le=2_000_000)]
    """Pieces that it has a vector for."""
    width: Annotated[int, Field(ge=1, le=8192)]
    """Width of its vectors."""
    layers: Annotated[int, Field(ge=1, le=48)]
    """Layers of attention."""
    heads: Annotated[int, Field(ge=1, le=128)]
    """Ways to look at the other positions side by side."""
    inner: Annotated[int, Field(ge=1, le=65_536)]
    """Units between the two dense layers behind each attention."""
    positions: Annotated[int, Field(ge=1, le=65_536)]
    """Positions that it has a vector for."""
    kinds: Annotated[int, Field(ge=1, le=64)]
    """Kinds of pieces that it has a vector for; all are of the first."""
    epsilon: Annotated[float, Field(gt=0, lt=1)]
    """Added to a variance before its root is divided by."""


def read_sizes(folder: EncoderFolder, store: ArtifactStore) -> BertSizes:
    """Return the sizes of the encoder that lies in a folder.

    Raises:
        StageFailure: InputNotFound; BadEncoder where it is none of BERT's family.
    """
    place, data = folder.place(CONFIG), folder.read(CONFIG, store)
    try:
        told = json.loads(data)
        _require_bert(told, folder)
        sizes = BertSizes(
            words=told["vocab_size"],
            width=told["hidden_size"],
            layers=told["num_hidden_layers"],
            heads=told["num_attention_heads"],
            inner=told["intermediate_size"],
            positions=told["max_position_embeddings"],
            kinds=told["type_vocab_size"],
            epsilon=told.get("layer_norm_eps", 1e-12),
        )
    except KeyError as missing:
        raise folder.refusal(f"{place} does not say {missing.args[0]!r}") from None
    except (ValueError, TypeError, AttributeError) as odd:
        what = _first(odd) if isinstance(odd, ValidationError) else f"{odd}"[:200]
        raise folder.refusal(f"{place} cannot be read: {what}") from None
    if sizes.width % sizes.heads:
        message = f"{place}: hidden_size {sizes.width} is no multiple of its {sizes.heads} heads"
        raise folder.refusal(message)
    return sizes


def _require_bert(told: Any, folder: EncoderFolder) -> None:
    for word, expected in EXPECTED.items():
        if (found := told.get(word, expected)) != expected:
            message = f"{folder.place(CONFIG)} says {word}: {found!r}"
            raise folder.refusal(f"{message}, and {expected!r} is what is read")


def _first(odd: ValidationError) -> str:
    first = odd.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
