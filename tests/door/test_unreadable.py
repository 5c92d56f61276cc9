"""A record of another version is left alone by `hone run`, which says what helps."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from hone.cluster.local_files import Folder, submit
from hone.door.run import WRONG, Request, localized, main
from hone.plan.progress import fresh
from tests.door.conftest import STAGES
from tests.plan.builders import job

STAGE = job(*STAGES[:1]).spec.stages[0]


def recorded(gangs: int, state: str) -> dict[str, Any]:
    """A first stage under way, as a version with other gangs or states has it."""
    found = fresh(STAGE).dump()
    found["gangs"] = [{**found["gangs"][0], "state": state}] * gangs
    return {"stages": [found]}


@pytest.mark.parametrize(
    ("gangs", "state", "what"),
    [
        (2, "Running", "status.stages[0].gangs: members [0, 0], where the spec has [0]"),
        (1, "Paused", "status.stages[0].gangs[0].state: must be"),
    ],
)
def test_a_record_that_cannot_be_read_stops_a_run_before_it_begins(
    jobfile: Path, tmp_path: Path, gangs: int, state: str, what: str
) -> None:
    request = Request(jobfile, state=tmp_path / ".hone")
    folder = Folder(request.state / "shop" / "demo")
    file = localized(yaml.safe_load(jobfile.read_text()), request)
    folder.write_job(
        {**submit(None, file, "2030-01-01T00:00:00Z"), "status": recorded(gangs, state)}
    )
    before = (folder.path / "job.json").read_bytes()
    console = Console(record=True, width=400)
    assert main(request, console) == WRONG
    said = console.export_text()
    assert what in said
    assert "--fresh" in said
    assert (folder.path / "job.json").read_bytes() == before
