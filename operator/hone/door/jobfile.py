"""From a file to a job, or to a message that says which field is wrong and what helps."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from hone.api import API_VERSION, KIND
from hone.api.job import OptimizationJob
from hone.plan.refusal import faults


class WrongFile(Exception):
    """The file is not a job that anybody can run; the text says where and what helps."""


def read(path: Path) -> dict[str, Any]:
    """Read the one OptimizationJob of a file.

    Raises:
        WrongFile: it cannot be read, or it is not a valid OptimizationJob.
    """
    raw = _document(path)
    if (raw.get("apiVersion"), raw.get("kind")) != (API_VERSION, KIND):
        raise WrongFile(f"{path}: begin it with `apiVersion: {API_VERSION}` and `kind: {KIND}`")
    check(raw, path)
    return raw


def check(raw: dict[str, Any], path: Path) -> OptimizationJob:
    """Read a job; raise ``WrongFile`` where it does not keep the schema."""
    meta = raw.get("metadata")
    if not isinstance(meta, dict) or not meta.get("name"):
        raise WrongFile(f"{path}: metadata.name: missing; give the job a name")
    try:
        return OptimizationJob.read(raw)
    except ValidationError as error:
        found = "\n".join(f"  {_placed(fault)}" for fault in faults(error))
        raise WrongFile(f"{path} is not a valid {KIND}:\n{found}") from None


def _document(path: Path) -> dict[str, Any]:
    try:
        documents = [each for each in yaml.safe_load_all(path.read_text()) if each is not None]
    except OSError as error:
        raise WrongFile(f"{path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise WrongFile(f"{path} is not YAML: {error}") from None
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise WrongFile(f"{path}: put exactly one {KIND} in it; found {len(documents)} documents")
    return dict(documents[0])


def _placed(fault: str) -> str:
    """Give the path of a fault as the file has it: the name stands under metadata there."""
    return fault if fault.startswith("spec") else f"metadata.{fault}"
