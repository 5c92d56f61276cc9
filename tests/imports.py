"""What each module of the packages imports, read off its source; every file is looked at once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGES = ("operator", "trainer_image", "serving")


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for folder in PACKAGES:
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root / folder).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), path


def imports(path: Path, *, deep: bool, types: bool = False) -> Iterator[str]:
    """Names imported by a file; those inside functions only where ``deep``, those for types alone
    only where ``types``.
    """
    for name, top, typed in parsed(path):
        if (types or not typed) if deep else top:
            yield name


@cache
def parsed(path: Path) -> tuple[tuple[str, bool, bool], ...]:
    """Return all names that a file imports, whether at its top, and whether for types alone."""
    tree = ast.parse(path.read_text())
    tops, found = set(map(id, tree.body)), []
    typed = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in map(_name, ast.walk(block.test))
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        found += [(name, id(node) in tops, id(node) in typed) for name in names]
    return tuple(found)


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))
