"""Every block of the pages belongs to a kind that some test runs, and is read as it is meant."""

import pytest

from tests.docs.blocks import Block, Command, blocks, parse, split

LANGUAGES = {
    "console": "test_commands.py, test_cluster_commands.py, test_serving_page.py, …",
    "csv": "test_trainings.py: the head of the rows that the tutorial's job learns from",
    "mermaid": "drawn, not run",
    "protobuf": "test_onnx_page.py",
    "python": "test_programs.py, test_trainings.py, test_serving_page.py, …",
    "sh": "fetches what others publish: not run",
    "yaml": "test_jobs.py, test_trainings.py",
}
"""Language of a block -> which test runs it."""


def console(text: str) -> list[Command]:
    return list(split(Block("page.md", 1, "console", {}, text)))


def test_every_block_has_a_language_that_some_test_runs() -> None:
    every = blocks()
    assert len(every) > 20
    assert {str(block): block.language for block in every if block.language not in LANGUAGES} == {}
    assert {block.language for block in every} == set(LANGUAGES)


def test_a_block_is_found_in_a_list_and_with_its_marks() -> None:
    text = (
        "# Page\n\n1. So:\n\n   ```yaml fragment=spec\n   a: 1\n     b: 2\n   ```\n\n```\nx\n```\n"
    )
    assert list(parse("p.md", text)) == [
        Block("p.md", 5, "yaml", {"fragment": "spec"}, "a: 1\n  b: 2\n"),
        Block("p.md", 10, "", {}, "x\n"),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("make a   # first\n\nmake b\n", [("make a", ()), ("make b", ())]),
        ("$ a  # of\nout\n$ b\n", [("a", ("out",)), ("b", ())]),
        ("$ a \\\n    --b=# c \\\n  --d\nout\n", [("a --b=# c --d", ("out",))]),
    ],
)
def test_a_console_block_is_taken_apart(
    text: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [(each.text, each.said) for each in console(text)] == found
