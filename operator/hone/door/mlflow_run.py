"""A run on its way into a tracking server: what is there is left, what is missing is written."""

from collections.abc import Sequence
from typing import Any, Literal

from hone.door.mlflow_answers import Created, Experiment, Found, Run, Search
from hone.door.mlflow_record import Record
from hone.door.mlflow_server import Server
from hone_trainer.contract.assignment import StageFailure

KEY, DONE, SENT = "hone.run", "hone.exported", "hone.report.sha256"
"""Tags: which run it is; how it had ended when all of it was there; the page that was sent."""
MOST = {"params": 100, "metrics": 500, "tags": 100}
"""Of each that one call takes."""
State = Literal["created", "updated", "there"]


def write(server: Server, experiment: str, whole: Record) -> tuple[Run, State]:
    """Write what is not there yet; give the server's run, and what became of it.

    Whoever is interrupted left no tag that says all of it is there: the next call goes on.
    """
    run, state = _known(server, experiment, whole.tags[KEY]), "updated"
    if run is None:
        first = {"key": KEY, "value": whole.tags[KEY]}
        asked = {"experiment_id": experiment, "run_name": whole.name, "start_time": whole.started}
        made = server.tell("runs/create", **asked, tags=[first])
        run, state = server.read(Created, made).run, "created"
    done = f"{whole.status} {whole.ended or 0}"
    if run.tags.get(DONE) == done:
        return run, "there"
    run_id = run.info.run_id
    known = {each.key for each in run.data.params}
    params = [(key, value) for key, value in whole.params.items() if key not in known]
    points = [
        {"key": p.key, "value": p.value, "timestamp": p.timestamp, "step": p.step}
        for p in whole.points
    ]
    told: dict[str, Sequence[Any]] = {
        "params": [{"key": key, "value": value} for key, value in params],
        "metrics": points,
        "tags": [{"key": key, "value": value} for key, value in whole.tags.items()],
    }
    for kind, most in MOST.items():
        for at in range(0, len(told[kind]), most):
            server.tell("runs/log-batch", run_id=run_id, **{kind: told[kind][at : at + most]})
    ended = {"end_time": whole.ended} if whole.ended else {}
    server.tell("runs/update", run_id=run_id, status=whole.status, **ended)
    if whole.ended:
        server.tell("runs/set-tag", run_id=run_id, key=DONE, value=done)
    return run, "created" if state == "created" else "updated"


def experiment_of(server: Server, name: str) -> str:
    """Return the number of an experiment; made where there is none of this name."""
    try:
        found = _named(server, name)
    except StageFailure as failure:
        if failure.reason != "RESOURCE_DOES_NOT_EXIST":
            raise
        try:
            made = server.tell("experiments/create", name=name)
            return server.read(Experiment, made).experiment_id
        except StageFailure as lost:
            if lost.reason != "RESOURCE_ALREADY_EXISTS":
                raise
            found = _named(server, name)
    if found.lifecycle_stage == "deleted":
        message = f"experiment {name} of {server.root} is deleted: restore it, or name another"
        raise StageFailure("MlflowRefused", f"{message} by --experiment")
    return found.experiment_id


def _named(server: Server, name: str) -> Experiment:
    said = server.ask("experiments/get-by-name", experiment_name=name)
    return server.read(Found, said).experiment


def _known(server: Server, experiment: str, uid: str) -> Run | None:
    """Return the run that stands for this one; None where there is none."""
    asked = {"experiment_ids": [experiment], "filter": f"tags.`{KEY}` = '{uid}'", "max_results": 1}
    said = server.tell("runs/search", **asked, run_view_type="ACTIVE_ONLY")
    runs = server.read(Search, said).runs
    return runs[0] if runs else None


def keep(server: Server, run: Run, digest: str, data: bytes, state: State) -> State:
    """Send the page of the evaluation, unless it is there."""
    if run.tags.get(SENT) == digest:
        return state
    server.put(run.info.artifact_uri, "report.html", data)
    server.tell("runs/set-tag", run_id=run.info.run_id, key=SENT, value=digest)
    return state if state == "created" else "updated"
