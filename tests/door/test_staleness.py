"""What a job made on this machine is held against the rows and the code that are there now."""

from pathlib import Path
from typing import Any

import pytest

from hone.api.job import OptimizationJob
from hone.door.staleness import stale
from hone_trainer.contract.assignment import Assignment, Source, Store
from hone_trainer.pod.context import Context
from hone_trainer.pod.first_look import look, share
from hone_trainer.store.artifact_store import open_store
from hone_trainer.store.input_digest import input_digest

STAGES: list[dict[str, Any]] = [
    {
        "name": "data",
        "prepare": {
            "source": {"csv": {"uri": "clicks.csv"}},
            "tasks": [{"binary": {"label": "clicked"}}],
            "columns": [{"name": "user", "id": {}}],
        },
    },
    {"name": "train", "train": {"model": {"generic": {"linear": {}}}, "members": 2}},
    {"name": "custom", "image": "x", "custom": {"command": ["true"]}},
    {"name": "fuse", "fuse": {"vote": {}}},
]


class Bench:
    """A job, and the commits of its stages, without their work."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self.rows = self.home / "clicks.csv"
        self.rows.write_text("user,clicked\nu,1\n")
        self.store = Store(uri=str(folder / "artifacts"))

    def job(self, uid: str = "1", stages: list[dict[str, Any]] = STAGES) -> OptimizationJob:
        spec = {"artifacts": {"uri": self.store.uri}, "stages": stages}
        return OptimizationJob.model_validate(
            {"namespace": "shop", "name": "demo", "uid": uid, "spec": spec}
        )

    def make(self, job: OptimizationJob, until: str = "") -> None:
        """Have all pods of the stages before one look, and commit where there is nothing."""
        sources: list[Source] = []
        for spec in job.spec.stages:
            stage = spec.value
            if spec.name == until:
                return
            for gang in stage.gangs() if stage.reports else ():
                task = Assignment(
                    namespace=job.namespace,
                    job=job.name,
                    uid=job.uid,
                    stage=spec.name,
                    run={spec.kind: stage.dump()},
                    member=gang.member,
                    members=len(stage.gangs()),
                    store=self.store,
                    sources=tuple(each for each in sources if each.stage != spec.name),
                )
                store = open_store(self.store)
                digest = input_digest(task, stage, store)
                ctx = Context(task, store, self.home, print, makes=stage.makes, digest=digest)
                ctx, report = look(ctx, stage, print)
                if report is None:
                    report = ctx.commit([ctx.write("model", b"x")])
                    share(ctx, stage, report)
                assert report.manifest is not None
                known = {"stage": spec.name, "kind": spec.kind, "makes": stage.makes or ""}
                if stage.makes:
                    sources.append(Source(**known, member=gang.member, manifest=report.manifest))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench(tmp_path)
    monkeypatch.chdir(made.home)
    return made


def test_what_would_be_made_the_same_way_is_not_stale(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bench.make(bench.job())
    monkeypatch.chdir(tmp_path)  # relative paths start from the job's own folder
    assert stale(bench.job(), bench.home) == ""
    assert Path.cwd() == tmp_path


def test_a_job_that_took_everything_over_is_not_stale_either(bench: Bench) -> None:
    bench.make(bench.job())
    bench.make(bench.job(uid="2"))
    assert stale(bench.job(uid="2"), bench.home) == ""


def test_other_rows_are_told(bench: Bench) -> None:
    bench.make(bench.job())
    bench.rows.write_text("user,clicked\nu,0\n")
    assert stale(bench.job(), bench.home) == "what stage data reads has changed"


@pytest.mark.parametrize("kind", ["prepare", "train", "fuse"])
def test_other_code_is_told(bench: Bench, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.make(bench.job())
    place = "hone_trainer.store.input_digest.code_digest"
    monkeypatch.setattr(place, lambda room: "new" if room == kind else _code(room))
    name = {"prepare": "data"}.get(kind, kind)
    assert stale(bench.job(), bench.home) == f"stage {name} was made by other code"


def _code(room: str) -> str:
    from hone_trainer.store.code_digest import code_digest

    return code_digest(room)


@pytest.mark.parametrize("until", ["data", "train", "fuse"])
def test_what_was_not_made_yet_is_not_stale(bench: Bench, until: str) -> None:
    bench.make(bench.job(), until)
    assert stale(bench.job(), bench.home) == ""


def test_rows_that_have_gone_leave_what_was_made_of_them(bench: Bench) -> None:
    bench.make(bench.job())
    bench.rows.unlink()
    assert stale(bench.job(), bench.home) == ""
