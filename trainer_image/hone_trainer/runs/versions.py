"""What runs here: Hone itself, and the libraries that its figures depend on."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from hone_trainer import __version__

PACKAGES = ("tensorflow", "tensorflow-cpu", "tf-keras", "ai-edge-litert", "numpy", "pyarrow")


def versions() -> dict[str, str]:
    """Return what is installed, by name."""
    found = {"hone": __version__, "python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
