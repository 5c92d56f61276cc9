"""From a file to a job, or to a message that says which field is wrong and what helps."""

import sys
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hone.api import API_VERSION, KIND
from hone.api.faults import faults
from hone.api.job import OptimizationJob

STANDARD = Path("-")
"""Stands for standard input."""


class WrongFile(Exception):
    """The file is not a job that anybody can run; the text says where and what helps."""


def called(path: Path) -> str:
    """Give the name of a file for messages."""
    return "standard input" if path == STANDARD else str(path)


def read(path: Path) -> dict[str, Any]:
    """Read the one OptimizationJob of a file, or of standard input.

    Raises:
        WrongFile: it cannot be read, or it is not a valid OptimizationJob.
    """
    name = called(path)
    raw = _document(path, name)
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        if raw.get(key) != wanted:
            said = f"found {str(raw[key])[:60]}" if key in raw else "missing"
            raise WrongFile(f"{name}: {key}: {said}; write `{key}: {wanted}`")
    check(raw, name)
    return raw


def check(raw: dict[str, Any], name: str) -> OptimizationJob:
    """Read a job; raise ``WrongFile`` where it does not keep the schema.

    Args:
        raw: the job.
        name: what messages call it.
    """
    meta = raw.get("metadata")
    if not isinstance(meta, dict) or not meta.get("name"):
        raise WrongFile(f"{name}: metadata.name: missing; give the job a name")
    try:
        return OptimizationJob.read(raw)
    except ValidationError as error:
        found = "\n".join(f"  {_placed(fault)}" for fault in faults(error, OptimizationJob))
        raise WrongFile(f"{name} is not a valid {KIND}:\n{found}") from None


def _document(path: Path, name: str) -> dict[str, Any]:
    try:
        data = sys.stdin.buffer.read() if path == STANDARD else path.read_bytes()
        documents = [each for each in yaml.load_all(data, Strict) if each is not None]
    except OSError as error:
        raise WrongFile(f"{name}: {error.strerror or error}; name a job file") from None
    except yaml.MarkedYAMLError as error:
        raise WrongFile(f"{name}: {_marked(error)}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise WrongFile(f"{name} cannot be read as YAML: {said}") from None
    if len(documents) != 1:
        number = f"{len(documents)} documents" if documents else "nothing"
        raise WrongFile(f"{name}: put exactly one {KIND} in it; found {number}")
    if not isinstance(documents[0], dict):
        raise WrongFile(f"{name}: put an {KIND} in it; found no `key: value` pairs at its top")
    return dict(documents[0])


class Strict(yaml.SafeLoader):
    """Reads YAML and refuses a key that stands twice, where YAML would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Read one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen and key.value != "<<":
                problem = f"{key.value!r} is set twice"
                raise yaml.constructor.ConstructorError(
                    problem=problem, problem_mark=key.start_mark
                )
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep))


def _marked(error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    if "is set twice" in (error.problem or ""):
        return f"{where}{error.problem}"
    context = f" {error.context}" if error.context else ""
    return f"{where}not YAML: {error.problem}{context}"


def _placed(fault: str) -> str:
    """Give the path of a fault as the file has it: the name stands under metadata there."""
    return fault if fault.startswith("spec") else f"metadata.{fault}"
