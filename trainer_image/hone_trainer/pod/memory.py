"""How much memory this pod may use, and whether a model will fit into it."""

from __future__ import annotations

import os
from pathlib import Path

from hone_trainer.contract.assignment import StageFailure

LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Of control groups version 2 and 1."""
UNLIMITED = 1 << 60


def limit() -> int | None:
    """Return the bytes that this pod may use; None where nothing limits it."""
    for path in LIMITS:
        try:
            text = Path(path).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < UNLIMITED:
            return int(text)
    return None


def most() -> int:
    """Return the bytes that this pod may use, or that its machine has."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(limit() or machine, machine)


def peak() -> int:
    """Return the bytes that this process held at most; 0 where nobody can say."""
    try:
        text = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    told = text.partition("VmHWM:")[2].split()
    return int(told[0]) * 1024 if told else 0


def require(size: int, most: int) -> None:
    """Refuse a model that cannot be trained here, before the kernel ends it without a word.

    Args:
        size: bytes of its weights and of the optimiser's moments.
        most: bytes there are.

    Raises:
        StageFailure: they do not fit (``ModelTooLarge``).
    """
    if size <= most:
        return
    message = f"weights and moments take {_gib(size)}, a pod may use {_gib(most)}"
    remedy = "raise resources.limits.memory, or cut the tables over several pods: "
    remedy += "train.strategy.parameterServer"
    raise StageFailure("ModelTooLarge", f"{message}: {remedy}")


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"
