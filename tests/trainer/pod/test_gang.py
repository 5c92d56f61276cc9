"""A pod's place in its gang, and how its errors are told apart."""

import json
import pickle
import time
from types import SimpleNamespace
from typing import Any

import pytest

from hone_trainer.__main__ import judge
from hone_trainer.contract.assignment import Artifact, Exit, Report, StageFailure, metric
from hone_trainer.pod.gang import Gang, limit_threads, lost_peer


def config(role: str, index: Any, **cluster: list[str]) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": {"type": role, "index": index}})}


@pytest.mark.parametrize(
    ("environ", "rank", "hosts"),
    [
        ({}, 0, ("localhost",)),
        (config("worker", 1, worker=["a:1", "b.c.svc:1"]), 1, ("a", "b.c.svc")),
        (config("worker", "0", worker=["a:1", "b:1"]), 0, ("a", "b")),
        (config("worker", 1, chief=["a:1"], worker=["b:1", "c:1"], ps=["d:1"]), 2, tuple("abcd")),
        (config("ps", 0, chief=["a:1"], worker=["b:1", "c:1"], ps=["d:1"]), 3, tuple("abcd")),
    ],
)
def test_the_chief_is_the_first_pod_of_the_first_role(
    environ: dict[str, str], rank: int, hosts: tuple[str, ...]
) -> None:
    gang = Gang.read(environ)
    assert (gang.rank, gang.hosts, gang.size) == (rank, hosts, len(hosts))


@pytest.mark.parametrize(
    ("address", "listens"),
    [
        ("localhost:2001", ("localhost", 2001)),
        ("127.0.0.1:2001", ("127.0.0.1", 2001)),
        ("job-chief-0.svc:2222", ("0.0.0.0", 2222)),
    ],
)
def test_only_what_is_on_loopback_stays_there(address: str, listens: tuple[str, int]) -> None:
    gang = Gang(1, ("chief:2222", address))
    assert (gang.listens, gang.address, gang.chief) == (listens, address, "chief:2222")


@pytest.mark.parametrize("text", ["{", "[]", '{"cluster": {}}', config("ps", 0, worker=["a:1"])])
def test_nonsense_is_refused(text: Any) -> None:
    environ = text if isinstance(text, dict) else {"TF_CONFIG": text}
    with pytest.raises(StageFailure, match="TF_CONFIG"):
        Gang.read(environ)


def test_names_are_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, False, True, False, True, True])
    monkeypatch.setattr("hone_trainer.pod.gang._resolves", lambda host: next(answers))
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda seconds: None)
    monkeypatch.setattr("hone_trainer.pod.gang.time", clock)
    told: list[str] = []
    Gang(0, ("a:1", "b:1")).await_names(told.append)
    assert told == [
        "waiting for 2 of 2 pods of the gang",
        "waiting for 1 of 2 pods of the gang",
    ]


def test_a_gang_that_never_comes_together_is_worth_another_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hone_trainer.pod.gang._resolves", lambda host: False)
    with pytest.raises(StageFailure, match="no address for a") as caught:
        Gang(0, ("a:1",)).await_names(lambda message: None, deadline=-1)
    assert caught.value.retry


def test_threads_are_limited_unless_the_user_says_otherwise() -> None:
    environ = {"TF_NUM_INTRAOP_THREADS": "7"}
    limit_threads(environ)
    assert environ["TF_NUM_INTRAOP_THREADS"] == "7"
    assert int(environ["OMP_NUM_THREADS"]) >= 1


def tf_error(name: str, message: str) -> Exception:
    kind = type(name, (Exception,), {"__module__": "tensorflow.python.framework.errors_impl"})
    error: Exception = kind(message)
    return error


@pytest.mark.parametrize(
    ("error", "reason", "code"),
    [
        (StageFailure("NoRowsLeft", "…"), "NoRowsLeft", Exit.DO_NOT_RETRY),
        (StageFailure("StorageUnreachable", "…", retry=True), "StorageUnreachable", 1),
        (tf_error("UnavailableError", "Connection reset"), "PeerLost", Exit.PEER_LOST),
        (tf_error("InternalError", "Collective ops is aborted"), "PeerLost", Exit.PEER_LOST),
        (tf_error("InternalError", "no kernel"), "Crashed", 1),
        (tf_error("ResourceExhaustedError", "OOM when allocating"), "OutOfMemory", 1),
        (MemoryError(), "OutOfMemory", 1),
        (ValueError("one\nlast line"), "Crashed", 1),
    ],
)
def test_errors_become_reasons_and_exit_codes(error: Exception, reason: str, code: int) -> None:
    report, got = judge(error)
    assert (report.reason, got) == (reason, code)
    assert "\n" not in report.message


def test_a_failure_tells_figures_and_files_and_commits_nothing() -> None:
    page = Artifact(name="report.html", uri="/r.html", sha256="", size_bytes=1)
    found = Report(metrics=(metric("auc", 0.6),), artifacts=(page,), manifest=page)
    error = StageFailure("GateFailed", "auc is low", found=found)
    again = pickle.loads(pickle.dumps(error))
    for each in (error, again):
        report, code = judge(each)
        assert (report.reason, report.message, code) == ("GateFailed", "auc is low", 64)
        assert (report.metrics, report.artifacts) == (found.metrics, (page,))
        assert report.manifest is None, "what failed is no input of later stages"


def test_only_tensorflow_loses_peers() -> None:
    assert not lost_peer(type("UnavailableError", (Exception,), {})("x"))
