"""The trainings of the pages, run as they stand there: each beats the simplest models."""

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hone_serving.bench.contender import ANSWERS, program
from lab import patience, probes
from tests.docs import shop
from tests.docs.blocks import Block, blocks, commands
from tests.docs.jobs import SMALL, whole, with_stages
from tests.docs.test_commands import NAMED

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]

TUTORIAL, TRAINING = "docs/tutorial-recommendation.md", "docs/training.md"
OWN, MODELS = "docs/custom-training.md", "docs/models.md"
SERVED = "- name: train\n  resources"
"""How the stage of the page on training begins whose tables are on servers."""
GANG = """
import json, os, sys
import tensorflow as tf

class Serving(Exception):
    pass

class Server(tf.distribute.Server):
    def join(self):
        raise Serving

text, cluster, servers = sys.argv[1], json.loads(sys.argv[2]), []
tf.distribute.Server = lambda *words, **more: servers.append(Server(*words, **more)) or servers[-1]
for role in ("ps", "worker", "chief"):
    task = {"type": role, "index": 0}
    os.environ["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    names = {}
    try:
        exec(text, names)
    except Serving:
        print(role, "serves")
print("met", len(servers), names["coordinator"].strategy is names["strategy"])
os._exit(0 if sys.stdout.flush() is None else 1)
"""
"""Runs a program as each role of a gang; those that serve go on in the background."""
MARGIN = 0.05
"""So much more AUC a model has to reach: less than half of what it does on the machine at hand, so
that no other processor's rounding decides."""


def block(page: str, language: str, start: str = "") -> Block:
    """The first block of a language on a page that begins so."""
    every = (each for each in blocks(language) if each.page == page)
    return next(each for each in every if each.text.startswith(start))


def run(folder: Path, *words: str) -> str:
    """Run Python with these words in a folder; give what it printed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=patience.seconds(300),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures(folder: Path, job: str, stage: str) -> dict[str, float]:
    """The figures of a stage, from the record of its job."""
    record = json.loads((folder / f".hone/default/{job}/job.json").read_text())
    (found,) = (each for each in record["status"]["stages"] if each["name"] == stage)
    return {each["name"]: float(each["value"]) for each in found["metrics"]}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the rows and the job of the tutorial."""
    folder = tmp_path_factory.mktemp("desk")
    shop.draw().to_csv(folder / "clicks.csv", index=False)
    (folder / "clicks.yaml").write_text(block(TUTORIAL, "yaml").text)
    return folder


@pytest.fixture(scope="module")
def simple(desk: Path) -> shop.Baseline:
    return shop.baseline(desk / "clicks.csv")


@pytest.fixture(scope="module")
def said(desk: Path) -> str:
    """What the last of the tutorial's runs prints that needs no cluster."""
    words = [each.text.split() for each in commands() if each.page == TUTORIAL]
    return [run(desk, "-m", *each) for each in words if each[:2] == ["hone", "run"]][-1]


def test_the_rows_are_those_of_the_tutorial(desk: Path) -> None:
    header = (desk / "clicks.csv").read_text().splitlines()[0]
    assert header == block(TUTORIAL, "csv").text.splitlines()[0]


def test_the_tutorials_job_becomes_a_model_that_beats_the_simplest(
    desk: Path, said: str, simple: shop.Baseline
) -> None:
    for table in ("Stages", "Validation AUC", "Compression", "Test part", "Artifacts"):
        assert table in said
    found = figures(desk, "clicks", "evaluate")
    assert found["auc"] > simple.auc + MARGIN
    assert found["accuracy"] > max(simple.accuracy, simple.prior)
    again = run(desk, "-m", "hone", "run", "clicks.yaml")
    assert "every stage was already committed" in again


def test_the_tutorials_program_asks_the_model_about_new_rows(desk: Path, said: str) -> None:
    assert "complete in" in said
    text = block(TUTORIAL, "python").text
    printed = run(desk, "-c", text)
    found = [float(number) for number in re.findall(r"\d\.\d+", printed)]
    assert len(found) == 2, printed
    assert all(0 < probability < 1 for probability in found)


