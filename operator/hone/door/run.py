"""`hone run`: a job file, from raw data to a small model, on this machine."""

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from hone.api.job import OptimizationJob
from hone.api.outcome import Outcome
from hone.api.status import JobStatus
from hone.cluster.local_files import Folder, Taken, Unrecorded, submit
from hone.cluster.port import Key
from hone.door.documents import called, home_of
from hone.door.jobfile import WrongFile, check, read
from hone.plan import record
from hone.plan.retry import retry
from hone.plan.world import stamp
from hone_trainer.contract.assignment import Store

COMPLETE, FAILED, WRONG, STOPPED = 0, 1, 2, 130
ANEW = "beginning anew, with what is the same taken over"


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    file: Path
    """``-`` for standard input."""
    state: Path = Path(".hone")
    artifacts: str | None = None
    fresh: bool = False
    tell: Callable[[Outcome], None] | None = None
    """Is told how the job has ended; nobody where nothing is said."""
    around: Mapping[str, str] = field(default_factory=dict)
    """Variables of this machine, which its pods see too."""

    @property
    def home(self) -> Path:
        """The folder that relative paths in the job start from: the file's own."""
        return home_of(self.file)


def main(request: Request, console: Console) -> int:
    """Run the job and give the exit code."""
    try:
        file = localized(read(request.file), request)
    except WrongFile as wrong:
        return _reject(request, called(request.file), str(wrong), console)
    key = Key(file["metadata"].get("namespace", "default"), file["metadata"]["name"])
    folder = Folder(request.state / key.namespace / key.name)
    try:
        folder.lock()
        return _run(key, folder, file, request, console)
    except (Taken, Unrecorded) as wrong:
        return _reject(request, str(key), str(wrong), console)
    finally:
        folder.unlock()


def _reject(request: Request, job: str, why: str, console: Console) -> int:
    console.print(why, style="red", soft_wrap=True, markup=False, highlight=False)
    if request.tell:
        request.tell(Outcome(job=job, phase="Rejected", message=why))
    return WRONG


def localized(file: dict[str, Any], request: Request) -> dict[str, Any]:
    """Return the job with its artifacts in a folder: the bucket in the file is for the cluster."""
    uri = request.artifacts or str(request.state / "artifacts")
    if "://" not in uri:
        uri = os.path.abspath(Path(uri).expanduser())
    meta = {key: said for key, said in file["metadata"].items() if said not in (None, "")}
    file = {**file, "metadata": meta, "spec": {**file["spec"], "artifacts": {"uri": uri}}}
    check(file, called(request.file))
    return file


def _run(key: Key, folder: Folder, file: dict[str, Any], request: Request, console: Console) -> int:
    from hone.door.earlier import superseded
    from hone.door.local import Machine, run
    from hone.terminal.closing import close
    from hone.terminal.outcome import outcome
    from hone.terminal.view import view_for

    def now() -> datetime:
        return datetime.now(UTC)

    def note(text: str) -> None:
        console.print(text, soft_wrap=True, markup=False, highlight=False)

    status = _record(folder, file, request, now(), note)
    uri = file["spec"]["artifacts"]["uri"]
    store = Store(uri=uri)
    done = frozenset(stage.name for stage in status.stages if stage.state == "Succeeded")

    def tell(ended: JobStatus, *, stopped: bool = False) -> None:
        if request.tell:
            request.tell(outcome(str(key), ended, store, done, stopped=stopped))

    if status.holds("Complete"):
        note("every stage was already committed; nothing to do (--fresh begins anew)")
        close(console, status, store, folder.path)
        tell(status)
        return COMPLETE
    note(f"{key} on this machine: artifacts in {uri}, logs in {folder.path / 'logs'}")
    if request.home != Path.cwd():
        note(f"relative paths in the job start from {request.home}")
    machine = Machine.look(sys.executable, request.around, request.home)
    with view_for(console, now) as view:
        ended = asyncio.run(run(key, folder, machine, view.show, view.tell, note))
    if ended.stopped:
        note(f"stopped; the same command goes on from here{' then' if folder.fault else ''}")
        tell(ended.status, stopped=True)
        return FAILED if folder.fault else STOPPED
    close(console, ended.status, store, folder.path)
    if left := superseded(uri, key, _uid(folder), ended.status):
        note(left)
    tell(ended.status)
    return COMPLETE if ended.status.holds("Complete") else FAILED


def _record(
    folder: Folder,
    file: dict[str, Any],
    request: Request,
    now: datetime,
    note: Callable[[str], None],
) -> JobStatus:
    """Put the job on record; a failed one gets another try."""
    from hone.door.earlier import changed, gone, worked
    from hone.door.staleness import stale

    old, fresh = folder.job(), request.fresh
    job = submit(old, file, stamp(now), now.isoformat() if fresh else "", fresh=fresh)
    found = record.read(job)
    if fault := found.fault or record.misfit(OptimizationJob.read(job), found.status):
        remedy = "run the version of hone that wrote it, or begin anew with --fresh"
        raise Unrecorded(f"the record in {folder.path} cannot be read: {fault}; {remedy}")
    status = retry(found.status)
    before = worked(job)
    if lost := gone(status):
        why = f"{lost} is not there any more"
    else:
        why = stale(OptimizationJob.read(job), request.home) if before else ""
    if why:
        note(f"{why}: {ANEW}")
        job = submit(old, file, stamp(now), now.isoformat())
        status = JobStatus()
    elif old is not None and not fresh and job["metadata"]["uid"] != old["metadata"]["uid"]:
        kept = "as it is now it ran before: going on from there (--fresh begins anew)"
        note(f"{changed(old, job)}{f'; {kept}' if before else f': {ANEW}'}")
    if "status" in job:
        job = {**job, "status": status.dump()}
    folder.write_job(job)
    return status


def _uid(folder: Folder) -> str:
    job = folder.job()
    return job["metadata"]["uid"] if job else ""
