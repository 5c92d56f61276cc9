"""The base image: a bare Debian with Python, made from Debian's own packages.

There may be no registry to pull the usual Python image from. Debian 12 has the same Python 3.11, so
the Dockerfiles cannot tell the difference: they take their base as a build argument.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from lab import locks, places
from lab.faults import Broken

SUITE = "bookworm"
PACKAGES = ("python3", "python3-venv", "ca-certificates")
# What a container of ours never reads.
_LEFT_OUT = (
    "./dev/*",
    "./proc/*",
    "./sys/*",
    "./run/*",
    "./tmp/*",
    "./var/cache/*",
    "./var/lib/apt/lists/*",
    "./var/log/*",
    "./usr/share/doc/*",
    "./usr/share/man/*",
    "./usr/share/locale/*",
    "./usr/share/info/*",
)


def ensure() -> Path:
    """Return the base's root file system as an archive, making it where there is none."""
    folder = places.cache() / "base" / "-".join([SUITE, *PACKAGES])
    archive = folder / "root.tar"
    with locks.held(places.cache() / "locks" / "base.lock", "the base image"):
        if not archive.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _bootstrap(folder / "root")
            _pack(folder / "root", folder / "root.tar.partial")
            (folder / "root.tar.partial").replace(archive)
            shutil.rmtree(folder / "root")
    return archive


def _bootstrap(root: Path) -> None:
    print(f"lab: making the base image from Debian {SUITE}", file=sys.stderr, flush=True)
    shutil.rmtree(root, ignore_errors=True)  # of a run that was cut off
    chosen = [f"--include={','.join(PACKAGES)}", "--variant=minbase"]
    _call("debootstrap", *chosen, SUITE, str(root))


def _pack(root: Path, archive: Path) -> None:
    excluded = [f"--exclude={pattern}" for pattern in _LEFT_OUT]
    _call("tar", "-C", str(root), "--numeric-owner", *excluded, "-cf", str(archive), ".")


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"{command[0]} failed:\n{(done.stdout + done.stderr)[-2000:]}")
