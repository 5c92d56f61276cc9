"""A bundle's ONNX file answers as its .tflite file does."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

import hone_serving
from hone.__main__ import main
from hone_trainer.contract.assignment import StageFailure
from tests.serving.bundles import made

pytestmark = [pytest.mark.slow, pytest.mark.tensorflow]


@pytest.mark.parametrize("name", ["clicks", "orders", "visits", "searches"])
def test_onnx_runtime_says_of_raw_rows_what_litert_says(name: str) -> None:
    both = [hone_serving.load(str(made(name)), runtime=each) for each in ("litert", "onnx")]
    rows = [{c.name: c.example for c in both[0].description.columns}, {}] * 3
    told, other = (model.predict(rows) for model in both)
    for ours, theirs in zip(told, other, strict=True):
        assert flat(ours) == pytest.approx(flat(theirs), abs=1e-5)


def flat(answer: object) -> dict[str, object]:
    """Every number and text of an answer by its place."""
    if isinstance(answer, dict):
        inner = answer.items()
    elif isinstance(answer, list):
        inner = {str(k): each for k, each in enumerate(answer)}.items()
    else:
        return {"": answer}
    return {f"{name}.{k}": v for name, each in inner for k, v in flat(each).items()}


def test_a_bundle_without_the_file_says_how_to_get_one(tmp_path: Path) -> None:
    shutil.copytree(made("clicks"), tmp_path / "bare")
    about = json.loads((tmp_path / "bare" / "bundle.json").read_text()) | {"formats": []}
    (tmp_path / "bare" / "bundle.json").write_text(json.dumps(about))
    with pytest.raises(StageFailure, match=r"no onnx file: set evaluate\.formats: \[onnx\]"):
        hone_serving.load(str(tmp_path / "bare"), runtime="onnx")


def test_without_onnx_runtime_the_extra_is_named_before_any_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(StageFailure, match=r"pip install 'hone-operator\[onnx\]'"):
        hone_serving.load(str(made("clicks")), runtime="onnx")


def test_the_command_line_answers_by_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"user": "u1", "item": "i1", "price": 2.5}) + "\n")
    told = []
    for runtime in ("litert", "onnx"):
        assert main(["predict", str(made("clicks")), str(rows), "--runtime", runtime]) == 0
        told.append(json.loads(capsys.readouterr().out))
    assert told[1] == pytest.approx(told[0], abs=1e-5)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert main(["predict", str(made("clicks")), str(rows), "--runtime", "onnx"]) == 2
    assert "hone-operator[onnx]" in capsys.readouterr().err
