"""A tiny encoder of BERT's family, its weights drawn: the files that a folder of one holds."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from hone_trainer.dataset.schema import Schema
from hone_trainer.models import AnyModel
from hone_trainer.rows.field import Field
from hone_trainer.rows.pieces import digest
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer.networks import binary

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
WORDS = (
    *SPECIAL,
    "red",
    "blue",
    "shoe",
    "##s",
    "coat",
    "my",
    "card",
    "lost",
    "!",
    "我",
    "的",
    "卡",
)
LAYERS, WIDTH, HEADS, INNER, POSITIONS = 2, 16, 4, 24, 12
CONFIG: dict[str, Any] = {
    "model_type": "bert",
    "vocab_size": len(WORDS),
    "hidden_size": WIDTH,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "intermediate_size": INNER,
    "max_position_embeddings": POSITIONS,
    "type_vocab_size": 2,
    "layer_norm_eps": 1e-12,
    "hidden_act": "gelu",
}
LENGTH = 6
TEXTS = [[2, 9, 10, 3], [2, 4, 6, 7, 12, 3], [2, 1, 3]]
"""Ids of pieces, as a tokenizer gives them."""
Tensors = dict[str, Any]


def tensors(seed: int = 0) -> Tensors:
    """Draw the weights, under the names of the format."""
    draw = np.random.default_rng(seed)

    def array(*shape: int, about: float = 0.0) -> Any:
        return (about + draw.normal(size=shape) * 0.3).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": array(len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": array(POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": array(2, WIDTH),
        "pooler.dense.weight": array(WIDTH, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for k in range(LAYERS):
        lead = f"encoder.layer.{k}."
        sizes = {
            **{f"attention.self.{name}": (WIDTH, WIDTH) for name in ("query", "key", "value")},
            "attention.output.dense": (WIDTH, WIDTH),
            "intermediate.dense": (INNER, WIDTH),
            "output.dense": (WIDTH, INNER),
        }
        for name, shape in sizes.items():
            found |= {f"{lead}{name}.weight": array(*shape), f"{lead}{name}.bias": array(shape[0])}
        norms += [f"{lead}attention.output.LayerNorm", f"{lead}output.LayerNorm"]
    for name in norms:
        found |= {f"{name}.weight": array(WIDTH, about=1.0), f"{name}.bias": array(WIDTH)}
    return found


def tokenizer(words: tuple[str, ...] = WORDS) -> str:
    """Return a tokenizer.json as those of BERT are, with the padding that many of them hold."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = {word: code for code, word in enumerate(words)}
    made = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(
        ("[SEP]", vocabulary["[SEP]"]), ("[CLS]", vocabulary["[CLS]"])
    )
    made.add_special_tokens(list(SPECIAL))
    made.enable_padding(length=64)
    made.enable_truncation(128)
    text: str = made.to_str()
    return text


def write(
    folder: Path, weights: Tensors | None = None, config: dict[str, Any] | None = None
) -> Path:
    """Write the files of an encoder."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | (config or {})))
    (folder / "tokenizer.json").write_text(tokenizer())
    save_file(tensors() if weights is None else weights, folder / "model.safetensors")
    return folder


def forward(weights: Tensors, ids: Any) -> Any:
    """What a BERT makes of one text by the book, in plain NumPy: pieces (n,) to (n, width)."""

    def norm(x: Any, name: str) -> Any:
        centred = x - x.mean(-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-12)
        return scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(x: Any, name: str) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def heads(x: Any) -> Any:
        return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)

    x = weights["embeddings.word_embeddings.weight"][ids].astype(np.float64)
    x = x + weights["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for k in range(LAYERS):
        lead = f"encoder.layer.{k}."
        q, key, v = (
            heads(dense(x, f"{lead}attention.self.{name}")) for name in ("query", "key", "value")
        )
        logits = q @ key.transpose(0, 2, 1) / np.sqrt(WIDTH / HEADS)
        shares = np.exp(logits - logits.max(-1, keepdims=True))
        seen = (shares / shares.sum(-1, keepdims=True)) @ v
        told = dense(seen.transpose(1, 0, 2).reshape(len(x), -1), f"{lead}attention.output.dense")
        x = norm(x + told, f"{lead}attention.output.LayerNorm")
        inner = dense(x, f"{lead}intermediate.dense")
        inner = inner * (1 + np.vectorize(math.erf)(inner / np.sqrt(2))) / 2
        x = norm(x + dense(inner, f"{lead}output.dense"), f"{lead}output.LayerNorm")
    return x


def schema(*more: Field, **changes: Any) -> Schema:
    """One text in pieces, and what stands beside it."""
    said = {
        "length": LENGTH,
        "size": len(WORDS) + 2,
        "pieces": digest(tokenizer().encode()),
        **changes,
    }
    field = Field(name="asked_pieces", source="asked", kind="id", **said)
    return Schema(fields=(field, *more), targets=(binary(),), rows=100)


def model(folder: Path, **words: Any) -> AnyModel:
    """The model as a user would write it."""
    return AnyModel.model_validate({"service": {"encoder": {"uri": str(folder), **words}}})


def opened(folder: Path, store: ArtifactStore, columns: Schema | None = None, **words: Any) -> Any:
    """The graph of an encoder, its weights those of the files."""
    import tensorflow as tf

    from hone_trainer.models.graph import open_graph
    from hone_trainer.train.variables import Variables

    columns = columns or schema()
    settled = model(folder, **words).settled(columns, store)
    graph = open_graph(settled, columns)
    weights = {"weights": graph.whole.weights}
    start = settled.value.value.start(columns, store)
    Variables(tf.distribute.get_strategy(), weights).start(start)
    return graph


def rows(texts: list[list[int]], length: int = LENGTH) -> Any:
    """Ids as a column gives them: two more, and padding at the front."""
    found = np.zeros((len(texts), length), np.int32)
    for k, text in enumerate(texts):
        found[k, length - len(text) :] = np.array(text) + 2
    return found
