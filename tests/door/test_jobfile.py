"""A job file is read as it was meant, or refused at the line that is wrong."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.door.jobfile import Strict, WrongFile, check, read

FILE = "job.yaml"
words = st.text("abc", min_size=1, max_size=2)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)


def refusal(path: Path) -> str:
    """Why a file is not a job."""
    with pytest.raises(WrongFile) as refused:
        read(path)
    return str(refused.value)


@settings(max_examples=40, deadline=None)
@given(values)
def test_what_no_key_says_twice_is_read_as_plain_yaml(value: Any) -> None:
    assert yaml.load(yaml.safe_dump(value), Strict) == value


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(words, st.integers(), min_size=1, max_size=4), st.data())
def test_a_key_that_stands_twice_is_found_inside_a_list(
    pairs: dict[str, int], data: st.DataObject
) -> None:
    again = data.draw(st.sampled_from(list(pairs)))
    lines = [*(f"{key!r}: {value}" for key, value in pairs.items()), f"{again}: 0"]
    text = "top:\n- " + "\n  ".join(lines)
    with pytest.raises(yaml.MarkedYAMLError, match=f"'{again}' is set twice"):
        yaml.load(text, Strict)


def test_merged_keys_may_be_set_anew() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {z: 1}\nc: {<<: *a, <<: *b, x: 2}\nd: {<<: [*a, *b]}\n"
    found = yaml.load(text, Strict)
    assert found["c"] == {"x": 2, "y": 1, "z": 1}
    assert found["d"] == {"x": 1, "y": 1, "z": 1}


def test_a_job_comes_back_as_it_was_written(jobfile: Path) -> None:
    assert read(jobfile) == yaml.safe_load(jobfile.read_text())
    jobfile.write_text("---\n" + jobfile.read_text() + "---\n")
    assert read(jobfile)["metadata"]["name"] == "demo"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"\xff\xfe\x00", " cannot be read as YAML: "),
        (b"a: {{ .Values.b }}", ": line 1, column 5: not YAML: found unhashable key while"),
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
