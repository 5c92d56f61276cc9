"""Stands in for the trainer: the contract of a pod without TensorFlow.

Run as ``python -m hone_trainer`` is: it reads its task, commits a file into the store, and leaves
its report. What it does besides is named in a variable, per stage: ``STAND_IN_train=fail``.
"""

import json
import os
import signal
import sys
import time
import urllib.request
from pathlib import Path

task = json.loads(os.environ["HONE_TASK"])
todo = os.environ.get(f"STAND_IN_{task['stage']}", "")
os.write(1, f"{task['stage']}: {todo or 'work'}\n".encode())


def leave(code: int, **report: object) -> None:
    Path(os.environ["HONE_TERMINATION_LOG"]).write_text(json.dumps(report))
    sys.exit(code)


if todo == "fail":
    leave(64, reason="BadTask", message="this can never work; correct the task")
if todo == "wait":
    signal.signal(signal.SIGTERM, lambda *_: leave(75, reason="Interrupted"))
    time.sleep(600)
if todo == "where":
    os.write(1, f"at work in {Path.cwd()}\n".encode())
if todo == "post":
    request = urllib.request.Request(
        task["progressUrl"],
        data=json.dumps({"fraction": 0.5, "message": "half of it"}).encode(),
        headers={"Authorization": "Bearer " + Path(os.environ["HONE_TOKEN_FILE"]).read_text()},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        os.write(1, f"posted: {answer.status}\n".encode())

folder = Path(task["store"]["uri"], task["namespace"], task["job"], task["uid"], task["stage"])
manifest = folder / str(task["member"]) / str(task["attempt"]) / "manifest.json"
manifest.parent.mkdir(parents=True, exist_ok=True)
if os.environ.get("JOB_COMPLETION_INDEX") == "0":
    manifest.write_text(json.dumps({"sources": task.get("sources", [])}))
    itself = {"name": "manifest", "uri": str(manifest), "sha256": "", "sizeBytes": 0}
    leave(0, message=f"{task['stage']} done", manifest=itself, artifacts=[itself])
leave(0)
