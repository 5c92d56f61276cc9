"""What a question about runs is answered with: an object for programs, lines for people."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.text import Text

from hone_trainer.contract.assignment import StageFailure

OK, WRONG = 0, 2


@dataclass(frozen=True)
class Answer:
    """The same, in both forms."""

    said: BaseModel
    show: Callable[[Console], None]


def answer(find: Callable[[], Answer], machine: bool, out: Console, err: Console) -> int:
    """Answer a question; give the exit code.

    Args:
        find: makes the answer; a StageFailure says why there is none.
        machine: whether the object is wanted, in one line of JSON.
        out: where the answer goes.
        err: where it is said why there is none.
    """
    try:
        found = find()
    except StageFailure as failure:
        err.print(failure.message, style="red", soft_wrap=True, markup=False, highlight=False)
        return WRONG
    if machine:
        out.file.write(found.said.model_dump_json(by_alias=True) + "\n")
    else:
        found.show(out)
    return OK


def show(parts: Iterable[RenderableType], out: Console) -> None:
    """Print tables as wide as the terminal, and lines of text as long as they are."""
    for part in parts:
        out.print(part, soft_wrap=isinstance(part, Text))
