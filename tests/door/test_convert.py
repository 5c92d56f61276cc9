"""`hone convert`, as people call it: what goes where, and what ends with 2."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hone.__main__ import main
from hone.api.dialect import write
from tests.migrate.builders import Raw, container, role, tfjob

Say = Callable[..., tuple[int, str, str]]
NAMED = {"metadata": {"name": "other"}}


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """Convert a file with this text; give exit code, standard output and standard error."""
    monkeypatch.chdir(tmp_path)

    def convert(text: str | None, *words: str) -> tuple[int, str, str]:
        if text is not None:
            (tmp_path / "tfjob.yaml").write_text(text)
        code = main(["convert", "tfjob.yaml", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return convert


def text(*documents: Any) -> str:
    return yaml.safe_dump_all(documents)


def test_the_job_goes_to_standard_output_and_the_words_do_not(say: Say) -> None:
    code, out, err = say(text(tfjob()))
    assert code == 0
    assert yaml.safe_load(out)["kind"] == "OptimizationJob"
    assert err.startswith("TFJob clicks is now an OptimizationJob\nchanged:\n")
    assert "spec → spec.artifacts: left out" in err


def test_or_to_a_file(say: Say, tmp_path: Path) -> None:
    code, out, err = say(text(tfjob()), "-o", "job.yaml")
    assert (code, out) == (0, "")
    assert yaml.safe_load((tmp_path / "job.yaml").read_text())["metadata"] == {"name": "clicks"}
    assert "to check before the first run:" in err


def test_what_was_converted_can_be_planned(say: Say, capsys: pytest.CaptureFixture[str]) -> None:
    say(text(tfjob({"Chief": role(), "Worker": role(replicas=2)})), "-o", "job.yaml")
    assert main(["plan", "job.yaml"]) == 0
    assert "1 chief, 2 worker" in capsys.readouterr().out


def test_a_store_may_be_named(say: Say) -> None:
    _, out, err = say(text(tfjob()), "--artifacts", "s3://models/shop")
    assert yaml.safe_load(out)["spec"]["artifacts"] == {"uri": "s3://models/shop"}
    assert "spec.artifacts" not in err


def test_a_command_may_be_given(say: Say) -> None:
    raw = text(tfjob({"Worker": role({"command": None})}))
    code, out, err = say(raw, "--command", "python '/app/my train.py' --fast")
    assert code == 0
    custom = yaml.safe_load(out)["spec"]["stages"][0]["custom"]
    assert custom["command"] == ["python", "/app/my train.py", "--fast"]
    assert "--command" in err


def test_an_empty_one_says_that_the_arguments_are_the_command(say: Say) -> None:
    raw = text(tfjob({"Worker": role({"command": None, "args": ["python", "bench.py"]})}))
    code, out, _ = say(raw, "--command", "")
    assert code == 0
    assert yaml.safe_load(out)["spec"]["stages"][0]["custom"]["command"] == ["python", "bench.py"]


def test_without_one_the_remedy_is_named(say: Say) -> None:
    code, out, err = say(text(tfjob({"Worker": role({"command": None})})))
    assert (code, out) == (2, "")
    assert err.startswith("tfjob.yaml: spec.tfReplicaSpecs.Worker.template.spec.containers[tensor")
    assert "say --command" in err


def test_all_tfjobs_of_a_file_are_converted_and_others_passed_over(say: Say) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "board"}}
    code, out, err = say(text(tfjob(), None, service, tfjob() | NAMED))
    assert code == 0
    names = [each["metadata"]["name"] for each in yaml.safe_load_all(out)]
    assert names == ["clicks", "other"]
    assert (
        "Service board: passed over: it runs nothing: apply it beside the new job, as before" in err
    )


def test_one_that_cannot_be_converted_stops_all(say: Say, tmp_path: Path) -> None:
    wrong = tfjob({"PS": role()}) | NAMED
    code, out, err = say(text(tfjob(), wrong), "-o", "job.yaml")
    assert (code, out) == (2, "")
    assert "neither Chief nor Worker" in err
    assert not (tmp_path / "job.yaml").exists()


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json_is_read_as_well(indent: Any, say: Say) -> None:
    code, out, _ = say(json.dumps(tfjob(), indent=indent))
    assert code == 0
    assert yaml.safe_load(out)["metadata"]["name"] == "clicks"


def test_a_list_from_the_cluster_is_opened(say: Say) -> None:
    code, out, _ = say(text({"kind": "List", "items": [tfjob(), tfjob() | NAMED]}))
    assert code == 0
    assert len(list(yaml.safe_load_all(out))) == 2


def standard(said: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(said.encode()))


def test_standard_input_is_a_file_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", standard(text(tfjob())))
    assert main(["convert", "-"]) == 0
    monkeypatch.setattr(sys, "stdin", standard(""))
    assert main(["convert", "-"]) == 2
    assert capsys.readouterr().err.endswith(
        "standard input: nothing in it; put a TFJob of kubeflow.org/v1 in it\n"
    )


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "No such file or directory; name a file with a TFJob"),
        ("", "nothing in it; put a TFJob"),
        ("a: [", "line 1, column 5: not YAML"),
        ("a: 1\na: 2", "line 2, column 1: 'a' is set twice; keep one of them"),
        ("{a: 1", "not YAML"),
        ("{{- range .x }}\n- a\n{{- end }}\nkind: TFJob", "it is a template: render it first"),
        ("kind: {{ .x }}", "it is a template: render it first, such as by `helm template CHART`"),
        ("a: " + "[" * 1000, "cannot be read as YAML"),
        ("- a", "document 1: must hold `key: value` pairs"),
        (text({"kind": "PyTorchJob", **NAMED}), "PyTorchJob other: Hone trains with TensorFlow"),
        (text({"kind": "Deployment", **NAMED}), "Deployment other: only a TFJob says"),
        (text({"kind": "OptimizationJob", **NAMED}), "it is one already: `hone plan` shows"),
        (text(tfjob() | {"metadata": {}}), "metadata.name: missing; give the job a name"),
        (text(tfjob({"Eval": role()})), "spec.tfReplicaSpecs.Eval: unknown; write Chief"),
    ],
)
def test_what_cannot_be_converted_is_explained(raw: str | None, words: str, say: Say) -> None:
    code, out, err = say(raw)
    assert (code, out) == (2, "")
    assert err.startswith("tfjob.yaml: ")
    assert words in err


def test_a_file_in_another_encoding_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.yaml").write_bytes("kind: Gemüse".encode("latin-1"))
    assert main(["convert", str(tmp_path / "a.yaml")]) == 2
    assert "not UTF-8: save it as such" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (tfjob({"Chief": role(replicas=2)}), "custom.roles[0].replicas: a gang has one chief"),
        (tfjob({"Worker": role(replicas=1000)}), "replicas: must be at most 256; found 1000"),
        (
            tfjob({"Worker": role({"env": [{"name": "A", "value": True}]})}),
            "env[0].value: must be text; put it in quotes",
        ),
        (
            tfjob({"Worker": role({"resources": {"limits": {"cpu": "two"}}})}),
            "resources.limits.cpu: must be an amount",
        ),
        (
            tfjob({"Worker": role({"ports": [{"name": "tfjob-port", "containerPort": 80}]})}),
            "custom.port: must be at least 1024; found 80",
        ),
        (tfjob({"Worker": role({"command": ["a" * 5000]})}), "must have at most 4096 characters"),
        (tfjob(runPolicy={"activeDeadlineSeconds": 0}), "must be at least 1; found 0"),
    ],
)
def test_a_result_that_breaks_the_schema_is_not_written(raw: Raw, words: str, say: Say) -> None:
    code, out, err = say(text(raw))
    assert (code, out) == (2, "")
    assert words in err
    assert err.endswith("correct these in the TFJob, and convert it again\n")


def test_a_store_with_a_password_in_it_is_refused(say: Say) -> None:
    code, out, err = say(text(tfjob()), "--artifacts", "s3://user:hunter2@models")
    assert (code, out) == (2, "")
    assert "spec.artifacts.uri" in err
    assert "hunter2" not in err


def test_the_tfjob_is_not_written_over(say: Say, tmp_path: Path) -> None:
    before = text(tfjob())
    code, _, err = say(before, "-o", "tfjob.yaml")
    assert code == 2
    assert "would be overwritten; name another file" in err
    assert (tmp_path / "tfjob.yaml").read_text() == before


def test_a_file_that_cannot_be_written_is_explained(say: Say) -> None:
    code, _, err = say(text(tfjob()), "-o", "no/such/job.yaml")
    assert code == 2
    assert "-o no/such/job.yaml: No such file or directory; name a file to write to" in err


def test_scripts_are_written_as_lines_and_nothing_by_reference() -> None:
    shared = container(command=["python", "-c", "import this\nprint(1)\n"])
    written = write([{"a": shared, "b": shared}])
    assert "- |\n" in written
    assert "&id" not in written
    assert yaml.safe_load(written) == {"a": shared, "b": shared}


def test_words_of_other_scripts_stay_readable() -> None:
    assert "Gemüse" in write([{"name": "Gemüse"}])


def test_no_value_is_printed_beside_the_job(say: Say) -> None:
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "TF_CONFIG", "value": "hunter2"}]
    code, out, err = say(text(tfjob({"Worker": role({"env": env})})))
    assert code == 0
    assert "hunter2" in out
    assert "hunter2" not in err
