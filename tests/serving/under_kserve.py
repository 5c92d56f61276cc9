"""What KServe's own package says, as JSON: run with the interpreter of ``lab.clients``.

python under_kserve.py talk URL: its clients of both protocols, against a server.
python under_kserve.py faults FILE: where the manifests of a file do not fit its types.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import Any

WORDS, sys.argv = sys.argv[1:], sys.argv[:1]  # it reads the command line when it is imported

import kserve  # type: ignore[import-not-found]  # noqa: E402
import numpy as np  # noqa: E402

ROWS = ({"user": "u17", "price": 9.5}, {"user": "u2", "price": 3.0})


async def talk(url: str) -> dict[str, Any]:
    """Ask in every way that it has."""
    found: dict[str, Any] = {}
    for protocol in ("v1", "v2"):
        client = kserve.InferenceRESTClient(kserve.RESTConfig(protocol=protocol, retries=0))
        found[f"{protocol} live"] = await client.is_server_live(url)
        if protocol == "v2":
            found["v2 ready"] = await client.is_server_ready(url)
        found[f"{protocol} model"] = await client.is_model_ready(url, "clicks")
        if protocol == "v1":
            answer = await client.infer(url, {"instances": list(ROWS)}, model_name="clicks")
            found["v1 predictions"] = answer["predictions"]
            continue
        for binary in (True, False):
            request = kserve.InferRequest(
                "clicks",
                [
                    tensor("user", np.array(["u17", "u2"], object), "BYTES", binary),
                    tensor("price", np.array([9.5, 3.0]), "FP64", binary),
                ],
                request_id="7",
            )
            answer = await client.infer(url, request, model_name="clicks")
            told = answer.get_output_by_name("probability").as_numpy().tolist()
            found[f"v2 binary={binary}"] = [answer.id, told]
        await client.close()
    return found


def tensor(name: str, values: Any, datatype: str, binary: bool) -> Any:
    """Return an input."""
    made = kserve.InferInput(name, list(values.shape), datatype)
    made.set_data_from_numpy(values, binary_data=binary)
    return made


def faults(path: str) -> list[str]:
    """Return what the types say of the manifests of a file."""
    import yaml

    found: list[str] = []
    with open(path, encoding="utf-8") as file:
        for manifest in yaml.safe_load_all(file):
            version = manifest["apiVersion"].rpartition("/")[2].capitalize()
            _read(f"{version}{manifest['kind']}", manifest, manifest["kind"], found)
    return found


def _read(kind: str, value: Any, place: str, found: list[str]) -> Any:
    """Return a value as its type has it; note where it does not fit."""
    plain: dict[str, Any] = {
        "str": str,
        "int": int,
        "bool": bool,
        "object": object,
        "float": (int, float),
    }
    if kind in plain:
        if not isinstance(value, plain[kind]):
            found.append(f"{place}: {value!r} is no {kind}")
        return value
    if inner := re.fullmatch(r"list\[(.+)\]", kind):
        return [_read(inner[1], each, f"{place}[{n}]", found) for n, each in enumerate(value)]
    if inner := re.fullmatch(r"dict\(str, (.+)\)", kind):
        return {key: _read(inner[1], each, f"{place}.{key}", found) for key, each in value.items()}
    theirs = getattr(kserve, kind, None)
    if theirs is None:
        return _kubernetes(re.sub(r"^K8sIoApi[A-Z][a-z]+", "", kind), value, place, found)
    names = {written: name for name, written in theirs.attribute_map.items()}
    found += [f"{place}.{key}: there is no such field" for key in value if key not in names]
    known = {names[key]: (key, each) for key, each in value.items() if key in names}
    fields = {
        name: _read(theirs.openapi_types[name], each, f"{place}.{key}", found)
        for name, (key, each) in known.items()
    }
    try:
        return theirs(**fields)
    except ValueError as error:
        found.append(f"{place}: {error}")
        return None


def _kubernetes(kind: str, value: Any, place: str, found: list[str]) -> Any:
    from kubernetes import client  # type: ignore[import-not-found, unused-ignore]

    try:
        return getattr(client, kind).model_validate(value)
    except ValueError as error:
        found.append(f"{place}: {error}")
        return None


def main() -> None:
    """Do what the command line says, and print it."""
    what, given = WORDS
    print(json.dumps(asyncio.run(talk(given)) if what == "talk" else faults(given)))  # noqa: T201


if __name__ == "__main__":
    main()
