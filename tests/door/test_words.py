"""The command line's words: wrong files explained, plans and the CRD printed."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.__main__ import main

HEAD = "apiVersion: hone.dev/v1alpha1\nkind: OptimizationJob\n"


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "No such file or directory"),
        ("a: [", "line 1, column 5: not YAML: "),
        ("a: " + "[" * 1000, "cannot be read as YAML: maximum recursion depth"),
        ("a: 1\nb: 2\na: 3\n", "line 3, column 1: 'a' is set twice"),
        ("", "put exactly one OptimizationJob in it; found nothing"),
        ("- a\n", "put an OptimizationJob in it; found no `key: value` pairs"),
        ("a: 1\n---\nb: 2\n", "put exactly one OptimizationJob in it; found 2 documents"),
        ("kind: Job\n", "apiVersion: missing; write `apiVersion: hone.dev/v1alpha1`"),
        (HEAD.replace("v1alpha1", "v1"), "apiVersion: found hone.dev/v1; write"),
        (HEAD.replace("OptimizationJob", "Job"), "kind: found Job; write `kind: Opt"),
        (HEAD, "metadata.name: missing; give the job a name"),
        (
            HEAD + "metadata: {name: Demo}\nspec: {stages: []}\n",
            "metadata.name: must be small letters",
        ),
        (
            HEAD + "metadata: {name: demo, namespace: ../..}\nspec: {stages: []}\n",
            "metadata.namespace: must be small letters",
        ),
        (
            HEAD + "metadata: {name: demo}\nspec: {stages: []}\n",
            "spec.stages: must hold at least 1",
        ),
        (
            HEAD + "metadata: {name: demo}\nspec: {stages: [{name: fuse, fuse: {vote: {}}}]}\n",
            "spec.stages[0]: fuse needs a dataset that no earlier stage makes; put a prepare stage",
        ),
    ],
)
def test_a_wrong_file_is_explained(
    command: str,
    text: str | None,
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "job.yaml"
    if text is not None:
        path.write_text(text)
    assert main([command, "job.yaml"]) == 2
    printed = said(capsys)
    assert words in printed
    assert "job.yaml" in printed


@pytest.mark.parametrize("command", ["run", "plan"])
def test_standard_input_is_read_and_named_in_messages(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"{HEAD}spec: {{}}".encode())))
    assert main([command, "-"]) == 2
    assert said(capsys) == "standard input: metadata.name: missing; give the job a name"


def test_a_wrong_parameter_is_named_by_its_path(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = yaml.safe_load((root / "examples/reference.yaml").read_text())
    job["spec"]["stages"][1]["train"]["epochs"] = 0
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
    assert main(["run", str(tmp_path / "job.yaml")]) == 2
    assert "spec.stages[1].train.epochs: must be at least 1; found 0" in said(capsys)


def manifests(root: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert main(["plan", str(root / "examples/reference.yaml"), "-o", "yaml"]) == 0
    return list(yaml.safe_load_all(capsys.readouterr().out))


def test_a_plan_lists_every_object_in_the_order_of_creation(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{each['kind']} {each['metadata']['name']}" for each in manifests(root, capsys)]
    assert names == [
        "Job reference-data-0-worker-a0",
        "Service reference-gang",
        "Job reference-train-0-worker-a0",
        "Job reference-train-1-worker-a0",
        "Job reference-fuse-0-worker-a0",
        "Job reference-compress-0-worker-a0",
        "Job reference-evaluate-0-worker-a0",
    ]


def test_a_job_without_a_store_can_be_planned(
    root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = yaml.safe_load((root / "examples/reference.yaml").read_text())
    del job["spec"]["artifacts"]
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
    assert main(["plan", str(tmp_path / "job.yaml"), "-o", "yaml"]) == 0
    assert "s3://the-operators/default" in capsys.readouterr().out


def test_planning_is_deterministic(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert manifests(root, capsys) == manifests(root, capsys)


def test_the_crd_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["crd"]) == 0
    crd = yaml.load(capsys.readouterr().out, yaml.CSafeLoader)
    assert crd["metadata"]["name"] == "optimizationjobs.hone.dev"


@pytest.mark.parametrize("words", [[], ["fly"], ["run"], ["plan", "a", "-o", "xml"]])
def test_words_that_mean_nothing_end_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
