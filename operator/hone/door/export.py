"""`hone export`: a run into an MLflow tracking server, once, however often it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from rich.console import Console
from rich.text import Text

from hone.api.run_outcome import Exported
from hone.door.answering import Answer, answer, show
from hone.door.mlflow_record import record, report_of
from hone.door.mlflow_run import experiment_of, keep, write
from hone.door.mlflow_server import Server
from hone.door.run_status import status_of
from hone.door.show import details
from hone.terminal.figures import values
from hone.terminal.findings import fetch, find
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.runs.naming import find as find_run
from hone_trainer.runs.places import ARTIFACTS

ADDRESS = "MLFLOW_TRACKING_URI"
WORDS = {"created": "is now", "updated": "was there in part, and is now", "there": "is already"}
NOWHERE = f"name a tracking server: --mlflow http://127.0.0.1:5000, or {ADDRESS}"


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    run: str
    mlflow: str | None
    experiment: str | None = None
    """Its name; that of the job where nothing is said."""
    report: bool = False
    """Whether the page of the evaluation is sent, too."""
    artifacts: Store = field(default_factory=lambda: Store(uri=ARTIFACTS))
    machine: bool = False
    """Whether one object is wanted, and no sentence."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Where it is said who asks."""


def main(request: Request, out: Console, err: Console) -> int:
    """Export a run; give the exit code."""
    return answer(lambda: _answer(request), request.machine, out, err)


def _answer(request: Request) -> Answer:
    told = export(request)
    line = f"run {told.run} {WORDS[told.state]} in experiment {told.experiment}: {told.url}"
    return Answer(told, lambda out: show([Text(line)], out))


def export(request: Request) -> Exported:
    """Write a run into a tracking server.

    Raises:
        StageFailure: there is no such run, or no server that takes it.
    """
    address = request.mlflow or request.environment.get(ADDRESS, "")
    if not address:
        raise StageFailure("MlflowWrong", NOWHERE)
    server = Server.of(address, request.environment)
    store, found = find_run(request.run, request.artifacts)
    about, status = details(store, found), status_of(found, store)
    metrics = {
        f"{stage.name}/{name}": value
        for stage in status.stages
        if stage.kind != "evaluate"  # what it found stands in its figures
        for name, value in values(stage.metrics).items()
    }
    whole = record(about, find(status, store.settings), metrics)
    experiment = request.experiment or about.job
    number = experiment_of(server, experiment)
    run, state = write(server, number, whole)
    if request.report:
        page = report_of(about)
        artifact = next((each for each in status.artifacts if each.uri == page), None)
        data = fetch(store.settings, artifact)
        if artifact is None or data is None:
            raise StageFailure(
                "ReportNotFound", f"run {about.run} has no report: leave out --report"
            )
        state = keep(server, run, artifact.sha256, data, state)
    url = f"{server.root}/#/experiments/{number}/runs/{run.info.run_id}"
    return Exported(run=about.run, experiment=experiment, state=state, url=url)
