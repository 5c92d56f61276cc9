"""The commit: exactly once, found again by later attempts, small enough for a kubelet."""

import json
from typing import Any

import pytest

from hone_trainer.contract.assignment import MESSAGE_LIMIT, Artifact, Report, Source, StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.models.network import Network
from hone_trainer.store.manifest import MANIFEST
from hone_trainer.store.reuse import committed
from tests.trainer.conftest import CLICKS

RUN: dict[str, Any] = {"evaluate": {"require": []}}


def test_the_manifest_is_the_output(run_stage: Any) -> None:
    ctx = run_stage.context(run_stage.task("gate", RUN, attempt=2))
    model = ctx.write("model/weights.npz", b"weights")
    assert committed(run_stage.store, ctx.task, ctx.digest) is None  # files alone are litter
    report = ctx.commit([model], {"rows": 3}, {"auc": 0.5}, "fine", show=["model/weights.npz"])
    manifest = run_stage.manifest(report)
    assert manifest.files == (model,)
    assert model.format == "npz"
    assert (manifest.stage, manifest.kind, manifest.attempt) == ("gate", "evaluate", 2)
    assert manifest.facts == {"rows": 3}
    assert [artifact.name for artifact in report.artifacts] == ["manifest", "model/weights.npz"]
    assert report.manifest is not None
    assert report.manifest.uri.endswith(f"{ctx.task.prefix}/2/{MANIFEST}")


def test_a_figure_that_is_no_number_is_left_out(run_stage: Any) -> None:
    ctx = run_stage.context(run_stage.task("gate", RUN))
    report = ctx.commit(metrics={"auc": float("nan"), "rows": 3, "loss": float("inf")})
    assert [(each.name, each.value) for each in report.metrics] == [("rows", "3")]


def test_a_later_attempt_finds_it(run_stage: Any) -> None:
    first = run_stage.context(run_stage.task("gate", RUN)).commit(message="first")
    later = run_stage.task("gate", RUN, attempt=3)
    digest = run_stage.context(later).digest
    assert committed(run_stage.store, later, digest) == first


def test_a_zombie_of_the_attempt_yields(run_stage: Any) -> None:
    task = run_stage.task("gate", RUN)
    ours, zombie = run_stage.context(task), run_stage.context(task)
    file = ours.write("model", b"ours")
    theirs = zombie.write("model", b"theirs")
    assert file.uri != theirs.uri
    committed_first = ours.commit([file], message="ours")
    assert zombie.commit([theirs], message="theirs") == committed_first
    assert run_stage.store.fetch(file) == b"ours"
    assert run_stage.store.fetch(theirs) == b"theirs"


def test_the_same_bytes_twice_are_one_file(run_stage: Any) -> None:
    ctx = run_stage.context(run_stage.task("gate", RUN))
    assert ctx.write("model", b"same") == ctx.write("model", b"same")


def test_another_configuration_never_shares_an_attempt(run_stage: Any) -> None:
    run_stage.context(run_stage.task("gate", RUN)).commit()
    with pytest.raises(StageFailure, match="another configuration") as caught:
        run_stage.context(run_stage.task("gate", RUN, seed=9)).commit()
    assert caught.value.retry


def test_only_the_chief_commits(run_stage: Any) -> None:
    with pytest.raises(RuntimeError):
        run_stage.context(run_stage.task("gate", RUN), rank=1, size=2).commit()


def test_a_damaged_manifest_is_named(run_stage: Any) -> None:
    task = run_stage.task("gate", RUN)
    run_stage.store.put(f"{task.prefix}/0/{MANIFEST}", b'{"stage": 3}')
    with pytest.raises(StageFailure, match=r"0/manifest\.json: stage") as caught:
        committed(run_stage.store, task, run_stage.context(task).digest)
    assert caught.value.reason == "ManifestUnreadable"


def test_the_termination_message_fits(run_stage: Any) -> None:
    ctx = run_stage.context(run_stage.task("gate", RUN))
    names = [f"file-{i}-{'n' * 90}" for i in range(6)]
    report = ctx.commit(
        [ctx.write(name, b"x") for name in names],
        metrics={f"metric{i}{'m' * 50}": i / 7 for i in range(20)},
        message="ü" * 2000,
        show=names,
    )
    text = report.encode()
    assert len(text.encode()) <= MESSAGE_LIMIT
    assert Report.model_validate(json.loads(text)).manifest == report.manifest


def test_cautions_reach_the_report_and_give_way_to_what_it_is_for(run_stage: Any) -> None:
    ctx = run_stage.context(run_stage.task("gate", RUN))
    said = [f"{k}: {'w' * 400}" for k in range(7)]
    report = ctx.commit(cautions=said, metrics={"auc": 0.5})
    assert [text[:2] for text in report.cautions[:3]] == ["0:", "1:", "2:"]
    assert report.cautions[0].endswith("w…")
    assert report.cautions[3] == "and 4 more: see its report"
    assert run_stage.manifest(report).cautions == report.cautions
    files = [Artifact(name="f", uri="u" * 1000, sha256="", size_bytes=1)] * 3
    large = report.model_copy(update={"artifacts": tuple(files)})
    kept = Report.model_validate(json.loads(large.encode()))
    assert (len(kept.artifacts), len(kept.cautions)) == (3, 1)
    assert kept.metrics == report.metrics


def test_sources_are_those_of_the_latest_stage(run_stage: Any) -> None:
    manifest = Artifact(name="manifest", uri="/x", sha256="1", size_bytes=1)

    def source(stage: str, makes: str, member: int = 0) -> Source:
        return Source(stage=stage, kind="k", makes=makes, member=member, manifest=manifest)

    run_stage.sources = [
        source("data", "dataset"),
        source("train", "model", 1),
        source("train", "model", 0),
    ]
    ctx = run_stage.context(run_stage.task("gate", {}))
    assert [s.member for s in ctx.sources("model")] == [0, 1]
    assert ctx.sources("dataset")[0].stage == "data"
    run_stage.sources = []
    with pytest.raises(StageFailure, match="no stage before 'gate' makes a model"):
        Network.members(run_stage.context(run_stage.task("gate", {})))


@pytest.mark.parametrize("name", ["manifest", "transform.json", "tables.arrow"])
@pytest.mark.parametrize(
    ("what", "reason"), [(b"{}", "ArtifactDamaged"), (None, "ArtifactMissing")]
)
def test_damage_is_found_by_the_next_stage_whoever_would_read_it(
    run_stage: Any, name: str, what: bytes | None, reason: str
) -> None:
    report = run_stage("data", CLICKS)
    manifest = run_stage.manifest(report)
    whole = report.manifest if name == "manifest" else manifest.file(name)
    path = whole.uri.removeprefix(f"{run_stage.store.root}/")
    if what is None:
        run_stage.store.delete(path)
    else:
        run_stage.store.put(path, what)
    task = run_stage.task("train", {"train": {"model": {"recommendation": {"lstm": {}}}}})
    with pytest.raises(StageFailure) as caught:
        Dataset.of(run_stage.context(task))
    assert caught.value.reason == reason
