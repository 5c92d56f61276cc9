"""The page's words on Triton, as far as they can be tried without its server."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import numpy as np
import onnxruntime
import pytest

import hone_serving
from lab import clients
from tests.docs.blocks import blocks
from tests.serving.bundles import made

PAGE = "docs/serving.md"
READ = """
import json, sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
import tritonclient
from google.protobuf import json_format, text_format

place = Path(tritonclient.__path__[0]) / "grpc" / "model_config_pb2.py"
spec = spec_from_file_location("model_config_pb2", place)
schema = module_from_spec(spec)
spec.loader.exec_module(schema)
read = text_format.Parse(sys.stdin.read(), schema.ModelConfig())
print(json_format.MessageToJson(read, preserving_proto_field_name=True))
"""
"""Reads a configuration by the schema that Triton's client brings; its package would want gRPC."""
TYPES = {"tensor(int32)": "TYPE_INT32", "tensor(float)": "TYPE_FP32"}


def session() -> Any:
    place = str(made("clicks") / "model.onnx")
    return onnxruntime.InferenceSession(place, providers=["CPUExecutionProvider"])


def told(tensors: Any) -> dict[str, tuple[str, list[str]]]:
    """Tensors of the file as the configuration has them: without the rows, which come first."""
    assert all(isinstance(each.shape[0], str) for each in tensors)
    return {each.name: (TYPES[each.type], [*map(str, each.shape[1:])]) for each in tensors}


@pytest.mark.slow
@pytest.mark.tensorflow
def test_tritons_schema_reads_the_configuration_and_it_names_the_files_tensors() -> None:
    (block,) = blocks("protobuf")
    done = subprocess.run(
        [clients.python(), "-c", READ], input=block.text, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    assert (read["name"], read["platform"]) == ("clicks", "onnxruntime_onnx")
    assert read["max_batch_size"] > 0
    for kind, tensors in (("input", session().get_inputs()), ("output", session().get_outputs())):
        said = {each["name"]: (each["data_type"], each["dims"]) for each in read[kind]}
        assert said == told(tensors)


class Answered:
    """What Triton's client returns."""

    def __init__(self, outputs: dict[str, Any]) -> None:
        self.as_numpy = outputs.__getitem__
        self.get_response = lambda: {"outputs": [{"name": name} for name in outputs]}


@pytest.mark.slow
@pytest.mark.tensorflow
def test_what_the_program_sends_is_answered_as_the_bundle_answers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (triton,) = clients.borrow(["tritonclient.http"])

    def infer(_: Any, name: str, inputs: Any) -> Answered:
        types = {"INT32": np.int32, "FP32": np.float32}
        sent = {
            each.name(): np.frombuffer(each._get_binary_data(), types[each.datatype()]).reshape(
                each.shape()
            )
            for each in inputs
        }
        assert name == "clicks"
        names = [each.name for each in session().get_outputs()]
        return Answered(dict(zip(names, session().run(names, sent), strict=True)))

    monkeypatch.setattr(triton.InferenceServerClient, "infer", infer)
    (program,) = (
        block.text
        for block in blocks("python")
        if block.page == PAGE and block.text.startswith("import hone_serving")
    )
    exec(program.replace('"bundle"', repr(str(made("clicks")))), {})
    row = {"user": "u17", "item": "i3", "price": 12.5}
    (answer,) = hone_serving.load(str(made("clicks"))).predict([row])
    (ours,) = eval(capsys.readouterr().out)
    assert ours == pytest.approx(answer, abs=1e-5)
