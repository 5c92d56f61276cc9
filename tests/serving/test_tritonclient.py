"""tritonclient, which many have: its defaults (bytes), JSON, and all between, against a server."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from lab import clients
from tests.serving.process import running
from tests.serving.shop import expected

pytestmark = pytest.mark.slow

USERS, PRICES = ["u17", "ü2"], [9.5, 3.0]
SEEN = [["i1", "i2"], ["i3", ""]]
ROWS = (
    {"user": "u17", "price": 9.5, "seen": ["i1", "i2"]},
    {"user": "ü2", "price": 3.0, "seen": ["i3"]},
)


@cache
def http() -> Any:
    """Its package."""
    return clients.borrow(["tritonclient.http"])[0]


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        running() as server,
        http().InferenceServerClient(f"127.0.0.1:{server.port}") as client,
    ):
        yield client


def tensor(name: str, values: Any, datatype: str, shape: list[int], binary: bool) -> Any:
    made = http().InferInput(name, shape, datatype)
    kind = np.object_ if datatype == "BYTES" else np.dtype(datatype.replace("FP", "float").lower())
    made.set_data_from_numpy(np.array(values, kind).reshape(shape), binary_data=binary)
    return made


def inputs(binary: bool = True, shape: tuple[int, ...] = (2,), number: str = "FP64") -> list[Any]:
    return [
        tensor("user", USERS, "BYTES", list(shape), binary),
        tensor("price", PRICES, number, list(shape), binary),
        tensor("seen", SEEN, "BYTES", [2, 2], binary),
    ]


def test_the_server_is_alive_ready_and_known(client: Any) -> None:
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("clicks")
    assert not client.is_model_ready("shop")
    assert client.get_server_metadata()["name"] == "hone"
    metadata = client.get_model_metadata("clicks")
    assert [each["name"] for each in metadata["inputs"]] == ["user", "price", "at", "seen"]


def test_its_defaults_are_answered(client: Any) -> None:
    answer = client.infer("clicks", inputs())
    told = expected(*ROWS)
    assert answer.as_numpy("probability").tolist() == [each["probability"] for each in told]
    assert [each.decode() for each in answer.as_numpy("class")] == [each["class"] for each in told]
    assert answer.as_numpy("known").tolist() == [True, True]
    keys = [[key.decode() for key in row] for row in answer.as_numpy("items.key")]
    assert keys == [["i3", ""], ["i1", "i2"]]


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("told_binary", [True, False])
@pytest.mark.parametrize("shape", [(2,), (2, 1)])
@pytest.mark.parametrize("number", ["FP64", "FP32", "INT64", "UINT8"])
def test_bytes_and_json_mean_the_same_both_ways(
    binary: bool, told_binary: bool, shape: tuple[int, ...], number: str, client: Any
) -> None:
    if not number.startswith("FP"):
        rows = [{**row, "price": int(price)} for row, price in zip(ROWS, PRICES, strict=True)]
    else:
        rows = list(ROWS)
    wanted = [
        http().InferRequestedOutput(name, binary_data=told_binary)
        for name in ("probability", "class", "items.score", "refused")
    ]
    sent = inputs(binary, shape, number)
    answer = client.infer("clicks", sent, request_id="7", outputs=wanted, model_version="1")
    told = expected(*rows)
    assert answer.get_response()["id"] == "7"
    assert answer.as_numpy("probability").tolist() == [each["probability"] for each in told]
    found = [each if isinstance(each, str) else each.decode() for each in answer.as_numpy("class")]
    assert found == [each["class"] for each in told]
    assert math.isnan(answer.as_numpy("items.score")[0, 1])
    assert answer.as_numpy("known") is None


@pytest.mark.parametrize("how", ["gzip", "deflate"])
def test_requests_may_be_compressed(how: str, client: Any) -> None:
    sent = inputs()
    plain = client.infer("clicks", sent)
    packed = client.infer("clicks", sent, request_compression_algorithm=how)
    assert packed.as_numpy("probability").tolist() == plain.as_numpy("probability").tolist()


def test_its_parameters_are_passed_on(client: Any) -> None:
    answer = client.infer("clicks", inputs(), parameters={"top": 1}, priority=1, timeout=5)
    assert answer.as_numpy("items.key").shape == (2, 1)


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("shop", {}, "there is no model 'shop'"),
        ("clicks", {"model_version": "7"}, "there is no version '7'"),
        ("clicks", {"inputs": []}, "input 'user' is missing"),
        ("clicks", {"parameters": {"top": 0}}, "parameters.top"),
    ],
)
def test_it_reads_why_it_is_refused(
    name: str, change: dict[str, Any], words: str, client: Any
) -> None:
    asked = {"inputs": inputs(), **change}
    (utils,) = clients.borrow(["tritonclient.utils"])
    with pytest.raises(utils.InferenceServerException, match=words):
        client.infer(name, **asked)
