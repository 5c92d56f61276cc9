"""What another job made is found by its key where it is whole, and made again where it is not."""

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hone_trainer.contract.assignment import Assignment, Report, StageFailure
from hone_trainer.pod.context import Context
from hone_trainer.store.artifact_store import ArtifactStore
from hone_trainer.store.reuse import FOLDER, Signpost, committed, find, keep, place
from tests.trainer.conftest import Bench

RUN: dict[str, Any] = {"evaluate": {"require": []}}
KEY = "5e1f" * 16


def context(bench: Bench, key: str = KEY, **changes: Any) -> Context:
    """Return the surroundings of a pod of some job."""
    return replace(bench.context(bench.task("gate", RUN, **changes)), key=key)


def made(bench: Bench, job: str = "demo", key: str = KEY, data: bytes = b"weights") -> Report:
    """Have a job commit two files, and let others find them."""
    ctx = context(bench, key, job=job)
    files = (ctx.write("model", data), ctx.write("page.html", b"<p>"))
    report = ctx.commit(files, message=f"made by {job}", show=["model"])
    assert report.manifest is not None
    keep(bench.store, "shop", report.manifest)
    return report


def entry(bench: Bench, key: str = KEY) -> Signpost:
    return Signpost.model_validate_json(bench.store.get(place("shop", key)))


def file_of(bench: Bench, report: Report, name: str = "model") -> Path:
    return Path(bench.manifest(report).file(name).uri)


def test_another_job_finds_it_where_it_lies(run_stage: Bench) -> None:
    report = made(run_stage)
    found = find(run_stage.store, "shop", KEY)
    assert found is not None
    assert found.reused == "shop/demo/gate"
    assert found.message == "reused from shop/demo/gate: made by demo"
    assert (found.manifest, found.artifacts) == (report.manifest, report.artifacts)
    assert place("shop", KEY) == f"shop/{FOLDER}/{KEY}.json"


def test_nothing_is_found_under_another_key_or_in_another_namespace(run_stage: Bench) -> None:
    made(run_stage)
    assert find(run_stage.store, "shop", "0" * 64) is None
    assert find(run_stage.store, "other", KEY) is None


def test_a_signpost_to_another_namespace_is_not_followed(run_stage: Bench) -> None:
    """Whoever may write there makes it say anything; what it names has to be of the namespace."""
    made(run_stage)
    run_stage.store.put(place("other", KEY), entry(run_stage).encode())
    assert find(run_stage.store, "other", KEY) is None


@pytest.mark.parametrize("data", [b"", b"{", b'{"manifest": {}}', b'{"version": 9}'])
def test_a_signpost_that_cannot_be_read_is_passed_over_and_replaced(
    run_stage: Bench, data: bytes
) -> None:
    run_stage.store.put(place("shop", KEY), data)
    assert find(run_stage.store, "shop", KEY) is None
    made(run_stage)
    assert find(run_stage.store, "shop", KEY) is not None


def test_a_signpost_to_what_was_made_of_something_else_is_not_followed(run_stage: Bench) -> None:
    made(run_stage, key="0" * 64)
    run_stage.store.put(place("shop", KEY), entry(run_stage, "0" * 64).encode())
    assert find(run_stage.store, "shop", KEY) is None


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])


