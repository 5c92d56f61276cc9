"""What is answered at which address.

A server has one model, so every address is known when it starts: a request costs one look-up.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import msgspec
from aiohttp import web

from hone_serving.description import Description
from hone_serving.server import body, predict
from hone_serving.server.desk import Desk
from hone_serving.server.gate import Gate
from hone_serving.server.oip import metadata, response
from hone_serving.server.oip.request import HEADER, Reader
from hone_serving.server.refusal import Refusal, short
from hone_serving.server.telemetry import TYPE, Telemetry

log = logging.getLogger(__name__)

JSON, BYTES = "application/json", "application/octet-stream"
GONE = 499
"""Counted, never sent: the client left before its answer (nginx's number)."""
FAULT = Refusal(500, "a fault of the server: its log has the reason")
MODEL = re.compile(r"/v[12]/models/([^/:]+)(?:/versions/([^/:]+))?")
Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]
Work = Callable[[web.BaseRequest, bytes], Awaitable[web.Response]]


@dataclass
class Standing:
    """Whether new requests are to go elsewhere: probes say so, and connections are closed."""

    draining: bool = False


class Routes:
    """Hands each request to who answers it."""

    def __init__(
        self,
        description: Description,
        desk: Desk,
        telemetry: Telemetry,
        bodies: Gate,
        standing: Standing,
    ) -> None:
        self._description = description
        self._desk = desk
        self._telemetry = telemetry
        self._bodies = bodies
        self._standing = standing
        self._reader = Reader(description)
        self._table = self._addresses()

    async def handle(self, asked: web.BaseRequest) -> web.Response:
        """Answer a request."""
        answer = await self._respond(asked)
        if self._standing.draining:
            answer.force_close()
        return answer

    async def _respond(self, asked: web.BaseRequest) -> web.Response:
        methods = self._table.get(asked.path)
        if methods is None:
            return refused(Refusal(404, self._nowhere(asked.path)))
        handler = methods.get("GET" if asked.method == "HEAD" else asked.method)
        if handler is not None:
            return await handler(asked)
        allowed = ", ".join(methods)
        answer = refused(Refusal(405, f"{asked.path} answers {allowed} alone"))
        answer.headers["Allow"] = allowed
        return answer

    def _addresses(self) -> Mapping[str, Mapping[str, Handler]]:
        name, version = self._description.name, self._description.version
        health = self._ready("ready")
        status = self._ready("state")
        about = _page(metadata.metadata(self._description))
        table: dict[str, dict[str, Handler]] = {
            "/": {"GET": _page({"status": "alive"})},
            "/metrics": {"GET": self._metrics},
            "/v2": {"GET": _page(metadata.SERVER)},
            "/v2/health/live": {"GET": _page({"live": True})},
            "/v2/health/ready": {"GET": self._ready("health")},
            "/v1/models": {"GET": _page({"models": [name]})},
        }
        for versions in ("", f"/versions/{version}"):
            table |= {
                f"/v2/models/{name}{versions}": {"GET": about},
                f"/v2/models/{name}{versions}/ready": {"GET": health},
                f"/v2/models/{name}{versions}/infer": {"POST": self._timed("v2", self._infer)},
                f"/v1/models/{name}{versions}": {"GET": status},
                f"/v1/models/{name}{versions}:predict": {"POST": self._timed("v1", self._predict)},
            }
        return table

    def _ready(self, told: str) -> Handler:
        name, version = self._description.name, self._description.version

        async def handler(_: web.BaseRequest) -> web.Response:
            ready = not self._standing.draining
            state = "AVAILABLE" if ready else "UNLOADING"
            fine = {"error_code": "OK", "error_message": ""}
            versions = [{"version": version, "state": state, "status": fine}]
            bodies: dict[str, dict[str, Any]] = {
                "health": {"ready": ready},
                "ready": {"name": name, "ready": ready},
                "state": {"name": name, "ready": ready, "model_version_status": versions},
            }
            return respond(msgspec.json.encode(bodies[told]), status=200 if ready else 503)

        return handler

    async def _metrics(self, _: web.BaseRequest) -> web.Response:
        return web.Response(body=self._telemetry.page(), headers={"Content-Type": TYPE})

    async def _infer(self, asked: web.BaseRequest, raw: bytes) -> web.Response:
        wanted = self._reader.read(raw, asked.headers.get(HEADER))
        answers = await self._desk.answer(wanted.question)
        self._telemetry.answered(answers)
        written = response.write(answers, wanted, self._description)
        if written.header is None:
            return respond(written.body)
        headers = {"Content-Type": BYTES, HEADER: str(written.header)}
        return web.Response(body=written.body, headers=headers)

    async def _predict(self, _: web.BaseRequest, raw: bytes) -> web.Response:
        question, columnar = predict.read(raw, self._description)
        answers = await self._desk.answer(question)
        self._telemetry.answered(answers)
        return respond(predict.write(answers, columnar))

    def _timed(self, protocol: str, work: Work) -> Handler:
        async def handler(asked: web.BaseRequest) -> web.Response:
            began = perf_counter()
            code = GONE
            try:
                answer = await self._weighed(asked, work)
                code = answer.status
            except Refusal as refusal:
                answer, code = refused(refusal), refusal.status
            except Exception:
                log.exception("a request was not answered")
                answer, code = refused(FAULT), FAULT.status
            finally:
                self._telemetry.requested(protocol, code, perf_counter() - began)
            return answer

        return handler

    async def _weighed(self, asked: web.BaseRequest, work: Work) -> web.Response:
        weight = body.weight(asked, self._bodies)
        self._bodies.enter(weight)
        try:
            return await work(asked, await body.read(asked))
        finally:
            self._bodies.leave(weight)

    def _nowhere(self, path: str) -> str:
        name, version = self._description.name, self._description.version
        found = MODEL.match(path)
        if found and found[1] != name:
            return f"there is no model {short(found[1])!r}: this server has {name!r}"
        if found and found[2] not in (None, version):
            return (
                f"there is no version {short(found[2])!r} of {name!r}: this server has {version!r}"
            )
        asks = f"POST /v2/models/{name}/infer, or /v1/models/{name}:predict"
        return (
            f"there is nothing at {short(path)}: {asks}; GET /v2/models/{name} says what it reads"
        )


def respond(written: bytes, status: int = 200) -> web.Response:
    """Return an answer in JSON."""
    return web.Response(body=written, status=status, headers={"Content-Type": JSON})


def refused(refusal: Refusal) -> web.Response:
    """Return the answer to a request that is not answered."""
    answer = respond(msgspec.json.encode({"error": refusal.message}), refusal.status)
    if refusal.retry_after is not None:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    if refusal.last:
        answer.force_close()
    return answer


def _page(told: Mapping[str, Any]) -> Handler:
    written = msgspec.json.encode(told)

    async def handler(_: web.BaseRequest) -> web.Response:
        return respond(written)

    return handler