def test_the_tutorials_rows_are_answered_from_the_shell(desk: Path, said: str) -> None:
    assert "complete in" in said
    run(desk, "-m", *NAMED.split())
    last = NAMED.split()[-1]
    rows, answers = (list(csv.DictReader((desk / n).open())) for n in ("clicks.csv", last))
    assert [row["item"] for row in answers] == [row["item"] for row in rows]
    assert all(bool(row["probability"]) != bool(row["refused"]) for row in answers)


def test_the_tutorial_ends_with_an_answer_over_http(desk: Path, said: str) -> None:
    assert "complete in" in said
    served, asked = (
        next(each for each in commands() if each.page == TUTORIAL and each.text.startswith(word))
        for word in ("hone serve", "curl ")
    )
    words = ["env", f"--chdir={desk}", sys.executable, "-m", *served.text.split(), "--port", "0"]
    with program(words) as server:
        port = server.said(ANSWERS)
        typed = asked.text.replace("8080", port)
        done = subprocess.run(["bash", "-euc", typed], capture_output=True, text=True, check=True)
    (answer,) = json.loads(done.stdout)["predictions"]
    (told,) = json.loads(asked.said[0])["predictions"]
    assert answer.keys() == told.keys()
    assert 0 < answer["probability"] < 1


def test_a_gang_with_parameter_servers_beats_the_simplest(
    desk: Path, simple: shop.Baseline
) -> None:
    """The stage of the page on training, on the tutorial's rows."""
    data = yaml.safe_load((desk / "clicks.yaml").read_text())["spec"]["stages"][0]
    train: dict[str, Any] = whole(block(TRAINING, "yaml", SERVED))["spec"]["stages"][1]
    (desk / "small.yaml").write_text(yaml.safe_dump(with_stages(SMALL, [data, train])))
    run(desk, "-m", "hone", "run", "small.yaml")
    found = figures(desk, "small", "train")
    assert found["valAuc"] > simple.auc + MARGIN
    assert found["valAccuracy"] > max(simple.accuracy, simple.prior)


def test_a_later_training_starts_from_the_tutorials_latest_model(desk: Path, said: str) -> None:
    """The stage of the page on training that does so."""
    assert "complete in" in said
    data = yaml.safe_load((desk / "clicks.yaml").read_text())["spec"]["stages"][0]
    train: dict[str, Any] = whole(block(TRAINING, "yaml"))["spec"]["stages"][1]
    train["train"]["epochs"] = 2
    (desk / "later.yaml").write_text(yaml.safe_dump(with_stages(SMALL, [data, train])))
    printed = " ".join(run(desk, "-m", "hone", "run", "later.yaml").split())
    assert "started from default/clicks/fuse: 7 of 7 weights taken over" in printed


def test_the_program_for_a_gang_of_tensorflows_own_meets_its_peers(tmp_path: Path) -> None:
    """The program of the page on code of your own in its three roles, which meet in one process."""
    roles = zip(("chief", "worker", "ps"), probes.free_ports(3), strict=True)
    cluster = {role: [f"127.0.0.1:{port}"] for role, port in roles}
    text = block(OWN, "python", "import os\nimport tensorflow").text
    printed = run(tmp_path, "-c", GANG, text, json.dumps(cluster))
    assert printed == "ps serves\nworker serves\nmet 2 True\n"


def test_the_model_of_ones_own_can_go_through_the_stages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function of the page on models, in a package, on rows with every kind of field."""
    from hone_trainer.models import AnyModel
    from hone_trainer.models.graph import open_graph
    from tests.trainer.worlds import world

    package = tmp_path / "shop"
    package.mkdir()
    (package / "models.py").write_text(block(MODELS, "python").text)
    monkeypatch.syspath_prepend(tmp_path)
    stage = next(each for each in blocks("yaml") if each.page == MODELS and "custom" in each.text)
    (train,) = yaml.safe_load(stage.text)
    model = AnyModel.model_validate(train["train"]["model"])
    graph = open_graph(model, world([{"binary": {"label": "clicked"}}], 60).schema)
    assert graph.features["vector"].shape[1] == 32