@pytest.mark.parametrize("harm", [Path.unlink, shorten, flip])
@pytest.mark.parametrize("name", ["model", "page.html", "manifest"])
def test_what_is_damaged_is_made_again_and_found_again(
    run_stage: Bench, harm: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    first = made(run_stage)
    assert first.manifest is not None
    harm(Path(first.manifest.uri) if name == "manifest" else file_of(run_stage, first, name))
    with caplog.at_level(logging.WARNING, "hone"):
        assert find(run_stage.store, "shop", KEY) is None
    assert "not taken over, but made again" in caplog.text
    second = made(run_stage, "later")
    found = find(run_stage.store, "shop", KEY)
    assert found is not None
    assert (found.manifest, found.reused) == (second.manifest, "shop/later/gate")


def test_of_two_that_made_it_at_once_the_first_stays(run_stage: Bench) -> None:
    first = made(run_stage)
    second = made(run_stage, "later")
    assert entry(run_stage).manifest == first.manifest != second.manifest


def test_who_was_told_to_begin_anew_is_found_from_then_on(run_stage: Bench) -> None:
    made(run_stage)
    second = made(run_stage, "later")
    assert second.manifest is not None
    keep(run_stage.store, "shop", second.manifest, anew=True)
    assert entry(run_stage).manifest == second.manifest


def test_what_lies_untouched_is_not_read(run_stage: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    report = made(run_stage)
    read: list[str] = []
    store = run_stage.store
    get = store.get

    def noted(path: str) -> bytes:
        read.append(path)
        return get(path)

    monkeypatch.setattr(store, "get", noted)
    assert find(store, "shop", KEY) is not None
    assert {Path(path).name for path in read} == {f"{KEY}.json", "manifest.json"}
    os.utime(file_of(run_stage, report))  # copied, or touched: now only its bytes tell
    assert find(store, "shop", KEY) is not None
    assert "model" in {Path(path).name for path in read}
    read.clear()
    assert find(store, "shop", KEY) is not None
    assert "model" not in {Path(path).name for path in read}


def test_a_reference_is_found_by_later_attempts_and_leads_to_what_was_made(
    run_stage: Bench,
) -> None:
    made(run_stage)
    ctx = context(run_stage, job="later")
    found = find(ctx.store, "shop", KEY)
    assert found is not None
    assert ctx.refer(found) == found
    again = context(run_stage, job="later", attempt=1)
    assert committed(again.store, again.task, again.digest) == found
    (path,) = [path for path in ctx.store.list("shop/later") if path.endswith(".json")]
    assert len(ctx.store.get(path)) < 2000


def test_a_reference_to_what_has_gone_is_none(run_stage: Bench) -> None:
    report = made(run_stage)
    ctx = context(run_stage, job="later")
    found = find(ctx.store, "shop", KEY)
    assert found is not None
    ctx.refer(found)
    file_of(run_stage, report).unlink()
    again = context(run_stage, job="later", attempt=1)
    assert committed(again.store, again.task, again.digest) is None


def test_a_storage_that_is_away_is_waited_for_and_not_taken_for_nothing(
    run_stage: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(path: str) -> bytes:
        raise StageFailure("StorageUnreachable", f"no {path}", retry=True)

    made(run_stage)
    store = run_stage.store
    monkeypatch.setattr(store, "get", away)
    with pytest.raises(StageFailure, match="no shop"):
        find(store, "shop", KEY)


def test_a_store_in_which_nobody_may_look_has_nothing(
    run_stage: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str) -> bytes:
        raise StageFailure("StorageForbidden", f"no {path}")

    made(run_stage)
    store = run_stage.store
    monkeypatch.setattr(store, "get", refused)
    assert find(store, "shop", KEY) is None


def test_in_a_bucket_as_in_a_folder(store: ArtifactStore) -> None:
    """There, versions are ETags, and whoever rewrites an object changes its own."""
    task = Assignment(
        namespace="shop", job="demo", uid="1", stage="gate", run=RUN, store=store.settings
    )
    ctx = Context(task, store, Path(), print, digest="d", key=KEY)
    file = ctx.write("model", b"weights")
    report = ctx.commit([file])
    assert report.manifest is not None
    keep(store, "shop", report.manifest)
    found = find(store, "shop", KEY)
    assert found is not None
    assert found.manifest == report.manifest
    path = file.uri.removeprefix(store.uri(""))
    store.put(path, b"weighty")
    assert find(store, "shop", KEY) is None
    store.put(path, b"weights")
    assert find(store, "shop", KEY) is not None
    store.delete(path)
    assert find(store, "shop", KEY) is None
