"""Metrics: what is asked, how long it takes, what waits.

Labels take their values from short fixed lists, and are looked up once: it costs as much as the
rest of counting a request.
"""

from __future__ import annotations

from functools import cache

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from hone_serving.description import Description
from hone_serving.model import Answer
from hone_serving.server.gate import Gate

TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
BATCHES = (1, 2, 4, 8, 16, 32, 64)


class Telemetry:
    """Everything that is measured."""

    def __init__(self, description: Description, rows: Gate, size: Gate) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "hone_serving_requests",
            "Requests for answers, by protocol and answer.",
            ["protocol", "code"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "hone_serving_request_seconds",
            "From a request's headers to its answer.",
            ["protocol"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._rows = Counter(
            "hone_serving_rows", "Rows, by what came of them.", ["result"], registry=self._registry
        )
        batches = Histogram(
            "hone_serving_batch_rows",
            "Rows that went through the graph together.",
            buckets=BATCHES,
            registry=self._registry,
        )
        self.batch = batches.observe
        self._answered = self._rows.labels("answered")
        self._refused = self._rows.labels("refused")
        self._timed = cache(lambda protocol: self._seconds.labels(protocol).observe)
        self._counted = cache(lambda protocol, code: self._requests.labels(protocol, code).inc)
        self._gauge("hone_serving_rows_inside", "Rows that wait or are at work.", rows)
        self._gauge("hone_serving_body_bytes_inside", "Bytes of requests at work.", size)
        for gate, what in ((rows, "rows_limit"), (size, "body_bytes_limit")):
            text = "So many may be inside before requests are told to come again."
            Gauge(f"hone_serving_{what}", text, registry=self._registry).set(gate.most)
        model = Gauge(
            "hone_serving_model", "Which one answers.", ["name", "version"], registry=self._registry
        )
        model.labels(description.name, description.version).set(1)

    def requested(self, protocol: str, code: int, seconds: float) -> None:
        """Count a request for answers."""
        self._counted(protocol, code)()
        self._timed(protocol)(seconds)

    def answered(self, answers: list[Answer]) -> None:
        """Count the rows of a request."""
        refused = sum("refused" in answer for answer in answers)
        if refused:
            self._refused.inc(refused)
        self._answered.inc(len(answers) - refused)

    def page(self) -> bytes:
        """Return all of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def _gauge(self, name: str, text: str, gate: Gate) -> None:
        Gauge(name, text, registry=self._registry).set_function(lambda: gate.inside)
