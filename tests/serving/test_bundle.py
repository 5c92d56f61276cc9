"""Real bundles behind the server: it says what they say, and tells clients how to ask."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

import hone_serving
from hone_serving.server.life import serving
from hone_serving.server.options import Options
from hone_serving.server.start import describe
from tests.serving.bundles import JOBS, made
from tests.serving.conftest import Client

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@asynccontextmanager
async def served(name: str) -> AsyncIterator[tuple[Client, Any]]:
    model = hone_serving.load(str(made(name)))
    options = Options("", port=0)
    description = describe(model, options)
    async with (
        serving(model, description, options) as (port, standing),
        aiohttp.ClientSession() as session,
    ):
        yield Client(session, port, standing), model


def tensors(rows: list[dict[str, Any]], inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as a client sends them that knows the metadata alone."""
    found = []
    for each in inputs:
        values = [row[each["name"]] for row in rows]
        shape = [len(rows), len(values[0])] if len(each["shape"]) == 2 else [len(rows)]
        named = {"name": each["name"], "datatype": each["datatype"]}
        found.append({**named, "shape": shape, "data": values})
    return found


@pytest.mark.parametrize("name", JOBS)
async def test_the_answers_are_the_models_in_either_protocol(name: str) -> None:
    async with served(name) as (client, model):
        _, about = await client.ask("/v2/models/demo")
        rows = [about["parameters"]["example"]] * 3
        told = model.predict(rows)
        predict = {"instances": rows}
        assert await client.ask("/v1/models/demo:predict", predict) == (200, {"predictions": told})
        asked = {"inputs": tensors(rows, about["inputs"])}
        status, answer = await client.ask("/v2/models/demo/infer", asked)
        assert status == 200
        assert answer["model_version"] == model.description.digest
        for said, found in zip(about["outputs"], answer["outputs"], strict=True):
            assert (found["name"], found["datatype"]) == (said["name"], said["datatype"])
            assert len(found["shape"]) == len(said["shape"])
        assert answer["outputs"][-1]["data"] == [""] * 3


async def test_of_two_targets_each_output_bears_its_targets_name() -> None:
    async with served("orders") as (client, _):
        _, about = await client.ask("/v2/models/demo")
    assert [(each["name"], each["datatype"]) for each in about["outputs"]] == [
        ("clicked.probability", "FP64"),
        ("clicked.decision", "BOOL"),
        ("spent.value", "FP64"),
        ("refused", "BYTES"),
    ]


async def test_items_come_as_keys_and_shares_without_those_that_were_seen() -> None:
    async with served("visits") as (client, _):
        _, about = await client.ask("/v2/models/demo")
        row = about["parameters"]["example"]
        asked = {"inputs": tensors([row], about["inputs"]), "parameters": {"top": 5}}
        _, answer = await client.ask("/v2/models/demo/infer", asked)
    found = {each["name"]: each for each in answer["outputs"]}
    assert found["items.item"]["shape"] == found["items.probability"]["shape"] == [1, 5]
    assert not set(found["items.item"]["data"]) & set(row["before"])


async def test_rows_that_cannot_be_read_are_refused_one_by_one() -> None:
    async with served("clicks") as (client, model):
        good = model.description.columns
        row = {each.name: each.example for each in good}
        odd = [{**row, "price": value} for value in ("x", [1], None, {"b64": "eA=="}, 1e39)]
        odd += [{**row, "user": value} for value in (None, ["a"], "\x00")]
        status, told = await client.ask("/v1/models/demo:predict", {"instances": [row, *odd, row]})
        assert status == 200
        first, *middle, last = told["predictions"]
        assert first == last == model.predict([row])[0]
        assert [list(each) for each in middle] in (
            [["refused"]] * len(odd),
            [["refused"]] * 4 + [list(first)] + [["refused"]] * 3,  # 1e39 may be cut to a bound
        )


def hone(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "hone", "serve", *words]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


async def test_the_command_serves_until_it_is_told_to_stop() -> None:
    with hone(str(made("clicks")), "--port", "0", "--name", "shop", "--drain", "0") as process:
        assert process.stderr is not None
        said = ""
        while "answers at" not in said:
            said = process.stderr.readline()
            assert said
        url = said.split()[-1]
        assert url.endswith("/v2/models/shop")
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            row = (await answer.json())["parameters"]["example"]
            body = json.dumps({"instances": [row]})
            predict = url.replace("/v2/", "/v1/") + ":predict"
            async with session.post(predict, data=body) as predicted:
                assert predicted.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_port_that_is_taken_is_named() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with hone(str(made("clicks")), "--port", port) as process:
            _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert f"127.0.0.1:{port}: " in said
    assert "name another with --port" in said
    assert "Traceback" not in said
