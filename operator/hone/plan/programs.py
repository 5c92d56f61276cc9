"""What a container runs, and what it is told: the trainer with its task, or a program of others.

A program of others knows nothing of us, so what it needs comes by variables with plain names: who
it is, where its output belongs, from where to resume. ``docs/custom-training.md`` is its contract.
"""

from dataclasses import dataclass
from typing import Any

from hone.api.volumes import PLACES
from hone.plan.tf_config import index_variable
from hone_trainer.contract.assignment import (
    TASK_FILE_VARIABLE,
    TASK_VARIABLE,
    VARIABLE_LIMIT,
    Assignment,
    compact,
)
from hone_trainer.contract.stage import Stage

Variables = list[dict[str, Any]]

TRAINER = ("python", "-m", "hone_trainer")
TOKEN_FOLDER = PLACES["token"]
TOKEN_FILE = f"{TOKEN_FOLDER}/token"
PAYLOAD_FOLDER = PLACES["hone-payload"]
PAYLOAD = "payload.json"
PAYLOAD_FILE = f"{PAYLOAD_FOLDER}/{PAYLOAD}"
TERMINATION_LOG = "/dev/termination-log"
SCRATCH = dict.fromkeys(("HOME", "TMPDIR"), PLACES["scratch"])
"""The only folder to write to."""
LEGACY_KERAS = {"TF_USE_LEGACY_KERAS": "1"}


@dataclass(frozen=True)
class Program:
    """What a container runs."""

    command: tuple[str, ...]
    env: Variables
    reports: bool = True
    """Whether its last word is a report."""
    payload: str = ""
    """What is too large for a variable: the content of ``PAYLOAD_FILE``."""


def program(stage: Stage, task: Assignment, peers: Variables) -> Program:
    """Return what the pods of a role run.

    Args:
        stage: the stage.
        task: what they are asked to do.
        peers: the variables by which they find each other.
    """
    theirs = stage.program(task.role)
    if theirs is not None:
        said, payload = _contract(task)
        env = [*_plain(said), index_variable("HONE_INDEX"), *_secret(stage), *peers]
        return Program(theirs, env, stage.reports, payload)
    text, payload = task.parts()
    said = SCRATCH | LEGACY_KERAS | {TASK_VARIABLE: text}
    if payload:
        said[TASK_FILE_VARIABLE] = PAYLOAD_FILE
    return Program(TRAINER, [*_plain(said), *_secret(stage), *peers], stage.reports, payload)


def _contract(task: Assignment) -> tuple[dict[str, str], str]:
    """Return what a program of others is told in variables, and in a file where it is too much.

    An answer that there is none to is left out.
    """
    home = f"{task.store.uri.rstrip('/')}/{task.prefix}"
    sources = compact([each.dump() for each in task.sources])
    large = len(sources) > VARIABLE_LIMIT
    said = {
        "HONE_NAMESPACE": task.namespace,
        "HONE_JOB": task.job,
        "HONE_STAGE": task.stage,
        "HONE_MEMBER": str(task.member),
        "HONE_ROLE": task.role,
        "HONE_ATTEMPT": str(task.attempt),
        "HONE_SEED": str(task.seed),
        "HONE_OUTPUT_URI": f"{home}/{task.attempt}/output",
        "HONE_CHECKPOINT_URI": f"{home}/checkpoints",
        "HONE_SOURCES": None if large else sources,
        "HONE_SOURCES_FILE": PAYLOAD_FILE if large else None,
        "HONE_TERMINATION_LOG": TERMINATION_LOG,
        "HONE_TOKEN_FILE": TOKEN_FILE,
        "HONE_PROGRESS_URL": task.progress_url,
        "AWS_ENDPOINT_URL": task.store.endpoint,
        "AWS_REGION": task.store.region,
    }
    told = SCRATCH | {name: value for name, value in said.items() if value is not None}
    return told, sources if large else ""


def _plain(said: dict[str, str]) -> Variables:
    # The kubelet reads $(NAME) and $$ in values: whatever the user wrote has to come through.
    return [{"name": name, "value": value.replace("$", "$$")} for name, value in said.items()]


def _secret(stage: Stage) -> Variables:
    return [
        {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
        for name, (secret, key) in stage.secrets().items()
    ]
