"""The weights of a pretrained encoder, read by name from ``model.safetensors``.

That format is numbers and their names, nothing that could run; see ``models.network``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hone_trainer.models.pretrained.bert_sizes import BertSizes
    from hone_trainer.models.pretrained.encoder_folder import EncoderFolder
    from hone_trainer.store.artifact_store import ArtifactStore

WEIGHTS = "model.safetensors"
LEAD = "bert."
"""Before every name, where the file holds a head of some task besides."""
OLD = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
"""How files that were converted early on call them."""
DENSE = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "told",
    "intermediate.dense": "inner",
    "output.dense": "outer",
}
NORMS = {"attention.output.LayerNorm": "norm0", "output.LayerNorm": "norm1"}
REMEDY = "bring the weights that belong to this config.json"


@dataclass(frozen=True)
class Place:
    """Where an array of the file goes.

    Attributes:
        tensor: its name in the file, without ``bert.``.
        weight: of the layers, without the encoder's own name.
        shape: in the file.
    """

    tensor: str
    weight: str
    shape: tuple[int, ...]

    @property
    def turned(self) -> bool:
        """Whether rows there are columns here."""
        return self.weight.endswith("/kernel")


def places(sizes: BertSizes) -> Iterator[Place]:
    """Yield where each array of an encoder of such sizes goes; what pools it is left out."""
    width, inner = sizes.width, sizes.inner
    tables = {"word": sizes.words, "position": sizes.positions, "token_type": sizes.kinds}
    ours = {"word": "words", "position": "positions", "token_type": "kinds"}
    for name, rows in tables.items():
        tensor = f"embeddings.{name}_embeddings.weight"
        yield Place(tensor, f"{ours[name]}/embeddings", (rows, width))
    yield from _norm("embeddings.LayerNorm", "norm", width)
    for k in range(sizes.layers):
        lead = f"encoder.layer.{k}."
        for theirs, name in DENSE.items():
            shape = {"inner": (inner, width), "outer": (width, inner)}.get(name, (width, width))
            yield Place(f"{lead}{theirs}.weight", f"layer{k}_{name}/kernel", shape)
            yield Place(f"{lead}{theirs}.bias", f"layer{k}_{name}/bias", shape[:1])
        for theirs, name in NORMS.items():
            yield from _norm(lead + theirs, f"layer{k}_{name}", width)


def read_weights(
    folder: EncoderFolder, sizes: BertSizes, store: ArtifactStore
) -> Mapping[str, NDArray[np.float32]]:
    """Return the arrays of the encoder in a folder, as its layers hold them, by their names.

    Raises:
        StageFailure: InputNotFound; BadEncoder where one is missing, or is not what sizes say.
    """
    import numpy as np
    from safetensors import SafetensorError, deserialize

    place, data = folder.place(WEIGHTS), folder.read(WEIGHTS, store)
    try:
        there = dict(deserialize(data))
    except SafetensorError as error:
        message = f"{place} is no whole safetensors file ({str(error)[:200]})"
        raise folder.refusal(message, "copy it again") from None
    lead = LEAD if any(name.startswith(LEAD) for name in there) else ""
    found = {}
    for each in places(sizes):
        tensor = _named(lead + each.tensor, there)
        if tensor is None:
            raise folder.refusal(f"{place} has no tensor {lead + each.tensor!r}", REMEDY)
        if tuple(tensor["shape"]) != each.shape:
            message = f"{place}: tensor {lead + each.tensor!r} has shape {tuple(tensor['shape'])}"
            raise folder.refusal(f"{message}, and config.json says {each.shape}", REMEDY)
        values = _numbers(tensor, f"{place}: tensor {lead + each.tensor!r}", folder)
        found[each.weight] = np.ascontiguousarray(values.T) if each.turned else values
    return found


def _named(name: str, there: Mapping[str, Any]) -> Any:
    old = next((name.replace(new, old) for new, old in OLD.items() if name.endswith(new)), name)
    return there.get(name, there.get(old))


def _numbers(tensor: Mapping[str, Any], what: str, folder: EncoderFolder) -> NDArray[np.float32]:
    import numpy as np

    data, dtype = tensor["data"], tensor["dtype"]
    if dtype == "BF16":  # the upper half of a float32, for which NumPy has no name
        values = (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32)
    elif dtype in ("F32", "F16"):
        values = np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[dtype]).astype(np.float32)
    else:
        remedy = "write them as F32, F16 or BF16"
        raise folder.refusal(f"{what} holds numbers of type {dtype}", remedy)
    if not math.isfinite(float(np.abs(values).sum(dtype=np.float64))):
        raise folder.refusal(f"{what} holds values that are no numbers", "copy it again")
    return values.reshape(tensor["shape"])


def _norm(theirs: str, ours: str, width: int) -> Iterator[Place]:
    yield Place(f"{theirs}.weight", f"{ours}/gamma", (width,))
    yield Place(f"{theirs}.bias", f"{ours}/beta", (width,))
