"""Pretrained encoders: built by the book and filled from their files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.rows.field import Field
from hone_trainer.store.artifact_store import ArtifactStore
from tests.trainer import encoders
from tests.trainer.encoders import TEXTS, model, opened, rows, schema

pytestmark = pytest.mark.tensorflow


@pytest.mark.parametrize("train", ["frozen", "all"])
@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_it_says_what_the_book_says(
    folder: Path, store: ArtifactStore, pooling: str, train: str
) -> None:
    weights = encoders.tensors()
    body = opened(folder, store, pooling=pooling, train=train).body
    told = body(rows(TEXTS))["vector"].numpy()
    for text, vector in zip(TEXTS, told, strict=True):
        pieces = encoders.forward(weights, np.array(text))
        expected = pieces.mean(0) if pooling == "mean" else pieces[0]
        np.testing.assert_allclose(vector, expected, rtol=1e-4, atol=1e-5)


def test_a_text_says_the_same_however_much_padding_stands_before_it(
    folder: Path, store: ArtifactStore
) -> None:
    short, long = (
        opened(folder, store, schema(length=length)).body(rows(TEXTS, length))["vector"]
        for length in (6, encoders.POSITIONS)
    )
    np.testing.assert_allclose(short, long, rtol=1e-5, atol=1e-6)


def test_a_missing_text_says_nothing(folder: Path, store: ArtifactStore) -> None:
    for pooling in ("mean", "first"):
        told = opened(folder, store, pooling=pooling).body(rows([[]]))["vector"].numpy()
        assert not told.any()


def test_several_texts_go_through_the_same_layers(folder: Path, store: ArtifactStore) -> None:
    other = schema().fields[0].model_copy(update={"name": "told_pieces", "length": 4})
    beside = Field(name="price", kind="number"), Field(name="word", kind="id", length=3, size=9)
    body = opened(folder, store, schema(other, *beside)).body
    one, two = rows(TEXTS), rows([text[:4] for text in TEXTS], 4)
    told = body({"asked_pieces": one, "told_pieces": two, **_others(len(one))})["vector"]
    alone = opened(folder, store).body(one)["vector"]
    np.testing.assert_allclose(told[:, : encoders.WIDTH], alone, rtol=1e-5, atol=1e-6)
    short = opened(folder, store, schema(length=4)).body(two)["vector"]
    np.testing.assert_allclose(told[:, encoders.WIDTH : 2 * encoders.WIDTH], short, atol=1e-6)
    assert len([layer for layer in body.layers if layer.name == "encoder_words"]) == 1


def _others(count: int) -> dict[str, Any]:
    return {"price": np.ones((count, 1), np.float32), "word": np.full((count, 3), 4, np.int32)}


@pytest.mark.parametrize(
    ("words", "trained"),
    [
        ({"train": "frozen"}, set()),
        ({"train": "last", "last": 1}, {"encoder_layer1"}),
        ({"train": "last", "last": 2}, {"encoder_layer0", "encoder_layer1"}),
        (
            {"train": "all"},
            {"encoder_words", "encoder_positions", "encoder_kinds", "encoder_norm"}
            | {"encoder_layer0", "encoder_layer1"},
        ),
    ],
)
def test_what_is_not_to_be_trained_is_not(
    folder: Path, store: ArtifactStore, words: dict[str, Any], trained: set[str]
) -> None:
    whole = opened(folder, store, **words).whole
    ours = {weight.name.split("/")[0] for weight in whole.trainable_weights}
    layers = {"_".join(name.split("_")[:2]) for name in ours if name.startswith("encoder_")}
    assert layers == trained
    drops = {layer.name.split("_")[2] for layer in whole.layers if "pieces_layer" in layer.name}
    dropped = [layer.name for layer in whole.layers if "_dropout" in layer.name]
    assert drops == {"layer0", "layer1"}
    assert len(dropped) == 2 * len({n for n in trained if "layer" in n}) + (len(trained) > 2)


FORMS = {
    "F16": lambda array: array.astype(np.float16),
    "old names": lambda array: array,
    "with a head": lambda array: array,
}


@pytest.mark.parametrize("form", FORMS)
def test_weights_are_found_in_every_usual_form(
    tmp_path: Path, store: ArtifactStore, form: str
) -> None:
    given = {name: FORMS[form](array) for name, array in encoders.tensors().items()}
    if form == "old names":
        given = {_old(name): array for name, array in given.items()}
    if form == "with a head":
        given = {f"bert.{name}": array for name, array in given.items()}
        given["classifier.weight"] = np.ones((3, encoders.WIDTH), np.float32)
    body = opened(encoders.write(tmp_path / "encoder", given), store).body
    expected = encoders.forward(encoders.tensors(), np.array(TEXTS[1])).mean(0)
    np.testing.assert_allclose(body(rows(TEXTS))["vector"][1], expected, atol=5e-3)


def _old(name: str) -> str:
    return name.replace("Norm.weight", "Norm.gamma").replace("Norm.bias", "Norm.beta")


def test_weights_of_half_the_bits_are_read(tmp_path: Path, store: ArtifactStore) -> None:
    """NumPy has no bfloat16: the file is made by hand, a header in JSON and the bytes behind it."""
    folder, header, data = encoders.write(tmp_path / "encoder"), {}, b""
    for name, array in encoders.tensors().items():
        upper = (array.view(np.uint32) >> 16).astype("<u2").tobytes()
        places = [len(data), len(data) + len(upper)]
        header[name] = {"dtype": "BF16", "shape": array.shape, "data_offsets": places}
        data += upper
    told = json.dumps(header).encode()
    whole = len(told).to_bytes(8, "little") + told + data
    (folder / "model.safetensors").write_bytes(whole)
    expected = encoders.forward(encoders.tensors(), np.array(TEXTS[1])).mean(0)
    told = opened(folder, store).body(rows(TEXTS))["vector"][1]
    np.testing.assert_allclose(told, expected, atol=0.1)


def test_other_files_make_another_model(folder: Path, store: ArtifactStore) -> None:
    encoder = model(folder).value.value
    before = encoder.reads(store)
    assert encoder.reads(store) == before
    encoders.write(folder, encoders.tensors(1))
    assert encoder.reads(store) != before
