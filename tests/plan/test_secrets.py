"""Secrets that a stage asks for: named to its pods, and never read."""

import json
from typing import Any

import pytest

from hone.cluster.local_environment import missing
from hone.plan.programs import program
from hone_trainer.contract.assignment import Assignment, Store
from hone_trainer.contract.stage import Stage
from tests.plan.builders import PREPARE, TRAIN, job
from tests.plan.test_custom import custom
from tests.plan.test_custom import made as made_custom
from tests.plan.test_manifests import container_of, made, pod_of, variables

SQL: dict[str, Any] = {"sql": {"query": "SELECT 1", "secretName": "warehouse"}}
REFERENCE = {"secretKeyRef": {"name": "warehouse", "key": "url"}}


def of_a_query(**more: Any) -> dict[str, Any]:
    """A prepare stage that reads a database."""
    source = {"sql": SQL["sql"] | more}
    return {**PREPARE, "prepare": PREPARE["prepare"] | {"source": source}}


@pytest.mark.parametrize(("said", "key"), [({}, "url"), ({"key": "dsn"}, "dsn")])
def test_the_address_of_a_database_comes_from_a_secret(said: dict[str, str], key: str) -> None:
    manifest = made(job(of_a_query(**said)))
    reference = {"name": "warehouse", "key": key}
    assert variables(manifest)["HONE_SQL_URL"] == {"secretKeyRef": reference}
    assert "envFrom" not in container_of(manifest)
    assert "warehouse" not in json.dumps(pod_of(manifest)["volumes"])


def test_only_the_stage_that_asks_gets_it() -> None:
    whole = job(of_a_query(), TRAIN)
    assert "HONE_SQL_URL" not in variables(made(whole, stage=1))
    assert "HONE_SQL_URL" not in variables(made(job()))
    assert "HONE_SQL_URL" not in variables(made_custom(custom()))


def test_every_pod_of_a_gang_gets_it() -> None:
    stage = of_a_query()
    whole = job({**stage, "prepare": stage["prepare"] | {"workers": 3}})
    assert whole.spec.stages[0].value.gangs()[0].size == 3
    assert variables(made(whole))["HONE_SQL_URL"] == REFERENCE


def test_a_variable_of_the_job_itself_comes_last_and_wins() -> None:
    own = {"name": "HONE_SQL_URL", "secretKey": {"name": "mine", "key": "k"}}
    env = container_of(made(job({**of_a_query(), "env": [own]})))["env"]
    said = [each["valueFrom"]["secretKeyRef"]["name"] for each in env if "URL" in each["name"]]
    assert said == ["warehouse", "mine"]


class Asking(Stage):
    """A stage of somebody else's, with a program of their own."""

    ours: bool = True

    def secrets(self) -> dict[str, tuple[str, str]]:
        return {"A": ("one", "x"), "B": ("two", "y")}

    def program(self, role: str) -> tuple[str, ...] | None:
        return None if self.ours else ("run",)


@pytest.mark.parametrize("ours", [True, False])
def test_any_stage_may_ask_for_any_number(ours: bool) -> None:
    task = Assignment(namespace="n", job="j", uid="u", stage="s", run={}, store=Store(uri="/x"))
    env = program(Asking(ours=ours), task, [{"name": "LAST", "value": "1"}]).env
    assert env[-1]["name"] == "LAST"
    asked = {each["name"]: each["valueFrom"] for each in env if "valueFrom" in each}
    asked.pop("HONE_INDEX", None)
    assert asked == {
        "A": {"secretKeyRef": {"name": "one", "key": "x"}},
        "B": {"secretKeyRef": {"name": "two", "key": "y"}},
    }


def test_a_machine_without_the_secret_says_what_to_set() -> None:
    manifest = made(job(of_a_query()))
    said = missing(manifest, {}, gpus=0)
    assert said.startswith("this machine has no Secret 'warehouse'; set HONE_SQL_URL")
    assert not missing(manifest, {"HONE_SQL_URL": "postgresql://…"}, gpus=0)
