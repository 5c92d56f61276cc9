"""The Open Inference Protocol in JSON: columns as inputs, answers as outputs."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.serving.conftest import Client
from tests.serving.shop import ENDLESS, ROW, expected

INFER = "/v2/models/clicks/infer"


def tensor(name: str, datatype: str, data: Any, shape: list[int] | None = None) -> dict[str, Any]:
    return {"name": name, "datatype": datatype, "shape": shape or [len(data)], "data": data}


USER, PRICE = tensor("user", "BYTES", ["u17", "u2"]), tensor("price", "FP64", [9.5, 3])
SEEN = tensor("seen", "BYTES", [["i1", "i2"], ["i3", ""]], [2, 2])
ROWS = (ROW, {"user": "u2", "price": 3.0, "seen": ["i3"]})


def outputs(answer: dict[str, Any]) -> dict[str, Any]:
    return {each["name"]: each["data"] for each in answer["outputs"]}


async def test_each_row_is_answered_in_its_order(client: Client) -> None:
    status, answer = await client.ask(INFER, {"id": "7", "inputs": [USER, PRICE, SEEN]})
    first, second = expected(*ROWS)
    assert status == 200
    assert {key: answer[key] for key in ("id", "model_name", "model_version")} == {
        "id": "7",
        "model_name": "clicks",
        "model_version": "1",
    }
    assert outputs(answer) == {
        "probability": [first["probability"], second["probability"]],
        "class": [first["class"], second["class"]],
        "known": [True, True],
        "items.key": ["i3", "", "i1", "i2"],
        "items.score": [0.5, None, 0.5, 0.5],
        "refused": ["", ""],
    }
    shapes = {each["name"]: (each["datatype"], each["shape"]) for each in answer["outputs"]}
    assert shapes["probability"] == ("FP64", [2])
    assert shapes["items.key"] == ("BYTES", [2, 2])


@pytest.mark.parametrize(
    "inputs",
    [
        [PRICE, SEEN, USER],
        [USER, tensor("price", "FP64", [[9.5], [3]], [2, 1]), SEEN],
        [USER, tensor("price", "FP32", [9.5, 3], [2, 1]), SEEN],
        [USER, PRICE, tensor("seen", "BYTES", ["i1", "i2", "i3", None], [2, 2])],
        [tensor("user", "BYTES", [["u17"], ["u2"]], [2, 1]), PRICE, SEEN],
    ],
)
async def test_order_and_nesting_change_nothing(inputs: list[Any], client: Client) -> None:
    _, usual = await client.ask(INFER, {"inputs": [USER, PRICE, SEEN]})
    assert await client.ask(INFER, {"inputs": inputs}) == (200, usual)


async def test_numbers_may_be_ids(client: Client) -> None:
    inputs = [tensor("user", "INT64", [17]), tensor("price", "INT32", [9])]
    status, answer = await client.ask(INFER, {"inputs": inputs})
    (told,) = expected({"user": 17, "price": 9})
    assert (status, outputs(answer)["probability"]) == (200, [told["probability"]])


async def test_outputs_are_those_that_are_asked_for(client: Client) -> None:
    asked = {"inputs": [USER, PRICE], "outputs": [{"name": "class"}]}
    assert list(outputs((await client.ask(INFER, asked))[1])) == ["class"]


async def test_top_says_how_many_items_are_named(client: Client) -> None:
    asked = {"inputs": [USER, PRICE], "parameters": {"top": 1}}
    assert outputs((await client.ask(INFER, asked))[1])["items.key"] == ["i1", "i1"]


async def test_the_version_may_be_named(client: Client) -> None:
    asked = {"inputs": [USER, PRICE]}
    assert (await client.ask("/v2/models/clicks/versions/1/infer", asked))[0] == 200


@pytest.mark.parametrize("wish", [None, [{"name": "probability"}]])
async def test_a_refused_row_is_told_beside_its_neighbours(wish: Any, client: Client) -> None:
    inputs = [USER, tensor("price", "FP64", [None, 3])]
    status, answer = await client.ask(INFER, {"inputs": inputs, "outputs": wish})
    found = outputs(answer)
    assert status == 200
    assert found["refused"] == ["'price' is None, no number", ""]
    assert found["probability"][0] is None
    assert math.isfinite(found["probability"][1])


async def test_an_answer_that_is_no_number_is_a_refused_row(client: Client) -> None:
    inputs = [USER, tensor("price", "FP64", [ENDLESS, 3])]
    status, answer = await client.ask(INFER, {"inputs": inputs})
    assert status == 200
    first, second = outputs(answer)["refused"]
    assert "'probability' is not finite" in first
    assert second == ""


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, "missing required field `inputs`"),
        ({"inputs": []}, "input 'user' is missing: give its text, such as 'u17'"),
        ({"inputs": [USER]}, "input 'price' is missing: give its number, such as 9.5"),
        ({"inputs": [USER, PRICE, tensor("prise", "FP64", [1])]}, "did you mean 'price'?"),
        ({"inputs": [USER, USER, PRICE]}, "input 'user' is sent twice"),
        ({"inputs": [USER, tensor("price", "FP64", [1.0])]}, "'user' has 2, 'price' has 1"),
        ({"inputs": [USER, tensor("price", "FP64", ["1.5", 2])]}, "`float | null`, got `str`"),
        ({"inputs": [USER, tensor("price", "FP64", [True, 2])]}, "`float | null`, got `bool`"),
        ({"inputs": [USER, tensor("price", "INT8", [1, 200])]}, "`int` <= 127"),
        ({"inputs": [USER, tensor("price", "INT8", [1, 1.5])]}, "got `float` - at `$[1]`"),
        ({"inputs": [USER, tensor("price", "FP128", [1, 2])]}, "'FP128': send FP64"),
        (
            {"inputs": [USER, tensor("price", "BYTES", ["1", "2"])]},
            "a number, not BYTES: send FP64",
        ),
        ({"inputs": [tensor("user", "FP64", [1, 2]), PRICE]}, "a text, not FP64: send BYTES"),
        (
            {"inputs": [USER, tensor("price", "FP64", [1, 2], [3])]},
            "shape [3] and data of 2 values",
        ),
        ({"inputs": [USER, tensor("price", "FP64", [1, 2], [-1])]}, "shape [-1]: send [rows]"),
        ({"inputs": [USER, tensor("price", "FP64", [1, 2], [1, 2])]}, "send [rows] or [rows, 1]"),
        ({"inputs": [USER, tensor("price", "FP64", [[1], [2, 3]], [2, 1])]}, "do not agree"),
        ({"inputs": [{**USER, "shape": []}, PRICE]}, "shape []: send [rows]"),
        ({"inputs": [{**USER, "data": "u1"}, PRICE]}, "Expected `array`, got `str`"),
        (
            {"inputs": [{**USER, "data": [], "shape": [0]}, {**PRICE, "data": [], "shape": [0]}]},
            "no row",
        ),
        ({"inputs": [USER, PRICE], "id": 7}, "Expected `str | null`, got `int` - at `$.id`"),
        ({"inputs": [USER, PRICE], "outputs": [{"name": "klass"}]}, "output 'klass' is not"),
        ({"inputs": [USER, PRICE], "parameters": {"top": 0}}, "parameters.top: 0: give a whole"),
        ({"inputs": [{"name": "user", "datatype": "BYTES", "shape": [1]}, PRICE]}, "has no data"),
        (
            {"inputs": [tensor("user", "BYTES", [None]), tensor("price", "FP64", [1])]},
            "row 0: 'user' is missing",
        ),
    ],
)
async def test_what_is_wrong_is_named_with_the_remedy(
    told: Any, words: str, client: Client
) -> None:
    status, answer = await client.ask(INFER, told)
    assert status == 400
    assert list(answer) == ["error"]
    assert words in answer["error"]
