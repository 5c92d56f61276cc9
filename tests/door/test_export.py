"""`hone export`, into MLflow's own server."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from hone.__main__ import main
from hone.api.run_outcome import Exported
from hone.door.mlflow_server import Server
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.door.judged import judged
from tests.door.tracking import asked, experiment, pairs, runs, serving
from tests.trainer.runs.records import Pods

UID = "3f2a91c0-aaaa"
HISTORY = ({"valAuc": 0.7, "valLoss": 0.6}, {"valAuc": 0.8, "valLoss": 0.5})
PAGE = b"<html>what was found</html>"
Printed = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("mlflow")
    with serving(folder, "--artifacts-destination", str(folder / "files")) as address:
        yield address


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ArtifactStore:
    monkeypatch.chdir(tmp_path)
    for name in ("URI", "USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    return open_store(Store(uri=".hone/artifacts"))


def told(printed: Printed, *words: str) -> Exported:
    assert main(["export", UID[:8], "-o", "json", *words]) == 0
    return Exported.model_validate_json(printed.readouterr().out)


def refused(printed: Printed, *words: str) -> str:
    assert main(["export", UID[:8], *words]) == 2
    return printed.readouterr().err


def test_without_a_server_none_is_made_up(shelf: ArtifactStore, capsys: Printed) -> None:
    judged(shelf, UID, 0.9)
    assert "name a tracking server: --mlflow" in refused(capsys)


def test_a_run_that_is_not_there_is_said_before_a_server_is_asked(
    shelf: ArtifactStore, capsys: Printed
) -> None:
    assert "has no run 3f2a91c0" in refused(capsys, "--mlflow", "http://127.0.0.1:1")


@pytest.mark.slow
def test_a_run_is_there_with_its_spec_its_figures_and_its_dates(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    judged(shelf, UID, 0.9, namespace="whole", epochs=9, history=HISTORY)
    said = told(capsys, "--mlflow", server)
    assert (said.state, said.experiment) == ("created", "whole/clicks")
    [run] = runs(server, "whole/clicks")
    assert said.url == (
        f"{server}/#/experiments/{experiment(server, 'whole/clicks')}/runs/{run['info']['run_id']}"
    )
    assert run["info"]["status"] == "FINISHED"
    assert run["info"]["end_time"] - run["info"]["start_time"] == 5000
    assert pairs(run, "params")["train.train.epochs"] == "9"
    figures = pairs(run, "metrics")
    assert [figures[f"test/clicked/auc{end}"] for end in ("", ".low", ".high")] == [0.9, 0.88, 0.92]
    assert pairs(run, "tags")["hone.run"] == UID
    about = f"run_id={run['info']['run_id']}&metric_key=epochs/valAuc"
    course = asked(server, f"metrics/get-history?{about}")
    assert [(each["step"], each["value"]) for each in course["metrics"]] == [(1, 0.7), (2, 0.8)]


@pytest.mark.slow
def test_a_second_export_changes_nothing_and_says_so(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    judged(shelf, UID, 0.9, namespace="twice", history=HISTORY)
    first = told(capsys, "--mlflow", server)
    before = runs(server, "twice/clicks")
    again = told(capsys, "--mlflow", f"{server}/")
    assert (first.state, again.state, again.url) == ("created", "there", first.url)
    assert runs(server, "twice/clicks") == before


@pytest.mark.slow
@pytest.mark.parametrize("calls", range(1, 8))
def test_an_export_that_was_cut_off_is_brought_to_its_end(
    shelf: ArtifactStore,
    server: str,
    capsys: Printed,
    monkeypatch: pytest.MonkeyPatch,
    calls: int,
) -> None:
    job = f"cut{calls}"
    judged(shelf, UID, 0.9, namespace=job, history=HISTORY)
    left, tell = calls, Server.tell

    def cut(self: Server, path: str, **said: Any) -> dict[str, Any]:
        nonlocal left
        left -= 1
        if left < 0:
            raise StageFailure("MlflowUnreachable", "the line is dead")
        return tell(self, path, **said)

    with monkeypatch.context() as broken:
        broken.setattr(Server, "tell", cut)
        assert "the line is dead" in refused(capsys, "--mlflow", server)
    assert told(capsys, "--mlflow", server).state == ("created" if calls < 3 else "updated")
    [run] = runs(server, f"{job}/clicks")
    assert run["info"]["status"] == "FINISHED"
    assert {"epochs/valAuc", "test/clicked/auc"} <= pairs(run, "metrics").keys()
    assert pairs(run, "params")["train.train.epochs"] == "2"
    assert told(capsys, "--mlflow", server).state == "there"


@pytest.mark.slow
def test_a_run_that_went_on_is_brought_up_to_date(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    pods = Pods(shelf, UID, namespace="on")
    pods.run("data")
    assert told(capsys, "--mlflow", server).state == "created"
    assert runs(server, "on/clicks")[0]["info"]["status"] == "RUNNING"
    pods.run("train", member=0)
    pods.run("train", member=1)
    assert told(capsys, "--mlflow", server).state == "updated"
    [run] = runs(server, "on/clicks")
    assert run["info"]["status"] == "FINISHED"
    assert pairs(run, "tags")["hone.state"] == "Complete"


@pytest.mark.slow
def test_a_spec_of_hundreds_of_fields_fits(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    pods = Pods(shelf, UID, namespace="many")
    columns = [{"name": f"Größe {n} €", "number": {"fill": "é" * 600}} for n in range(250)]
    stages = [{"name": "data", "prepare": {"columns": columns}}]
    pods.planned = pods.planned.model_copy(update={"spec": {"stages": stages}})
    pods.run("data", "InputNotFound")
    assert told(capsys, "--mlflow", server).state == "created"
    [run] = runs(server, "many/clicks")
    assert run["info"]["status"] == "FAILED"
    assert len(pairs(run, "params")) == 250


@pytest.mark.slow
def test_the_page_is_sent_on_wish_and_once(
    shelf: ArtifactStore, server: str, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged(shelf, UID, 0.9, namespace="page", page=PAGE)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    assert told(capsys).state == "created"
    [run] = runs(server, "page/clicks")
    listed = f"artifacts/list?run_id={run['info']['run_id']}"
    assert not asked(server, listed).get("files")
    assert told(capsys, "--report").state == "updated"
    assert [each["path"] for each in asked(server, listed)["files"]] == ["report.html"]
    got = f"{server}/get-artifact?run_id={run['info']['run_id']}&path=report.html"
    with urlopen(got) as answer:
        assert answer.read() == PAGE
    assert told(capsys, "--report").state == "there"


@pytest.mark.slow
def test_a_run_without_a_page_cannot_send_one(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    judged(shelf, UID, 0.9, namespace="bare")
    assert "leave out --report" in refused(capsys, "--mlflow", server, "--report")


@pytest.mark.slow
def test_a_deleted_experiment_is_not_written_to(
    shelf: ArtifactStore, server: str, capsys: Printed
) -> None:
    judged(shelf, UID, 0.9, namespace="gone")
    told(capsys, "--mlflow", server, "--experiment", "mine")
    asked(server, "experiments/delete", experiment_id=experiment(server, "mine"))
    found = refused(capsys, "--mlflow", server, "--experiment", "mine")
    assert "experiment mine of" in found
    assert "restore it" in found
