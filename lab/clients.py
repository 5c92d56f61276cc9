"""Other people's programs, in environments of their own: what they pin is not what we pin.

KServe's package brings a web framework, pandas and gRPC of the versions that it wants, and reads
the command line when it is imported: programs run with the interpreter that is given here.
tritonclient wants gevent and no more, and is borrowed by the tests themselves. MLflow's server is
installed without what it never imports to keep runs: half of it, in bytes.
"""

import hashlib
import importlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab import locks, places
from lab.faults import Broken

REQUIREMENTS = places.CHECKOUT / "requirements"


def python(name: str = "clients") -> Path:
    """Return an interpreter that has them; made where there is none of these versions.

    Args:
        name: of their requirements: clients, or mlflow.
    """
    asked = REQUIREMENTS / f"{name}.txt"
    digest = hashlib.sha256(asked.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = places.cache() / name / digest
    found, done = folder / "bin" / "python", folder / "done"
    with locks.held(places.cache() / "locks" / f"{name}.lock", f"requirements/{name}.txt"):
        if not done.exists():
            print(f"lab: installing {asked.name}", file=sys.stderr, flush=True)
            shutil.rmtree(folder.parent, ignore_errors=True)  # older ones, too
            _run(sys.executable, "-m", "venv", str(folder))
            exactly = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile"]
            pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", *exactly]
            _run(str(found), *pip, "-r", str(asked))
            done.touch()
    return found


def packages() -> str:
    """Return the folder that the clients' packages are in."""
    (folder,) = (python().parent.parent / "lib").glob("python3.*/site-packages")
    return str(folder)


def borrow(names: Sequence[str]) -> list[Any]:
    """Import modules of the clients into this process; what is here already stays as it is.

    Args:
        names: their full names.
    """
    place = packages()
    sys.path.append(place)
    try:
        return [importlib.import_module(name) for name in names]
    finally:
        sys.path.remove(place)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"{' '.join(command[:4])} failed:\n{done.stderr[-2000:]}")
