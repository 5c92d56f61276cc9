"""Files that are no encoder, or not that of the columns: refused with the field and the remedy."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer import encoders
from tests.trainer.encoders import model, opened, schema

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"model_type": "roberta"}, "says model_type: 'roberta', and 'bert' is what is read"),
        ({"hidden_act": "relu"}, "says hidden_act: 'relu'"),
        ({"position_embedding_type": "relative_key"}, "says position_embedding_type"),
        ({"hidden_size": "wide"}, "config.json cannot be read: width"),
        ({"num_attention_heads": 3}, "hidden_size 16 is no multiple of its 3 heads"),
        ({"vocab_size": 9}, "its tokenizer.json has 16 pieces, and its config.json says 9"),
        ({"max_position_embeddings": 5}, "has 6 positions, and the encoder 5"),
        ({"intermediate_size": 25}, "has shape (24, 16), and config.json says (25, 16)"),
        ({"num_hidden_layers": 3}, "has no tensor 'encoder.layer.2.attention.self.query.weight'"),
    ],
)
def test_files_that_are_no_encoder_are_refused(
    tmp_path: Path, store: ArtifactStore, config: dict[str, Any], said: str
) -> None:
    folder = encoders.write(tmp_path / "encoder", config=config)
    with pytest.raises(StageFailure) as refused:
        opened(folder, store)
    assert refused.value.reason == "BadEncoder"
    assert refused.value.message.startswith("train.model.service.encoder.uri: ")
    assert said in refused.value.message


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_that_is_not_there_is_named(folder: Path, store: ArtifactStore, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(StageFailure) as refused:
        opened(folder, store)
    assert refused.value.reason == "InputNotFound"
    assert name in refused.value.message
    assert "train.model.service.encoder.uri" in refused.value.message


def test_a_config_without_a_size_is_refused(folder: Path, store: ArtifactStore) -> None:
    (folder / "config.json").write_text('{"model_type": "bert", "vocab_size": 16}')
    with pytest.raises(StageFailure, match="does not say 'hidden_size'"):
        opened(folder, store)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda data: data[:-7], "is no whole safetensors file"),
        (lambda data: b"PK\x03\x04" + data, "is no whole safetensors file"),
        (lambda data: b"", "is no whole safetensors file"),
    ],
)
def test_a_damaged_file_of_weights_is_refused(
    folder: Path, store: ArtifactStore, damage: Any, said: str
) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(StageFailure) as refused:
        opened(folder, store)
    assert refused.value.reason == "BadEncoder"
    assert said in refused.value.message


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, store: ArtifactStore) -> None:
    given = encoders.tensors()
    given["encoder.layer.1.output.dense.bias"][3] = np.nan
    with pytest.raises(StageFailure, match=r"1\.output\.dense\.bias' holds values that are no num"):
        opened(encoders.write(tmp_path / "encoder", given), store)


def test_weights_that_are_whole_numbers_are_refused(tmp_path: Path, store: ArtifactStore) -> None:
    given = {name: array.astype(np.int8) for name, array in encoders.tensors().items()}
    with pytest.raises(StageFailure, match="holds numbers of type I8: write them as F32"):
        opened(encoders.write(tmp_path / "encoder", given), store)


def test_columns_that_it_cannot_read_are_refused(folder: Path, store: ArtifactStore) -> None:
    with pytest.raises(StageFailure, match=r"column 'asked'.* pieces of another tokenizer.json"):
        opened(folder, store, schema(pieces="0123456789abcdef"))
    with pytest.raises(StageFailure, match=r"no column has any: add text: {pieces"):
        opened(folder, store, schema(pieces=""))
    with pytest.raises(StageFailure, match=r"encoder.last: the encoder has 2 layers: lower it"):
        opened(folder, store, train="last", last=3)
    encoder = model(folder).value.value
    assert not [*encoder.check({"asked_pieces": 6, "price": 1})]
    assert "add text: {pieces" in next(encoder.check({"asked_words": 6}))


@pytest.mark.parametrize("words", [{"train": "last"}, {"train": "all", "last": 1}, {"last": 2}])
def test_how_many_layers_are_trained_is_said_where_it_counts(words: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="last: say how many layers where train is last"):
        model(Path("here"), **words)
