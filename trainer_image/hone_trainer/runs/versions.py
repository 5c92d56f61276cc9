"""What runs here: Hone itself, and the libraries that its figures depend on."""

from __future__ import annotations

import platform

from hone_trainer import __version__
from hone_trainer.store.libraries import COMPUTING, installed


def versions() -> dict[str, str]:
    """Return what is installed, by name."""
    found = {name: installed(name) for name in COMPUTING}
    known = {name: version for name, version in found.items() if version}
    return {"hone": __version__, "python": platform.python_version()} | known
