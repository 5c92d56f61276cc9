"""Pods that are lost and replaced, one by one, as the Job's policy has it."""

from pathlib import Path
from typing import Any

import pytest

from hone.cluster.local_objects import ended, job_of, pods_of, replacements, settle, started
from hone.cluster.local_policy import breaking, counted, verdict
from hone.plan.failures import answer
from hone_trainer.contract.stage import Role, Stage
from tests.local.builders import KEY, cluster, job, look, now, until
from tests.local.builders import ended as over

REPLACEABLE = Role("worker", 2, replaceable=True)
ONCE = (
    "import os, sys; from pathlib import Path\n"
    "mark = Path('been-' + os.environ['JOB_COMPLETION_INDEX'])\n"
    "if not mark.exists() and mark.name != 'been-0': mark.touch(); sys.exit(%d)\n"
)
"""All but the first pod fail once, and do well when they come again."""


def policed(code: str, retries: int = 2, role: Role = REPLACEABLE, **more: Any) -> dict[str, Any]:
    """A Job under the policy of a role."""
    one = job(code, pods=role.replicas, **more)
    one["spec"] |= answer(Stage(), role, retries)
    return one


def failed(code: int = 1, disrupted: str = "", index: int = 0) -> dict[str, Any]:
    """A pod that failed."""
    pod = pods_of(job_of(policed(""), now()), now())[index]
    started(pod, now())
    ended(pod, code, "", now(), disrupted)
    return pod


@pytest.mark.parametrize(
    ("role", "code", "disrupted", "action"),
    [
        (REPLACEABLE, 1, "", "Count"),
        (REPLACEABLE, 76, "", "Count"),
        (REPLACEABLE, 75, "", "Ignore"),
        (REPLACEABLE, 64, "", "FailJob"),
        (REPLACEABLE, 64, "evicted", "Ignore"),  # the first rule that matches
        (Role("ps"), 1, "", "Count"),
        (Role("ps"), 64, "", "FailJob"),
        (Role("ps"), 143, "evicted", "FailJob"),
    ],
)
def test_the_policy_is_read_rule_by_rule(
    role: Role, code: int, disrupted: str, action: str
) -> None:
    assert verdict(policed("", role=role), failed(code, disrupted)) == action


@pytest.mark.parametrize(
    ("codes", "breaks", "counts"),
    [
        ([], None, 0),
        ([1, 1], None, 2),
        ([1, 1, 1], 2, 3),
        ([75, 75, 75, 75], None, 0),
        ([75, 1, 75, 64], 3, 2),
        ([64], 0, 1),
    ],
)
def test_a_job_gives_up_where_its_policy_says(
    codes: list[int], breaks: int | None, counts: int
) -> None:
    pods = [failed(code) for code in codes]
    one = policed("", retries=2)
    assert breaking(one, pods) is (None if breaks is None else pods[breaks])
    assert len(counted(one, pods)) == counts


def test_only_an_index_without_a_pod_gets_another() -> None:
    one = job_of(policed(""), now())
    first, second = pods_of(one, now())
    started(first, now())
    ended(second, 1, "", now())
    (new,) = replacements(one, [first, second], now())
    assert new["metadata"]["name"] == f"{one['metadata']['name']}-1-r1"
    assert new["metadata"]["labels"] == second["metadata"]["labels"]
    assert new["metadata"]["uid"] != second["metadata"]["uid"]
    assert replacements(one, [first, second, new], now()) == []
    ended(new, 1, "", now())
    assert [p["metadata"]["name"][-5:] for p in replacements(one, [first, second, new], now())] == [
        "-1-r2"
    ]


@pytest.mark.parametrize("why", ["deleted", "given up", "complete"])
def test_a_job_that_is_over_replaces_nothing(why: str) -> None:
    one = job_of(policed("", retries=0), now())
    first, second = pods_of(one, now())
    ended(first, 0, "", now())
    ended(second, 1 if why != "complete" else 0, "", now())
    if why == "deleted":
        one["metadata"]["deletionTimestamp"] = "now"
    else:
        settle(one, [first, second], now())
    assert replacements(one, [first, second], now()) == []


async def test_a_lost_pod_is_replaced_and_its_job_completes(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, policed(ONCE % 1))
    one, pods = await over(here)
    assert one.complete
    assert (one.succeeded, one.lost) == (2, 1)
    assert sorted((pod.index, pod.exit_code) for pod in pods) == [(0, 0), (1, 0), (1, 1)]


async def test_what_is_ignored_is_replaced_and_not_counted(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, policed(ONCE % 75, retries=0))
    one, _ = await over(here)
    assert (one.complete, one.lost) == (True, 0)


async def test_a_pod_that_always_fails_is_replaced_so_often_and_no_more(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    await here.create(KEY, policed("raise SystemExit(1)", role=Role("worker", replaceable=True)))
    one, pods = await over(here)
    assert one.failed is not None
    assert len(pods) == 3


async def test_a_runner_that_was_stopped_replaces_what_it_stopped(tmp_path: Path) -> None:
    wait = "import time; print('up', flush=True); time.sleep(600)"
    before = cluster(tmp_path)
    await before.create(KEY, policed(wait))
    await before.close(grace=5)
    after = cluster(tmp_path)
    await after.recover()
    seen = await until(after, lambda seen: seen.world.jobs[0].ready == 2)
    assert (seen.world.jobs[0].failed, seen.world.jobs[0].lost) == (None, 0)
    assert sum(pod.disrupted for pod in seen.world.pods) == 2
    await after.close(grace=5)
    assert (await look(after)).world.jobs[0].failed is None


async def test_a_program_of_others_is_heard_by_its_log(tmp_path: Path) -> None:
    here = cluster(tmp_path)
    code = "import sys; print('a\\n' * 90); sys.exit('KeyError: user')"
    await here.create(KEY, job(code, terminationMessagePolicy="FallbackToLogsOnError"))
    _, (pod,) = await over(here)
    assert (pod.exit_code, pod.said) == (1, "a | a | KeyError: user")


async def test_a_program_of_others_finds_the_modules_beside_it(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("NAME = 'clicks'")
    (tmp_path / "train.py").write_text("import os, sys, shop; print(shop.NAME, sys.argv[1])")
    here = cluster(tmp_path)
    one = job(
        "", terminationMessagePolicy="FallbackToLogsOnError", env=[{"name": "A", "value": "1"}]
    )
    container = one["spec"]["template"]["spec"]["containers"][0]
    container["command"] = ["python", "train.py", "$(A)$$(A)"]
    await here.create(KEY, one)
    done, (pod,) = await over(here)
    assert done.complete
    assert (tmp_path / "logs" / f"{pod.name}.log").read_text() == "clicks 1$(A)\n"
