"""A digest of the code that a stage runs: its room, and all that this room reaches, libraries that
compute by their versions.

Versions are set by hand and forgotten; what a stage was made by is its source. Code that a stage
does not reach does not count, so that a new report trains nothing again.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from hone_trainer.store.libraries import COMPUTING, installed

PACKAGE = Path(__file__).parent.parent
NAMED = re.compile(r"\bhone_trainer((?:\.\w+)+)")
IMPORTED = re.compile(r"from hone_trainer((?:\.\w+)*) import ((?:\([^)]*\))|[^\n]*)")

OTHERS = re.compile(r"^[ \t]*(?:import|from) (\w+)", re.MULTILINE)


@lru_cache(maxsize=16)
def code_digest(room: str, package: Path = PACKAGE) -> str:
    """Return the SHA-256 of all modules of a room, and of what they name, and so on.

    Args:
        room: of the stage, which is called as its kind is.
        package: where the code lies.
    """
    sources: dict[Path, bytes] = {}
    waiting = sorted((package / room).rglob("*.py"))
    while waiting:
        path = waiting.pop()
        if path in sources:
            continue
        sources[path] = path.read_bytes()
        waiting += _named(sources[path].decode(), package)
    whole = hashlib.sha256()
    for path in sorted(sources):
        whole.update(f"{path.relative_to(package)}\0{len(sources[path])}\0".encode())
        whole.update(sources[path])
    reached = {name for source in sources.values() for name in OTHERS.findall(source.decode())}
    for name in sorted(reached & COMPUTING.keys()):
        whole.update(f"{name}\0{installed(name)}\0".encode())
    return whole.hexdigest()


def _named(source: str, package: Path) -> list[Path]:
    """Return the modules that a source names."""
    names = set(NAMED.findall(source))
    for base, members in IMPORTED.findall(source):
        names |= {f"{base}.{member}" for member in re.findall(r"\w+", members)}
    found = []
    for name in names:
        steps = name.strip(".").split(".")
        for count in range(1, len(steps) + 1):
            place = package.joinpath(*steps[:count])
            found += [p for p in (place.with_suffix(".py"), place / "__init__.py") if p.is_file()]
    return found
