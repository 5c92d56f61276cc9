"""The documents of a file, as kubectl would read them, or why they cannot be read."""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

from hone.api import dialect

STANDARD = Path("-")
"""Stands for standard input."""
TEMPLATE = (
    "it is a template: render it first, such as by `helm template CHART`, and give the result"
)


class Unreadable(Exception):
    """Nobody can read the file; the text says where and what helps."""


def home_of(file: Path) -> Path:
    """Return the folder that relative paths in a job start from: its file's own."""
    return Path.cwd() if file == STANDARD else file.absolute().parent


def called(file: Path) -> str:
    """Return the name of a file for messages."""
    return "standard input" if file == STANDARD else str(file)


def documents(file: Path, reader: type[dialect.Reader]) -> list[Any]:
    """Return what a file holds, in YAML or JSON, without empty documents.

    Args:
        file: or standard input.
        reader: how strictly it is read.

    Raises:
        Unreadable: it cannot be read.
        OSError: there is no such file.
    """
    if file == STANDARD and sys.stdin is None:
        raise Unreadable("it is closed: pipe a file into it, or name one")
    text = _decoded(sys.stdin.buffer.read() if file == STANDARD else file.read_bytes())
    try:
        return list(dialect.read(_spaced(text), reader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Unreadable(TEMPLATE if "{{" in text else _explained(error)) from None


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8: save it as such") from None


def _spaced(text: str) -> str:
    """Return a text, if it is JSON, without tabs, which YAML refuses to indent by."""
    try:
        json.loads(text if text.lstrip().startswith("{") else "")
    except (ValueError, RecursionError):
        return text
    return text.replace("\t", " ")


def _explained(error: Exception) -> str:
    mark = isinstance(error, yaml.MarkedYAMLError) and (error.problem_mark or error.context_mark)
    if not isinstance(error, yaml.MarkedYAMLError) or not mark:
        return f"cannot be read as YAML: {str(error).splitlines()[0]}"
    where = f"line {mark.line + 1}, column {mark.column + 1}"
    if isinstance(error, dialect.Misread):
        return f"{where}: {error.problem}"
    context = f" {error.context}" if error.context else ""
    return f"{where}: not YAML: {error.problem}{context}"
