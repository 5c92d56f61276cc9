"""What Prometheus reads."""

from __future__ import annotations

import json

from prometheus_client.parser import text_string_to_metric_families

from tests.serving.conftest import Client
from tests.serving.shop import ROW


async def read(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    status, raw, headers = await client.send("/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(raw.decode())
    return {
        (each.name, frozenset(each.labels.items())): each.value
        for family in families
        for each in family.samples
    }


async def test_requests_and_rows_are_counted_by_what_came_of_them(client: Client) -> None:
    good = json.dumps({"instances": [ROW, {"user": "u1"}]}).encode()
    assert (await client.send("/v1/models/clicks:predict", good))[0] == 200
    assert (await client.send("/v2/models/clicks/infer", b"["))[0] == 400
    await client.send("/no/such/address")
    found = await read(client)

    def value(name: str, /, **labels: str) -> float:
        return found[f"hone_serving_{name}", frozenset(labels.items())]

    assert value("requests_total", protocol="v1", code="200") == 1
    assert value("requests_total", protocol="v2", code="400") == 1
    assert value("request_seconds_count", protocol="v1") == 1
    assert value("rows_total", result="answered") == 1
    assert value("rows_total", result="refused") == 1
    assert value("batch_rows_sum") == 2, "those that are refused are read, too"
    assert value("rows_inside") == value("body_bytes_inside") == 0
    assert value("rows_limit") == 1024
    assert value("model_info", name="clicks", version="1") == 1
    assert found["process_resident_memory_bytes", frozenset()] > 0


async def test_no_stranger_makes_a_series(client: Client) -> None:
    await client.send("/v1/models/clicks:predict", b"{}")
    before = len(await read(client))
    for n in range(20):
        await client.send(f"/v1/models/shop{n}:predict", b"{}")
        await client.send(f"/{n}")
    assert len(await read(client)) == before
