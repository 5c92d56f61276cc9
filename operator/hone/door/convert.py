"""`hone convert`: the TFJobs of a file as OptimizationJobs, and what there is to say about each.

The jobs go to standard output, or to a file; the words to standard error. Either every TFJob of the
file is converted and keeps the schema, or nothing is written.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import yaml

from hone.door.jobfile import STANDARD, Strict, WrongFile, called, check
from hone.migrate.kinds import Other, sort
from hone.migrate.notes import lines
from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Converted, Wishes, convert

OK, WRONG = 0, 2


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    file: Path
    """``-`` for standard input."""
    wishes: Wishes = field(default_factory=Wishes)
    output: Path | None = None
    """Standard output where nothing is said."""


def main(request: Request, out: TextIO, err: TextIO) -> int:
    """Convert a file; give the exit code."""
    try:
        found, others = sort(_documents(request.file))
        if not found:
            raise CannotConvert("\n".join(_nothing(others)))
        done = [_converted(raw, request) for raw in found]
        _write(dump([each.job for each in done]), request, out)
    except (CannotConvert, WrongFile) as wrong:
        err.write(f"{called(request.file)}: {wrong}\n")
        return WRONG
    for each in done:
        err.write("\n".join(_told(each)) + "\n")
    for other in others:
        err.write(f"{other.name}: passed over: {other.remedy}\n")
    return OK


def dump(jobs: Sequence[dict[str, Any]]) -> str:
    """Write jobs as YAML for people: scripts as lines, nothing by reference."""
    return yaml.dump_all(jobs, Dumper=Plain, sort_keys=False, width=100, allow_unicode=True)


class Plain(yaml.SafeDumper):
    """Writes what somebody will read and edit."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write what is there twice twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Plain.add_representer(str, _text)


def _documents(file: Path) -> list[Any]:
    """Read all documents of a file, in YAML or JSON.

    Raises:
        CannotConvert: it cannot be read.
    """
    try:
        text = sys.stdin.read() if file == STANDARD else file.read_text("utf-8")
    except UnicodeDecodeError:
        raise CannotConvert("not UTF-8: save it as such") from None
    except OSError as error:
        raise CannotConvert(f"{error.strerror or error}; name a file with a TFJob") from None
    try:
        # JSON may be indented by tabs, which YAML refuses.
        found = [json.loads(text)] if text.lstrip().startswith("{") else None
    except ValueError:
        found = None
    try:
        every = found or list(yaml.load_all(text, Strict))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise CannotConvert(f"{where}not YAML: {error.problem or error.context}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = str(error).splitlines()[0]
        raise CannotConvert(f"cannot be read as YAML: {said}") from None
    return [each for each in every if each is not None]


def _converted(raw: dict[str, Any], request: Request) -> Converted:
    """Convert one TFJob, and see that the result is a job."""
    done = convert(raw, request.wishes)
    try:
        check(done.job, f"the job {done.job['metadata']['name']}")
    except WrongFile as wrong:
        raise CannotConvert(f"{wrong}\ncorrect these in the TFJob, and convert it again") from None
    return done


def _write(text: str, request: Request, out: TextIO) -> None:
    if request.output is None:
        out.write(text)
        return
    if request.output.exists() and request.file.exists() and request.output.samefile(request.file):
        raise CannotConvert(f"{request.output} would be overwritten; name another file with -o")
    try:
        request.output.write_text(text, "utf-8")
    except OSError as error:
        said = error.strerror or error
        raise CannotConvert(f"-o {request.output}: {said}; name a file to write to") from None


def _told(done: Converted) -> Iterator[str]:
    yield f"TFJob {done.job['metadata']['name']} is now an OptimizationJob"
    yield from lines(done.notes)


def _nothing(others: Sequence[Other]) -> Iterator[str]:
    if not others:
        yield "nothing in it; put a TFJob of kubeflow.org/v1 in it"
        return
    yield "no TFJob of kubeflow.org/v1 in it"
    yield from (f"  {other.name}: {other.remedy}" for other in others)
