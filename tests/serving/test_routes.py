"""Addresses: probes, metadata, and what is said where there is nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serving.conftest import Client, Start
from tests.serving.shop import ROW


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", {"status": "alive"}),
        ("/v1/models", {"models": ["clicks"]}),
        ("/v2/health/live", {"live": True}),
        ("/v2/health/ready", {"ready": True}),
        ("/v2/models/clicks/ready", {"name": "clicks", "ready": True}),
        ("/v2/models/clicks/versions/1/ready", {"name": "clicks", "ready": True}),
    ],
)
async def test_probes_say_that_all_is_well(path: str, told: Any, client: Client) -> None:
    assert await client.ask(path) == (200, told)


PROBES = ("/v2/health/ready", "/v2/models/clicks/ready", "/v1/models/clicks")


@pytest.mark.parametrize("path", PROBES)
async def test_a_server_that_is_about_to_stop_is_alive_and_not_ready(
    path: str, client: Client
) -> None:
    client.standing.draining = True
    assert (await client.ask(path))[0] == 503
    assert (await client.ask("/v2/health/live"))[0] == 200
    status, _, headers = await client.send("/v1/models/clicks:predict", b'{"instances": [{}]}')
    assert (status, headers["Connection"]) == (400, "close")


async def test_the_metadata_are_what_a_client_needs_to_ask(client: Client) -> None:
    assert (await client.ask("/v2"))[1]["extensions"] == ["binary_tensor_data"]
    status, told = await client.ask("/v2/models/clicks")
    assert status == 200
    assert (told["name"], told["versions"]) == ("clicks", ["1"])
    assert told["inputs"] == [
        {"name": "user", "datatype": "BYTES", "shape": [-1]},
        {"name": "price", "datatype": "FP64", "shape": [-1]},
        {"name": "at", "datatype": "BYTES", "shape": [-1]},
        {"name": "seen", "datatype": "BYTES", "shape": [-1, -1]},
    ]
    assert told["outputs"][0] == {"name": "probability", "datatype": "FP64", "shape": [-1]}
    assert told["outputs"][-1] == {"name": "refused", "datatype": "BYTES", "shape": [-1]}
    assert told["parameters"]["example"] == ROW
    asked = {"instances": [told["parameters"]["example"]]}
    assert (await client.ask("/v1/models/clicks:predict", asked))[0] == 200


async def test_the_answers_are_shaped_as_the_metadata_say(client: Client) -> None:
    _, told = await client.ask("/v2/models/clicks")
    inputs = [
        {"name": "user", "datatype": "BYTES", "shape": [1], "data": ["u1"]},
        {"name": "price", "datatype": "FP64", "shape": [1], "data": [1.0]},
    ]
    _, answer = await client.ask("/v2/models/clicks/infer", {"inputs": inputs})
    for said, found in zip(told["outputs"], answer["outputs"], strict=True):
        assert (found["name"], found["datatype"]) == (said["name"], said["datatype"])
        assert len(found["shape"]) == len(said["shape"])


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/v2/models/shop/infer", "there is no model 'shop': this server has 'clicks'"),
        ("/v1/models/shop:predict", "there is no model 'shop': this server has 'clicks'"),
        ("/v2/models/clicks/versions/7/infer", "there is no version '7' of 'clicks'"),
        ("/v1/models/clicks:classify", "POST /v2/models/clicks/infer"),
        ("/%00/..%2f", "there is nothing at "),
        ("/" + "a" * 4000, "aaa…: POST"),
    ],
)
async def test_where_there_is_nothing_the_message_says_what_there_is(
    path: str, words: str, client: Client
) -> None:
    status, answer = await client.ask(path, {})
    assert status == 404
    assert words in answer["error"]


@pytest.mark.parametrize(
    ("path", "told", "allowed"),
    [("/v2/models/clicks/infer", None, "POST"), ("/v2/health/live", {}, "GET")],
)
async def test_a_wrong_method_is_told_the_right_one(
    path: str, told: Any, allowed: str, client: Client
) -> None:
    status, _, headers = await client.send(path, None if told is None else b"{}")
    assert (status, headers["Allow"]) == (405, allowed)


async def test_values_of_training_rows_may_be_kept_back(start: Start) -> None:
    async with start(examples=False) as client:
        _, raw, _ = await client.send("/v2/models/clicks")
        status, told = await client.ask("/v2/models/clicks/infer", {"inputs": []})
    assert b'"example":{}' in raw
    assert status == 400
    assert told["error"] == "input 'user' is missing: give its text"
