"""The first look of a pod: its own attempts, then other jobs; the chief looks for its gang."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import Report, StageFailure
from hone_trainer.contract.stage import Stage
from hone_trainer.pod import first_look
from hone_trainer.pod.context import Context
from hone_trainer.pod.first_look import look, share
from hone_trainer.stages import AnyStage
from hone_trainer.store.reuse import place
from tests.trainer.conftest import CLICKS, Bench

GATE: dict[str, Any] = {"evaluate": {"require": []}}
SIZE = 3


def silent(words: str) -> None:
    """Hear what a pod waits for."""


def pod(bench: Bench, job: str, rank: int = 0, size: int = 1, **changes: Any) -> Context:
    return bench.context(bench.task("gate", GATE, job=job, **changes), rank, size)


def stage_of(ctx: Context) -> Stage:
    stage: Stage = AnyStage.model_validate(ctx.task.run).value
    return stage


def glance(ctx: Context, deadline: float = 60.0) -> tuple[Context, Report | None]:
    return look(ctx, stage_of(ctx), silent, deadline)


def work(bench: Bench, job: str, **changes: Any) -> Report:
    """Look, find nothing, commit and share."""
    ctx, found = glance(pod(bench, job, **changes))
    assert found is None
    report = ctx.commit([ctx.write("model", job.encode())], message=f"by {job}")
    share(ctx, stage_of(ctx), report)
    return report


def test_what_another_job_made_is_committed_as_a_reference(run_stage: Bench) -> None:
    first = work(run_stage, "first")
    ctx, found = glance(pod(run_stage, "second"))
    assert found is not None
    assert (found.reused, found.manifest) == ("shop/first/gate", first.manifest)
    assert run_stage.store.list("shop/second") == [f"{ctx.folder}/manifest.json"]
    assert glance(pod(run_stage, "second", attempt=1))[1] == found


def test_who_is_told_to_take_nothing_over_does_not_look(run_stage: Bench) -> None:
    work(run_stage, "first")
    second = work(run_stage, "second", reuse=False)
    _, found = glance(pod(run_stage, "third"))
    assert found is not None
    assert (found.reused, found.manifest) == ("shop/second/gate", second.manifest)
    assert glance(pod(run_stage, "second", attempt=1, reuse=False))[1] == second


def gang(bench: Bench, job: str, **changes: Any) -> list[Report | None]:
    """Have all pods of a gang look; give what each found."""
    pods = [pod(bench, job, rank, SIZE, **changes) for rank in range(SIZE)]
    with ThreadPoolExecutor(SIZE) as pool:
        waiting = [pool.submit(glance, ctx) for ctx in pods[1:]]
        first = glance(pods[0])[1]
        return [first, *(each.result()[1] for each in waiting)]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_look, "PAUSE_S", 0.01)


def test_all_pods_end_where_the_chief_finds_it(run_stage: Bench) -> None:
    work(run_stage, "first")
    chief, *others = gang(run_stage, "second")
    assert chief is not None
    assert chief.reused == "shop/first/gate"
    assert all(each is not None for each in others)
    assert all(each is not None for each in gang(run_stage, "second", attempt=1))


@pytest.mark.parametrize("reuse", [True, False])
def test_all_pods_work_where_it_finds_nothing(run_stage: Bench, reuse: bool) -> None:
    assert gang(run_stage, "second", reuse=reuse) == [None] * SIZE


def test_a_gang_that_went_to_work_stays_at_it(run_stage: Bench) -> None:
    """Another job may commit the same meanwhile, and a chief be started again beside its gang."""
    assert gang(run_stage, "second") == [None] * SIZE
    work(run_stage, "first")
    assert gang(run_stage, "second") == [None] * SIZE
    assert None not in gang(run_stage, "second", attempt=1)


def test_without_a_word_of_the_chief_the_gang_is_not_whole(run_stage: Bench) -> None:
    with pytest.raises(StageFailure) as caught:
        glance(pod(run_stage, "second", 1, SIZE), deadline=0.0)
    assert (caught.value.reason, caught.value.retry) == ("GangIncomplete", True)


def prepare(bench: Bench, job: str, file: Path, **changes: Any) -> Context:
    run = {"prepare": CLICKS["prepare"] | {"source": {"csv": {"uri": str(file)}}}}
    return bench.context(bench.task("data", run, job=job, **changes))


@pytest.fixture
def clicks_csv(tmp_path: Path) -> Path:
    file = tmp_path / "clicks.csv"
    file.write_text("user,item,clicked\nu,i,1\n")
    return file


def test_other_rows_are_another_output(run_stage: Bench, clicks_csv: Path) -> None:
    ctx, _ = glance(prepare(run_stage, "first", clicks_csv))
    share(ctx, stage_of(ctx), ctx.commit())
    assert glance(prepare(run_stage, "second", clicks_csv))[1] is not None
    clicks_csv.write_text("user,item,clicked\nu,i,0\n")
    assert glance(prepare(run_stage, "third", clicks_csv))[1] is None


def test_rows_that_change_on_the_way_are_offered_to_nobody(
    run_stage: Bench, clicks_csv: Path
) -> None:
    ctx, _ = glance(prepare(run_stage, "first", clicks_csv))
    clicks_csv.write_text("user,item,clicked\nu,i,0\n")
    share(ctx, stage_of(ctx), ctx.commit())
    assert not run_stage.store.entries("shop/.reuse")


def test_rows_that_have_gone_since_take_nothing_from_who_committed(
    run_stage: Bench, clicks_csv: Path
) -> None:
    ctx, _ = glance(prepare(run_stage, "first", clicks_csv))
    report = ctx.commit()
    clicks_csv.unlink()
    share(ctx, stage_of(ctx), report)
    assert glance(prepare(run_stage, "first", clicks_csv, attempt=1))[1] == report
    with pytest.raises(StageFailure) as caught:
        glance(prepare(run_stage, "second", clicks_csv))
    assert caught.value.reason == "InputNotFound"


def test_the_rows_of_a_query_are_known_to_their_own_job_alone(run_stage: Bench) -> None:
    source = {"sql": {"query": "SELECT 1", "secretName": "shop"}}
    run = {"prepare": CLICKS["prepare"] | {"source": source}}
    ctx, found = glance(run_stage.context(run_stage.task("data", run, job="first")))
    assert (ctx.key, found) == ("", None)
    report = ctx.commit()
    share(ctx, stage_of(ctx), report)
    assert not run_stage.store.entries("shop/.reuse")
    assert glance(run_stage.context(run_stage.task("data", run, job="second")))[1] is None
    assert glance(run_stage.context(run_stage.task("data", run, job="first")))[1] == report


def test_a_store_that_takes_no_signpost_is_no_reason_to_fail(
    run_stage: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, _ = glance(pod(run_stage, "first"))
    report = ctx.commit()

    def refused(path: str, data: bytes) -> bool:
        raise StageFailure("StorageForbidden", f"no right to use {path}: {len(data)}")

    monkeypatch.setattr(ctx.store, "create", refused)
    share(ctx, stage_of(ctx), report)
    assert run_stage.store.entry(place("shop", ctx.key)) is None


def test_a_moment_of_change_is_enough_to_read_again(run_stage: Bench, clicks_csv: Path) -> None:
    """Nothing is read to find out: what was touched is made again, once."""
    before, _ = glance(prepare(run_stage, "first", clicks_csv))
    os.utime(clicks_csv, (1, 1))
    after, _ = glance(prepare(run_stage, "second", clicks_csv))
    assert before.key != after.key
