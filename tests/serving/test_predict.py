"""TensorFlow Serving's predict calls, as the page on its REST API has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.serving.conftest import Client, Start
from tests.serving.shop import DESCRIPTION, ROW, Shop, expected

PREDICT = "/v1/models/clicks:predict"
OTHER = {"user": "u2", "price": 3.0}


async def test_instances_are_answered_one_by_one(client: Client) -> None:
    told = {"signature_name": "serving_default", "instances": [ROW, OTHER]}
    assert await client.ask(PREDICT, told) == (200, {"predictions": expected(ROW, OTHER)})


async def test_columns_are_answered_as_columns(client: Client) -> None:
    told = {"inputs": {"user": ["u17", "u2"], "price": [9.5, 3.0]}}
    first, second = expected({"user": "u17", "price": 9.5}, OTHER)
    columns = {name: [first[name], second[name]] for name in first}
    assert await client.ask(PREDICT, told) == (200, {"outputs": columns})


async def test_a_text_may_come_as_base64(client: Client) -> None:
    row = {**OTHER, "user": {"b64": "dTI="}, "seen": [{"b64": "aTE="}, "i2"]}
    plain = {**OTHER, "seen": ["i1", "i2"]}
    assert await client.ask(PREDICT, {"instances": [row]}) == (
        200,
        {"predictions": expected(plain)},
    )


async def test_the_version_may_be_named(client: Client) -> None:
    path = "/v1/models/clicks/versions/1:predict"
    assert (await client.ask(path, {"instances": [ROW]}))[0] == 200


async def test_a_model_of_one_column_takes_bare_values(start: Start) -> None:
    user = replace(DESCRIPTION, inputs=DESCRIPTION.inputs[:1])

    class Priced(Shop):
        def encode(self, rows: Any) -> Any:
            return super().encode([{**row, "price": 1} for row in rows])

    async with start(Priced(), user) as client:
        named = await client.ask(PREDICT, {"instances": [{"user": "u1"}, {"user": "u2"}]})
        assert named[0] == 200
        assert await client.ask(PREDICT, {"instances": ["u1", "u2"]}) == named
        _, columns = await client.ask(PREDICT, {"inputs": {"user": ["u1", "u2"]}})
        assert await client.ask(PREDICT, {"inputs": ["u1", "u2"]}) == (200, columns)


async def test_top_says_how_many_items_are_named(client: Client) -> None:
    told = {"instances": [OTHER], "parameters": {"top": 1}}
    assert await client.ask(PREDICT, told) == (200, {"predictions": expected(OTHER, top=1)})


async def test_a_refused_row_is_told_beside_its_neighbours(client: Client) -> None:
    (good,) = expected(OTHER)
    told = {"instances": [{"user": "u1"}, OTHER]}
    bad = {"refused": "'price' is None, no number"}
    assert await client.ask(PREDICT, told) == (200, {"predictions": [bad, good]})
    columns = {"inputs": {"user": ["u1", "u2"], "price": [None, 3.0]}}
    _, answer = await client.ask(PREDICT, columns)
    assert answer["outputs"]["refused"] == [bad["refused"], None]
    assert answer["outputs"]["probability"] == [None, good["probability"]]


async def test_the_state_is_told(client: Client) -> None:
    state = {
        "version": "1",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    told = {"name": "clicks", "ready": True, "model_version_status": [state]}
    assert await client.ask("/v1/models/clicks") == (200, told)
    assert await client.ask("/v1/models/clicks/versions/1") == (200, told)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, 'send {"instances": [{column: value}]} or {"inputs": {column: [value]}}'),
        ({"instances": [ROW], "inputs": {}}, 'send {"instances": '),
        ({"instances": []}, "there is no row"),
        ({"inputs": {"user": [], "price": []}}, "there is no row"),
        ({"instances": ROW}, "Expected `array | null`, got `object` - at `$.instances`"),
        ({"instances": [ROW, 7]}, "Expected `object`, got `int` - at `$.instances[1]`"),
        ({"instances": [{"user": {"a": 1}}]}, "at `$.instances[0][...]`"),
        ({"instances": [{**ROW, "usr": 1}]}, "did you mean 'user'?"),
        ({"instances": [{"user": {"b64": "?"}}]}, "instances[0].user.b64: give UTF-8 text"),
        ({"instances": [{"user": {"b64": "/w=="}}]}, "instances[0].user.b64: give UTF-8 text"),
        ({"instances": [ROW], "signature_name": "other"}, "'other': there is 'serving_default'"),
        ({"instances": [ROW], "parameters": {"top": True}}, "parameters.top: True"),
        ({"inputs": {"user": ["u1"]}}, "input 'price' is missing"),
        ({"inputs": {"user": ["u1"], "price": [1, 2]}}, "inputs.price: columns hold as many"),
        ({"inputs": ["u1"]}, "Expected `object | null`, got `array` - at `$.inputs`"),
        ({"instances": [{"user": "u1"}]}, "row 0: 'price' is None, no number"),
        ({"instances": [{}] * 9}, "'user' is missing; and 6 more"),
    ],
)
async def test_what_is_wrong_is_named_with_the_remedy(
    told: Any, words: str, client: Client
) -> None:
    status, answer = await client.ask(PREDICT, told)
    assert status == 400
    assert list(answer) == ["error"]
    assert words in answer["error"]
