"""Health, metrics and logs say what is so, and nothing that they should not."""

import asyncio
import json
import logging

import pytest
from prometheus_client import generate_latest

from hone.api.status import Condition, JobStatus
from hone.cluster.port import Key, Seen
from hone.control import telemetry as measures
from hone.control.logs import JsonLines
from hone.control.telemetry import Telemetry, state_of
from hone.plan.world import World
from tests.control.virtual import now, run


def status(*conditions: str, started: str | None = None) -> JobStatus:
    at = "2030-01-01T00:00:00Z"
    made = tuple(
        Condition(type=kind, status="True", reason="X", last_transition_time=at)
        for kind in conditions
    )
    return JobStatus(conditions=made, started_at=started)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (status(), "Pending"),
        (status(started="2030-01-01T00:00:00Z"), "Running"),
        (status("Complete", started="2030-01-01T00:00:00Z"), "Succeeded"),
        (status("Failed", "Stalled"), "Failed"),
        (status("Suspended", started="2030-01-01T00:00:00Z"), "Suspended"),
    ],
)
def test_a_job_has_one_state(said: JobStatus, state: str) -> None:
    assert state_of(said) == state


def test_jobs_are_counted_by_state_and_never_named() -> None:
    telemetry = Telemetry()
    for number in range(5):
        telemetry.noticed(Key("shop", f"job{number}"), Seen({}, World(status=status())))
    telemetry.noticed(Key("shop", "job0"), Seen({}, World(status=status("Failed"))))
    telemetry.noticed(Key("shop", "job1"), None)
    text = generate_latest(telemetry.registry).decode()
    assert 'hone_jobs{state="Pending"} 3.0' in text
    assert 'hone_jobs{state="Failed"} 1.0' in text
    assert "job0" not in text
    assert "shop" not in text


def test_passes_are_counted_by_result() -> None:
    telemetry = Telemetry(queued=lambda: 7)
    with telemetry.passing() as told:
        told("again")
    text = generate_latest(telemetry.registry).decode()
    assert 'hone_reconciles_total{result="again"} 1.0' in text
    assert 'hone_reconciles_total{result="failed"} 0.0' in text
    assert "hone_reconcile_seconds_count 1.0" in text
    assert "hone_queue_length 7.0" in text
    assert "hone_leader 0.0" in text


def test_a_pass_that_never_ends_is_an_ailment() -> None:
    async def main() -> None:
        telemetry = Telemetry(clock=now)
        beating = asyncio.create_task(telemetry.beat())
        with telemetry.passing():
            await asyncio.sleep(measures.PASS_LIMIT - 10)
            assert telemetry.ailments() == []
            await asyncio.sleep(20)
            assert "a pass has been running" in telemetry.ailments()[0]
        assert telemetry.ailments() == []
        beating.cancel()

    run(main())


def test_an_idle_operator_is_healthy_for_ever() -> None:
    async def main() -> None:
        telemetry = Telemetry(clock=now)
        beating = asyncio.create_task(telemetry.beat())
        await asyncio.sleep(20 * measures.PASS_LIMIT)
        assert telemetry.ailments() == []
        beating.cancel()

    run(main())


def test_a_loop_that_stands_still_is_an_ailment() -> None:
    clock = [0.0]
    telemetry = Telemetry(clock=lambda: clock[0])
    assert telemetry.ailments() == []
    clock[0] += measures.LAG_LIMIT + 1
    assert "late" in telemetry.ailments()[0]


def test_a_log_record_is_one_line_with_its_fields() -> None:
    extra = {"job": "shop/demo", "count": 3, "raw": {"token": "hidden"}, "long": "x" * 9000}
    record = logging.makeLogRecord(
        {"name": "hone", "levelname": "INFO", "msg": "two\nlines %s", "args": ("ü",), **extra}
    )
    text = JsonLines().format(record)
    line = json.loads(text)
    assert "\n" not in text
    assert (line["message"], line["job"], line["count"]) == ("two\nlines ü", "shop/demo", 3)
    assert "hidden" not in text, "objects are never printed whole"
    assert len(line["long"]) == 4096


def test_a_log_record_carries_its_error() -> None:
    try:
        raise ValueError("wrong")
    except ValueError:
        import sys

        record = logging.makeLogRecord({"msg": "failed", "exc_info": sys.exc_info()})
    assert "ValueError: wrong" in json.loads(JsonLines().format(record))["error"]
