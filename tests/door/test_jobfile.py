"""A job file is read as it was meant, or refused at the line that is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.door.jobfile import WrongFile, check, read

FILE = "job.yaml"


def refusal(path: Path) -> str:
    """Why a file is not a job."""
    with pytest.raises(WrongFile) as refused:
        read(path)
    return str(refused.value)


def test_a_job_comes_back_as_it_was_written(jobfile: Path) -> None:
    assert read(jobfile) == yaml.safe_load(jobfile.read_text())
    jobfile.write_text("---\n" + jobfile.read_text() + "---\n")
    assert read(jobfile)["metadata"]["name"] == "demo"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\xfe\x00", ": not UTF-8: save it as such"),
        (b"a: {{ .Values.b }}", ": it is a template: render it first, such as by `helm template "),
        (b"on: a", ": line 1, column 1: kubectl reads the key on as true; put it in quotes"),
        (b"a: !!python/object:os.system b", ": line 1, column 4: not YAML: could not determine"),
        (b"kind: " + b"x" * 99 + b"\napiVersion: hone.dev/v1alpha1", f": kind: found {'x' * 60}; "),
    ],
)
def test_a_file_that_is_no_job_is_explained(text: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "job.yaml"
    path.write_bytes(text)
    said = refusal(path)
    assert said.startswith(f"{path}{words}")
    assert "\n" not in said


def test_a_folder_is_no_job_file(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: Is a directory; name a job file"


@pytest.mark.parametrize("meta", [None, [], "demo", {}, {"name": ""}, {"namespace": "shop"}])
def test_a_job_without_a_name_is_refused_before_all_else(meta: Any) -> None:
    with pytest.raises(WrongFile, match=r"^job.yaml: metadata.name: missing; give the job a name$"):
        check({"metadata": meta}, FILE)


def test_every_fault_has_a_line_of_its_own(jobfile: Path) -> None:
    raw = read(jobfile)
    raw["metadata"]["name"] = "Demo"
    raw["spec"] |= {"seed": -1, "colour": "red"}
    with pytest.raises(WrongFile) as refused:
        check(raw, FILE)
    head, *faults = str(refused.value).splitlines()
    assert head == "job.yaml is not a valid OptimizationJob:"
    assert sorted(fault.partition(":")[0] for fault in faults) == [
        "  metadata.name",
        "  spec.colour",
        "  spec.seed",
    ]


def test_a_closed_standard_input_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    assert refusal(Path("-")) == "standard input: it is closed: pipe a file into it, or name one"
