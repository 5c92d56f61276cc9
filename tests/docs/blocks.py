"""The fenced blocks of the pages, and what a console block holds: commands, and what they say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parent.parent.parent
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"\s+#\s.*$")


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        page: its page, from the checkout's root.
        line: that of its fence.
        language: the first word after the fence.
        marks: the words after it: ``fragment=stages`` gives fragment -> stages.
        text: what stands in it.
    """

    page: str
    line: int
    language: str
    marks: dict[str, str]
    text: str

    def __str__(self) -> str:
        """Where it is, as editors take it."""
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a console block, and the lines that it is said to print."""

    page: str
    text: str
    said: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The command, and where it stands."""
        return f"{self.page}: {self.text}"


def pages() -> Iterator[Path]:
    """Return the pages that people read."""
    yield from (ROOT / "README.md", ROOT / "CONTRIBUTING.md")
    yield from sorted((ROOT / "docs").rglob("*.md"))


def blocks(*languages: str) -> list[Block]:
    """Return the blocks of all pages, of these languages where any are named."""
    found = [
        block
        for page in pages()
        for block in parse(page.relative_to(ROOT).as_posix(), page.read_text())
    ]
    return [block for block in found if not languages or block.language in languages]


def parse(page: str, text: str) -> Iterator[Block]:
    """Return the blocks of a page."""
    for match in FENCE.finditer(text):
        language, *words = match[2].split() or [""]
        marks = dict(word.partition("=")[::2] for word in words)
        line = text.count("\n", 0, match.start()) + 1
        yield Block(page, line, language, marks, dedent(match[3]))


def commands() -> list[Command]:
    """Return the commands of all console blocks."""
    return [command for block in blocks("console") for command in split(block)]


def split(block: Block) -> Iterator[Command]:
    """Return the commands of a block: the lines after a dollar, or all where there is none."""
    lines = block.text.splitlines()
    if not any(line.startswith("$ ") for line in lines):
        lines = [f"$ {line}" for line in lines if line]
    command, said = "", list[str]()
    for line in lines:
        if line.startswith("$ "):
            if command:
                yield Command(block.page, command, tuple(said))
            command, said = COMMENT.sub("", line[2:]), []
        elif command.endswith("\\"):
            command = command[:-1] + line.strip()
        else:
            said.append(line)
    if command:
        yield Command(block.page, command, tuple(said))
