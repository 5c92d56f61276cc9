"""A plan looks at the files that are on this machine."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from hone.door.preview import main as preview

COLUMNS = {"columns": [{"name": "user", "id": {}}, {"name": "price", "number": {}}]}
INFERRED = {"infer": {"ids": ["user"]}}


def job(uri: str, **more: Any) -> dict[str, Any]:
    """A job that reads a file."""
    prepare = {"source": {"csv": {"uri": uri}}, "tasks": [{"binary": {"label": "bought"}}], **more}
    return {
        "apiVersion": "hone.dev/v1alpha1",
        "kind": "OptimizationJob",
        "metadata": {"name": "shop"},
        "spec": {"stages": [{"name": "data", "prepare": prepare}]},
    }


def planned(folder: Path, given: dict[str, Any]) -> tuple[int, str]:
    """The exit code, and what is said."""
    file, out = folder / "job.json", io.StringIO()
    file.write_text(json.dumps(given))
    return preview(file, "table", out), out.getvalue()


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A file beside the job."""
    file = tmp_path / "raw.csv"
    file.write_text("user,prise,bought\na,1,0\nb,2,1\n")
    return file


@pytest.mark.parametrize("uri", ["raw.csv", "*.csv", "{folder}/raw.csv"])
def test_a_column_that_a_file_here_lacks_is_found_by_the_plan(raw: Path, uri: str) -> None:
    code, said = planned(raw.parent, job(uri.format(folder=raw.parent), **COLUMNS))
    assert code == 2
    assert "spec.stages[0].prepare: " in said
    assert "has no column 'price' (did you mean 'prise'?)" in said


def test_what_would_be_worked_out_is_looked_at_too(raw: Path) -> None:
    given = job("raw.csv", infer={"ids": ["usr"]})
    assert "no column 'usr' (did you mean 'user'?)" in planned(raw.parent, given)[1]
    assert planned(raw.parent, job("raw.csv", **INFERRED))[0] == 0


@pytest.mark.parametrize("uri", ["elsewhere.csv", "/volumes/raw.csv", "s3://raw/x.csv", "x/*.csv"])
def test_what_is_not_here_is_not_asked_for(tmp_path: Path, uri: str) -> None:
    assert planned(tmp_path, job(uri, **COLUMNS))[0] == 0


def test_a_network_to_start_from_that_is_not_in_a_folder_here_is_found_by_the_plan(
    raw: Path,
) -> None:
    given = job("raw.csv", columns=[{"name": "user", "id": {}}])
    train = {"model": {"generic": {"linear": {}}}, "startFrom": {"uri": str(raw.parent)}}
    given["spec"]["stages"].append({"name": "train", "train": train})
    code, said = planned(raw.parent, given)
    assert code == 2
    assert "spec.stages[1].train: train.startFrom.uri: " in said
    assert "is no run, nor a stage of one: name a run that trained a network" in said
    for elsewhere in ("s3://models/shop/clicks/1d5c", "latest:clicks", "/volumes/runs/a/b/c"):
        train["startFrom"] = {"uri": elsewhere}
        assert planned(raw.parent, given)[0] == 0
