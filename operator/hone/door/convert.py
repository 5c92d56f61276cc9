"""`hone convert`: the TFJobs of a file as OptimizationJobs, and what there is to say about each.

The jobs go to standard output, or to a file; the words to standard error. Either every TFJob of the
file is converted and keeps the schema, or nothing is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from hone.api.dialect import Reader, write
from hone.door.documents import Unreadable, called, documents
from hone.door.jobfile import WrongFile, check
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
        _write(write([each.job for each in done]), request, out)
    except (CannotConvert, WrongFile) as wrong:
        err.write(f"{called(request.file)}: {wrong}\n")
        return WRONG
    for each in done:
        err.write("\n".join(_told(each)) + "\n")
    for other in others:
        err.write(f"{other.name}: passed over: {other.remedy}\n")
    return OK


def _documents(file: Path) -> list[Any]:
    """Read all documents of a file, in YAML or JSON.

    Raises:
        CannotConvert: it cannot be read.
    """
    try:
        return documents(file, Reader)
    except OSError as error:
        raise CannotConvert(f"{error.strerror or error}; name a file with a TFJob") from None
    except Unreadable as wrong:
        raise CannotConvert(str(wrong)) from None


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
