"""The binary extension: tensors as bytes behind the JSON, in both directions."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import numpy as np
import pytest

from hone_serving.server.oip.datatypes import DATATYPES
from hone_serving.server.oip.packing import pack, unpack
from hone_serving.server.oip.request import HEADER
from tests.serving.conftest import Client
from tests.serving.shop import expected

INFER = "/v2/models/clicks/infer"


SIZE = "binary_data_size"


def texts(*words: str | bytes) -> bytes:
    raw = [word.encode() if isinstance(word, str) else word for word in words]
    return b"".join(struct.pack("<I", len(each)) + each for each in raw)


def tensor(name: str, datatype: str, shape: list[int], data: bytes) -> tuple[dict[str, Any], bytes]:
    size = {SIZE: len(data)}
    return {"name": name, "datatype": datatype, "shape": shape, "parameters": size}, data


USER = tensor("user", "BYTES", [2], texts("u17", "ü2"))
PRICE = tensor("price", "FP64", [2, 1], np.array([9.5, 3], "<f8").tobytes())


async def infer(client: Client, *tensors: Any, cut: int = 0, **more: Any) -> tuple[int, Any, bytes]:
    told = json.dumps({"inputs": [each for each, _ in tensors], **more}).encode()
    body = told + b"".join(data for _, data in tensors)
    headers = {HEADER: str(len(told))}
    status, raw, said = await client.send(INFER, body[: len(body) - cut], headers)
    length = int(said.get(HEADER, len(raw)))
    return status, json.loads(raw[:length]), raw[length:]


async def test_what_was_sent_as_bytes_is_what_was_meant(client: Client) -> None:
    status, answer, tail = await infer(client, USER, PRICE)
    told = expected({"user": "u17", "price": 9.5}, {"user": "ü2", "price": 3.0})
    assert (status, tail) == (200, b"")
    assert answer["outputs"][0]["data"] == [each["probability"] for each in told]


async def test_answers_come_as_bytes_where_that_is_asked(client: Client) -> None:
    binary = {"binary_data_output": True}
    status, answer, tail = await infer(client, USER, PRICE, parameters=binary)
    assert status == 200
    place, found = 0, {}
    for output in answer["outputs"]:
        assert "data" not in output
        size = output["parameters"][SIZE]
        found[output["name"]] = tail[place : place + size]
        place += size
    assert place == len(tail)
    first, second = expected({"user": "u17", "price": 9.5}, {"user": "ü2", "price": 3.0})
    probability = np.frombuffer(found["probability"], "<f8").tolist()
    assert probability == [first["probability"], second["probability"]]
    assert found["class"] == texts(first["class"], second["class"])
    assert found["refused"] == texts("", "")


async def test_each_output_may_choose(client: Client) -> None:
    wishes = [{"name": "class", "parameters": {"binary_data": True}}, {"name": "probability"}]
    _, answer, tail = await infer(client, USER, PRICE, outputs=wishes)
    assert ["data" in each for each in answer["outputs"]] == [False, True]
    told = expected({"user": "u17", "price": 9.5}, {"user": "ü2", "price": 3.0})
    assert tail == texts(*(each["class"] for each in told))


async def test_a_refused_row_is_no_number_among_bytes(client: Client) -> None:
    user = tensor("user", "BYTES", [2], texts("u1", "u2"))
    price = tensor("price", "FP32", [2], np.array([np.nan, 1], "<f4").tobytes())
    wish = [{"name": "probability", "parameters": {"binary_data": True}}]
    status, answer, tail = await infer(client, user, price, outputs=wish)
    assert status == 200
    assert [math.isnan(value) for value in np.frombuffer(tail, "<f8")] == [True, False]
    assert answer["outputs"][1]["name"] == "refused"


@pytest.mark.parametrize("word", DATATYPES)
def test_every_datatype_survives_the_way_there_and_back(word: str) -> None:
    values: list[Any] = ["", "ä", "x" * 300] if word == "BYTES" else [0, 1, 1]
    datatype = DATATYPES[word]
    packed = pack(datatype, values)
    assert unpack(datatype, memoryview(packed), "x") == values


@pytest.mark.parametrize(
    ("tensors", "cut", "words"),
    [
        ([USER, PRICE], 1, "input 'price': binary_data_size is 16, and 15 bytes are left"),
        ([USER, (PRICE[0], PRICE[1] + b"\0")], 0, "1 bytes behind the JSON belong to no input"),
        ([USER, tensor("price", "FP64", [2], b"123")], 0, "3 bytes are no whole number of FP64"),
        ([USER, tensor("price", "FP64", [2], b"12345678")], 0, "shape [2] and data of 1 values"),
        ([tensor("user", "BYTES", [2], texts("u1") + b"\7"), PRICE], 0, "end within a text"),
        ([tensor("user", "BYTES", [1], b"\xff\xff\xff\xff"), PRICE], 0, "end within a text"),
        ([tensor("user", "BYTES", [2], texts("u1", b"\xff")), PRICE], 0, "a text is not UTF-8"),
        ([USER, ({**PRICE[0], "data": [1, 2]}, PRICE[1])], 0, "has data and binary_data_size"),
        ([({**USER[0], "parameters": {SIZE: -1}}, b""), PRICE], 0, "-1: give a number of bytes"),
        ([USER, PRICE, tensor("seen", "BYTES", [10**18, 0], b"")], 0, "send [rows, length]"),
    ],
)
async def test_bytes_that_do_not_fit_are_named(
    tensors: Any, cut: int, words: str, client: Client
) -> None:
    status, answer, _ = await infer(client, *tensors, cut=cut)
    assert status == 400
    assert words in answer["error"]


@pytest.mark.parametrize("header", ["-1", "x", "9999", "1e2", "", "9" * 40, "²"])
async def test_a_wrong_length_of_the_json_is_named(header: str, client: Client) -> None:
    status, raw, _ = await client.send(INFER, b'{"inputs": []}', {HEADER: header})
    assert status == 400
    assert HEADER in json.loads(raw)["error"]
