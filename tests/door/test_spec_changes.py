"""What differs between two specs is said field by field, in the words of the file."""

from typing import Any

import pytest

from hone.door.spec_changes import changes

TRAIN: dict[str, Any] = {
    "name": "fit",
    "train": {"epochs": 2, "model": {"generic": {"linear": {}}}},
}
DATA: dict[str, Any] = {
    "name": "data",
    "prepare": {"columns": [{"name": "user", "id": {}}, {"name": "item", "id": {}}]},
}
CHECK: dict[str, Any] = {"name": "ok", "evaluate": {"require": [{"metric": "auc", "atLeast": 0.9}]}}


def spec(*stages: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"stages": list(stages), **more}


def train(**words: Any) -> dict[str, Any]:
    return {"name": "fit", "train": TRAIN["train"] | words}


def columns(*given: dict[str, Any]) -> dict[str, Any]:
    return {"name": "data", "prepare": {"columns": list(given)}}


DENSE = {"generic": {"dense": {"units": [64]}}}
TRIED = {"techniques": [{"prune": {"sparsity": 0.5}}]}
HARDER = {"techniques": [{"prune": {"sparsity": 0.8}}]}
INT8: dict[str, Any] = {"techniques": [{"quantize": {}}]}


def tries(*candidates: Any) -> dict[str, Any]:
    return {"name": "small", "compress": {"candidates": list(candidates)}}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (spec(TRAIN), spec(train(epochs=3)), ["stage fit: train.epochs: from 2 to 3"]),
        (spec(TRAIN, seed=0), spec(TRAIN, seed=1), ["seed: from 0 to 1"]),
        (
            spec(TRAIN),
            spec(train(precision="bfloat16")),
            ["stage fit: train.precision: from nothing to bfloat16"],
        ),
        (
            spec(TRAIN),
            spec(train(model=DENSE)),
            ['stage fit: train.model.generic: from linear to {"dense": {"units": [64]}}'],
        ),
        (
            spec(DATA),
            spec(columns({"name": "price", "number": {}}, *DATA["prepare"]["columns"])),
            ["stage data: prepare.columns[price]: from nothing to "],
        ),
        (spec(DATA), spec(columns(*reversed(DATA["prepare"]["columns"]))), []),
        (
            spec(DATA),
            spec(columns({"name": "user", "text": {}}, DATA["prepare"]["columns"][1])),
            ["stage data: prepare.columns[user]: from id to text"],
        ),
        (
            spec(CHECK),
            spec({"name": "ok", "evaluate": {"require": [{"metric": "auc", "atLeast": 0.93}]}}),
            ["stage ok: evaluate.require[auc].atLeast: from 0.9 to 0.93"],
        ),
        (
            spec(tries(TRIED, INT8)),
            spec(tries(HARDER, INT8)),
            ["stage small: compress.candidates[0].techniques[0].prune.sparsity: from 0.5 to 0.8"],
        ),
        (
            spec(tries(TRIED, INT8)),
            spec(tries(INT8)),
            ['stage small: compress.candidates[0]: from {"techniques": [{"prune": {"sparsity"'],
        ),
        (spec(DATA, TRAIN), spec(DATA), ['stage fit: from {"name": "fit"']),
        (spec(DATA, TRAIN), spec(TRAIN, DATA), ["order of stages: from data, fit to fit, data"]),
        (
            spec(TRAIN, defaults={"retries": 3}),
            spec(TRAIN, defaults={"retries": 5}),
            ["defaults.retries: from 3 to 5"],
        ),
        (
            spec(TRAIN),
            spec({"name": "fit", "custom": {"command": ["fit"]}}),
            ['stage fit: from {"train": {"epochs": 2, '],
        ),
        (spec(TRAIN), spec(TRAIN), []),
        ({}, spec(TRAIN), ["stage fit: from nothing to "]),
    ],
)
def test_each_difference_is_one_line(before: Any, after: Any, said: list[str]) -> None:
    found = [str(each) for each in changes(before, after)]
    assert len(found) == len(said), found
    assert all(line.startswith(start) for line, start in zip(found, said, strict=True)), found


def test_a_long_value_is_cut() -> None:
    [found] = changes(spec(train(note="x")), spec(train(note="y" * 1000)))
    assert len(found.after) == 120
