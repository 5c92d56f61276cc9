"""Who does the work of a pass: threads, or pods that come and go."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.pod.gang import Gang
from hone_trainer.prepare.executor import Executor
from lab import patience


def double(index: int) -> dict[str, Any]:
    return {"twice": 2 * index, "process": os.getpid()}


def refuse(index: int) -> dict[str, Any]:
    if index == 3:
        raise StageFailure("BadNumber", "row 3 is wrong", retry=True)
    return {}


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = Executor(Gang(), request.param)
    yield made
    made.close()


@pytest.mark.parametrize("executor", [1, 2], indirect=True)
def test_every_index_is_done_once(executor: Executor) -> None:
    found: dict[int, int] = {}

    def done(index: int, facts: dict[str, Any]) -> None:
        assert index not in found
        found[index] = facts["twice"]

    executor.map(double, [0, 2, 5, 7], done)
    assert found == {0: 0, 2: 4, 5: 10, 7: 14}
    executor.map(double, [], done)


@pytest.mark.parametrize("executor", [1, 2], indirect=True)
def test_what_the_work_refuses_arrives_whole(executor: Executor) -> None:
    with pytest.raises(StageFailure) as caught:
        executor.map(refuse, range(6), lambda index, facts: None)
    assert (caught.value.reason, caught.value.message) == ("BadNumber", "row 3 is wrong")
    assert caught.value.retry


@pytest.mark.parametrize("executor", [1, 2], indirect=True)
def test_whoever_listens_may_stop_it(executor: Executor) -> None:
    def stop(index: int, facts: dict[str, Any]) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        executor.map(double, range(4), stop)


WORKER = """
import os, sys
from hone_trainer.pod.gang import Gang
from hone_trainer.prepare.executor import serve
print("here", flush=True)
print(serve(Gang.read(os.environ), 1).message)
"""


@pytest.mark.slow
def test_pods_share_the_work_and_one_that_is_killed_is_done_without() -> None:
    ports = free_ports(3)
    addresses = tuple(f"127.0.0.1:{port}" for port in ports)
    cluster = {"chief": [addresses[0]], "worker": list(addresses[1:])}

    def start(index: int) -> subprocess.Popen[str]:
        task = {"cluster": cluster, "task": {"type": "worker", "index": index}}
        environ = {**os.environ, "TF_CONFIG": json.dumps(task)}
        command = [sys.executable, "-c", WORKER]
        return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)

    executor = Executor(Gang(0, addresses), 1)
    workers = [start(0), start(1)]
    seen: set[int] = set()
    killed: list[int] = []
    found: set[int] = set()

    def done(index: int, facts: dict[str, Any]) -> None:
        found.add(index)
        seen.add(facts["process"])
        theirs = seen & {worker.pid for worker in workers}
        if theirs and not killed:
            killed.append(theirs.pop())
            os.kill(killed[0], signal.SIGKILL)

    total = 0
    while not killed or seen <= {os.getpid(), killed[0]}:  # until both have had some of it
        executor.map(double, range(total, total + 40), done)
        total += 40
    assert found == set(range(total))
    executor.close()
    ends = [worker.communicate(timeout=patience.seconds(60))[0] for worker in workers]
    alive = next(k for k, worker in enumerate(workers) if worker.pid not in killed)
    assert workers[alive].returncode == 0
    assert ends[alive].splitlines() == ["here", "worked for the chief"]
