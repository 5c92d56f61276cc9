"""A gang of somebody else's programs, from end to end on this machine."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.door.conftest import Start
from tests.door.test_run import finish, status

PROGRAM = """
import json, os, socket, sys, time, urllib.request
from pathlib import Path
role, index = os.environ["HONE_ROLE"], int(os.environ["HONE_INDEX"])
config = json.loads(os.environ["TF_CONFIG"])
assert config["task"] == {"type": role, "index": index}
assert sorted(config["cluster"]) == ["chief", "ps", "worker"]
assert sys.argv[1] == role
host, port = config["cluster"]["chief"][0].split(":")
if role == "chief":
    server, met = socket.create_server((host, int(port))), set()
    while len(met) < 2:
        met.add(server.accept()[0].recv(1))
    token = Path(os.environ["HONE_TOKEN_FILE"]).read_text()
    post = urllib.request.Request(
        os.environ["HONE_PROGRESS_URL"],
        data=json.dumps({"fraction": 0.5, "message": "half"}).encode(),
        headers={"Authorization": f"Bearer {token}"},
    )
    print("posted:", urllib.request.urlopen(post).status)
    folder = Path(os.environ["HONE_OUTPUT_URI"])
    folder.mkdir(parents=True)
    (folder / "model.txt").write_text(os.environ["HONE_SEED"])
    said = {"message": "both met", "metrics": [{"name": "met", "value": "2"}]}
    Path(os.environ["HONE_TERMINATION_LOG"]).write_text(json.dumps(said))
elif role == "worker":
    mark = Path("been")
    if index == 1 and not mark.exists():
        mark.touch()
        sys.exit("the first of its kind fails")
    end = time.monotonic() + 300
    while True:
        try:
            socket.create_connection((host, int(port))).sendall(str(index).encode())
            break
        except OSError:
            assert time.monotonic() < end
            time.sleep(0.05)
    time.sleep(600)
else:
    time.sleep(600)
"""
ROLES = [{"name": "ps"}, {"name": "worker", "replicas": 2}, {"name": "chief"}]


def write(folder: Path, program: str, **custom: Any) -> Path:
    """A job of one such stage."""
    (folder / "program.py").write_text(program)
    # The stand-in is what `python` means here.
    command = ["/usr/bin/env", "python3", "program.py"]
    stage = {"name": "own", "image": "none", "custom": {"command": command, **custom}}
    job = {
        "apiVersion": "hone.dev/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": {"name": "demo", "namespace": "shop"},
        "spec": {"artifacts": {"uri": "s3://a/b"}, "stages": [stage], "seed": 7},
    }
    path = folder / "job.yaml"
    path.write_text(yaml.safe_dump(job))
    return path


@pytest.mark.slow
def test_a_gang_with_a_lost_worker_goes_on_to_the_chiefs_end(start: Start, tmp_path: Path) -> None:
    file = write(tmp_path, PROGRAM, roles=ROLES, args=["$(HONE_ROLE)"])
    begun = time.monotonic()
    code, said = finish(start("run", str(file)))
    assert code == 0, said
    assert time.monotonic() - begun < 600, "the others were not stopped"
    (stage,) = status(tmp_path)["stages"]
    (gang,) = stage["gangs"]
    assert (gang["attempt"], gang["replaced"], gang["message"]) == (0, 1, "both met")
    assert gang["metrics"] == [{"name": "met", "value": "2"}]
    (model,) = (tmp_path / ".hone/artifacts").rglob("own/0/0/output/model.txt")
    assert model.read_text() == "7"
    log = tmp_path / ".hone/shop/demo/logs/demo-own-0-chief-a0-0.log"
    assert log.read_text() == "posted: 202\n"
    record = json.loads((tmp_path / ".hone/shop/demo/children.json").read_text())
    assert record["traces"] == {}, "processes were left behind"


@pytest.mark.slow
def test_a_program_that_fails_is_told_by_the_end_of_its_log(start: Start, tmp_path: Path) -> None:
    file = write(tmp_path, "print('begun')\nraise KeyError('user')", restart="exitCode")
    code, said = finish(start("run", str(file)))
    assert code == 1
    assert "KeyError: 'user'" in said
    (stage,) = status(tmp_path)["stages"]
    assert "exit code 1: " in stage["message"]
    assert stage["gangs"][0]["attempt"] == 0
