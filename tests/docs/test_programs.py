"""Every Python block of the pages runs; those that want TensorFlow, in ``test_trainings.py``."""

import json
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

import pytest

from tests.docs.blocks import Block, blocks

Names = dict[str, Any]


def technique(block: Block) -> None:
    """The class that CONTRIBUTING shows is a technique whose words make a schema."""
    names = prelude()
    exec(block.text, names)
    schema = names["Cluster"].model_json_schema(by_alias=True)
    assert schema["properties"]["clusters"]["maximum"] == 256


def line(block: Block) -> None:
    """The line that goes into the room is one key of a choice."""
    names = prelude()
    exec("class Cluster(Technique):\n    '''It.'''\n", names)
    body = textwrap.indent(block.text, "    ")
    exec(f"class AnyTechnique(OneOf):\n    '''Any.'''\n{body}", names)
    assert names["AnyTechnique"].model_validate({"cluster": {}}).kind == "cluster"


def prelude() -> Names:
    """What a file of the trainer has imported before."""
    names: Names = {"__name__": __name__}
    exec(
        "from typing import Annotated\n"
        "from pydantic import Field\n"
        "from hone_trainer.compress.technique import Technique\n"
        "from hone_trainer.contract.spec import OneOf\n"
        "Network = Dataset = Tell = object\n",
        names,
    )
    return names


def meeting(block: Block) -> None:
    """With PyTorch: rank, size and address of rank 0, as PyTorch is told them."""
    told: Names = {}
    torch, distributed = types.ModuleType("torch"), types.ModuleType("torch.distributed")
    vars(distributed)["init_process_group"] = lambda backend, **words: told.update(words)
    vars(torch)["distributed"] = distributed
    cluster = {"worker": ["own-torch-0:2222", "own-torch-1:2222"]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        patch.setitem(sys.modules, "torch.distributed", distributed)
        patch.setenv("TF_CONFIG", json.dumps({"cluster": cluster}))
        patch.setenv("HONE_INDEX", "1")
        for name in ("MASTER_ADDR", "MASTER_PORT"):
            patch.setenv(name, "")
        names: Names = {}
        exec(block.text, names)
        around = names["os"].environ
        assert (around["MASTER_ADDR"], around["MASTER_PORT"]) == ("own-torch-0", "2222")
    assert told == {"rank": 1, "world_size": 2}


RUN: dict[tuple[str, str], Callable[[Block], None] | None] = {
    ("CONTRIBUTING.md", '"""Weights that share a few values'): technique,
    ("CONTRIBUTING.md", "cluster: Cluster | None = None"): line,
    ("docs/custom-training.md", "import os\nimport tensorflow as tf"): None,
    ("docs/custom-training.md", "import json\nimport os\nimport torch"): meeting,
    ("docs/models.md", "# shop/models.py"): None,
    ("docs/serving.md", "import hone_serving\nimport tritonclient"): None,
    ("docs/serving.md", "import numpy as np\nimport tritonclient"): None,
    ("docs/tutorial-recommendation.md", "import hone_serving"): None,
}
"""Page and beginning of a block -> how it is run; None for what ``test_trainings.py``,
``test_serving_page.py`` and ``test_onnx_page.py`` run."""


def test_every_program_is_run_by_some_test() -> None:
    known = [
        [key for key in RUN if block.page == key[0] and block.text.startswith(key[1])]
        for block in blocks("python")
    ]
    assert [len(each) for each in known] == [1] * len(RUN)


@pytest.mark.parametrize("key", [key for key, run in RUN.items() if run], ids=str)
def test_a_program_does_what_its_page_says(key: tuple[str, str]) -> None:
    page, start = key
    run = RUN[key]
    assert run is not None
    run(next(b for b in blocks("python") if b.page == page and b.text.startswith(start)))
