"""What server and model say of themselves."""

from __future__ import annotations

from typing import Any

from hone_serving import __version__
from hone_serving.description import Description
from hone_serving.server.oip.datatypes import BEST
from hone_serving.server.oip.request import REFUSED

SERVER: dict[str, Any] = {
    "name": "hone",
    "version": __version__,
    "extensions": ["binary_tensor_data"],
}


def metadata(description: Description) -> dict[str, Any]:
    """Return the metadata of a model; ``parameters.example`` is a row that it answers."""
    inputs = [
        {
            "name": each.name,
            "datatype": BEST[each.kind],
            "shape": [-1, -1] if each.kind == "sequence" else [-1],
        }
        for each in description.inputs
    ]
    outputs = [
        {"name": each.name, "datatype": each.datatype, "shape": list(each.shape)}
        for each in (*description.outputs, REFUSED)
    ]
    return {
        "name": description.name,
        "versions": [description.version],
        "platform": "hone_bundle",
        "inputs": inputs,
        "outputs": outputs,
        "parameters": {"example": description.example},
    }
