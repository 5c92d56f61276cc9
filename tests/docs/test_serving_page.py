"""The page on serving, typed as it stands there, against the model of the tutorial's columns."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hone_serving.bench.contender import ANSWERS, program
from hone_serving.server.gate import Gate
from hone_serving.server.telemetry import Telemetry
from lab import clients, patience
from tests.docs.blocks import ROOT, Command, blocks, commands
from tests.docs.test_commands import ANSWERED
from tests.serving.bundles import made
from tests.serving.shop import DESCRIPTION

PAGE = "docs/serving.md"
PORT = 8080


def typed(word: str) -> list[Command]:
    return [each for each in commands() if each.page == PAGE and each.text.startswith(word)]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "hone", "serve", str(made("clicks"))]
    words = [*command, "--name", "clicks", "--port", "0"]
    with program(words) as server:
        found = int(server.said(ANSWERS))
        told = server.log.read_text().replace(f":{found}/", f":{PORT}/")
        assert typed("hone serve")[0].said[0] in told.splitlines()
        yield found


def shape(value: Any) -> Any:
    """Return what a value is made of: texts that name things stay, numbers are numbers."""
    if isinstance(value, dict):
        return {key: shape(each) for key, each in value.items() if key != "example"}
    if isinstance(value, list):
        return [shape(each) for each in value]
    if isinstance(value, str) and not re.fullmatch(r"[0-9a-f]{12}", value):
        return value
    return type(value).__name__


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("command", typed("curl "), ids=str)
def test_a_server_says_what_the_page_says(command: Command, port: int) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command.text.replace(str(PORT), str(port))],
        capture_output=True,
        text=True,
        timeout=patience.seconds(30),
        check=True,
    )
    (told,) = command.said
    assert shape(json.loads(done.stdout)) == shape(json.loads(told))


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_program_for_tritons_client_prints_a_probability(port: int) -> None:
    program = next(block.text for block in blocks("python") if block.page == PAGE)
    done = subprocess.run(
        [clients.python(), "-c", program.replace(str(PORT), str(port))],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        timeout=patience.seconds(60),
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\[0\.\d+\]\n", done.stdout)


@pytest.mark.slow
@pytest.mark.tensorflow
def test_the_measurement_says_what_the_page_says() -> None:
    (command,) = typed("hone bench")
    words = command.text.replace("latest:clicks", str(made("clicks"))).split()
    done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "HTTP alone" in done.stdout
    assert "plain handler" in done.stdout


def test_every_command_of_the_page_is_of_a_kind_that_is_run() -> None:
    mine = {each.text for each in typed("")}
    known = (*ANSWERED, "docker ", "kubectl ")
    assert not {text for text in mine if not text.startswith(known)}
    assert {text.split()[0] for text in mine} == {"hone", "curl", "docker", "kubectl"}


def test_every_metric_is_told() -> None:
    told = (ROOT / PAGE).read_text()
    telemetry = Telemetry(DESCRIPTION, Gate(1, "", ""), Gate(1, "", ""))
    names = re.findall(r"^# TYPE (hone_\w+)", telemetry.page().decode(), re.MULTILINE)
    assert len(names) == 9
    assert not [name for name in names if f"`{name}" not in told]


def test_every_status_is_told() -> None:
    told = (ROOT / PAGE).read_text()
    sources = "".join(path.read_text() for path in (ROOT / "serving").rglob("*.py"))
    statuses = set(re.findall(r"Refusal\((\d{3})", sources))
    assert {"404", "405", "408", "413", "415", "429", "500"} <= statuses
    rows = "".join(line for line in told.splitlines() if line.startswith("| 4"))
    assert not [each for each in statuses if each not in rows + told.partition("| 500")[1]]
