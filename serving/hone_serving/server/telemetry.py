"""Metrics: what is asked, how long it takes, what waits.

Counted in plain lists and told when somebody asks: prometheus-client's own counters take locks, and
cost a request as much as reading it. Everything is counted in the event loop. Labels take their
values from short fixed lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
)
from prometheus_client.registry import Collector

from hone_serving.description import Description
from hone_serving.model import REFUSED, Answer
from hone_serving.server.gate import Gate

TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
BATCHES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)


class Tally:
    """How often a value fell between which bounds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self._bounds = bounds
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, value: float) -> None:
        """Count a value."""
        self._counts[bisect_left(self._bounds, value)] += 1
        self._sum += value

    def told(self) -> dict[str, Any]:
        """Return it as a histogram of Prometheus takes it."""
        bounds = [*map(str, self._bounds), "+Inf"]
        buckets = list(zip(bounds, accumulate(self._counts), strict=True))
        return {"buckets": buckets, "sum_value": self._sum}


class Telemetry(Collector):
    """Everything that is measured."""

    def __init__(self, description: Description, rows: Gate, size: Gate) -> None:
        self._description, self._rows, self._size = description, rows, size
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, Tally] = defaultdict(lambda: Tally(SECONDS))
        self._batches = Tally(BATCHES)
        self._answered = self._refused = 0
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(self)
        self.batch = self._batches.observe

    def requested(self, protocol: str, code: int, seconds: float) -> None:
        """Count a request for answers."""
        self._requests[protocol, code] += 1
        self._seconds[protocol].observe(seconds)

    def answered(self, answers: Sequence[Answer]) -> None:
        """Count the rows of a request."""
        refused = sum(REFUSED in answer for answer in answers)
        self._refused += refused
        self._answered += len(answers) - refused

    def page(self) -> bytes:
        """Return all of it, as Prometheus reads it."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Any]:
        """Yield all of it."""
        requests = CounterMetricFamily(
            "hone_serving_requests",
            "Requests for answers, by protocol and answer.",
            labels=["protocol", "code"],
        )
        for (protocol, code), count in self._requests.items():
            requests.add_metric([protocol, str(code)], count)
        seconds = HistogramMetricFamily(
            "hone_serving_request_seconds",
            "From a request's headers to its answer.",
            labels=["protocol"],
        )
        for protocol, tally in self._seconds.items():
            seconds.add_metric([protocol], **tally.told())
        rows = CounterMetricFamily(
            "hone_serving_rows", "Rows, by what came of them.", labels=["result"]
        )
        rows.add_metric(["answered"], self._answered)
        rows.add_metric(["refused"], self._refused)
        batches = "Rows that went through the graph together."
        yield from (requests, seconds, rows)
        yield HistogramMetricFamily("hone_serving_batch_rows", batches, **self._batches.told())
        for name, gate, what in (("rows", self._rows, "Rows"), ("body_bytes", self._size, "Bytes")):
            inside, limit = f"{what} of requests at work.", f"{what} from which on 429 is answered."
            yield GaugeMetricFamily(f"hone_serving_{name}_inside", inside, gate.inside)
            yield GaugeMetricFamily(f"hone_serving_{name}_limit", limit, gate.most)
        model = {"name": self._description.name, "version": self._description.version}
        yield InfoMetricFamily("hone_serving_model", "What answers.", model)
