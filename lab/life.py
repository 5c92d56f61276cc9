"""The life of a box: up, and down without a trace, whatever ended the one before.

Two boxes never share a name, a port or a control group, so the boxes of two checkouts can run side
by side. Only the store of images is one for the machine: the first box has it, a second one works
with a store of its own that goes when it goes.
"""

import fcntl
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from lab import (
    binaries,
    doors,
    ground,
    inside,
    kubeconfig,
    locks,
    packages,
    patience,
    places,
    storage,
)
from lab.apiserver import Cluster
from lab.box import Box
from lab.census import Resident
from lab.certs import Pair
from lab.faults import Broken

TOOLS = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kubectl",
    "kubelet",
    "kube-scheduler",
    "kube-proxy",
    "coredns",
    "versitygw",
)
_UP_S = 240.0


def up(box: Box) -> Cluster:
    """Bring the box up, or leave it as it is where it is well.

    Args:
        box: the box to bring up.

    Raises:
        Missing: this machine or this user cannot have one.
        Broken: a part did not come up; the message has its log's tail.
    """
    ground.require()
    with locks.held(box.folder / "up.lock", "a box that somebody else brings up"):
        if box.healthy():
            return box.cluster()
        packages.ensure(packages.NODE)
        found = binaries.ensure(TOOLS)
        sweep(box)
        forget_strangers()
        (box.folder / "checkout").write_text(str(places.CHECKOUT))
        _launch(box, found)
        return box.cluster()


def sweep(box: Box) -> None:
    """End the box and remove what is left of it, also of one that was killed hard.

    Args:
        box: the box to remove; one that is not there is no error.
    """
    _end(box)
    ground.remove_cgroups(box.name)
    shutil.rmtree(box.live, ignore_errors=True)
    shutil.rmtree(box.folder / "images", ignore_errors=True)


def forget_strangers() -> None:
    """Remove what is kept about boxes whose checkout is gone and which run no more."""
    for folder in places.state().parent.iterdir():
        note = folder / "checkout"
        if not note.exists() or Path(note.read_text()).exists():
            continue
        stranger = Box(folder)
        if stranger.first() is None:
            sweep(stranger)
            shutil.rmtree(folder, ignore_errors=True)


def _end(box: Box) -> None:
    """End the first process, with which all others end, also where a start was cut off."""
    outer = Resident.read(box.folder / "unshare")
    first = Resident.read(box.folder / "first")
    if first is None and outer is not None and outer.alive():
        first = outer.child()
    for resident in (first, outer):
        if resident is not None:
            resident.end()
    for name in ("first", "unshare"):
        (box.folder / name).unlink(missing_ok=True)


def _launch(box: Box, found: dict[str, Path]) -> None:
    places.private(box.live)
    storage.Credentials.create(box.live / "s3.json")
    ground.make_cgroups(box.name)
    lock = _take_images()
    images = places.cache() / "containerd" if lock else box.folder / "images"
    opened = doors.make(inside.ADDRESSES)
    by_descriptor = {opened[name].fileno(): port for name, port in inside.ADDRESSES.items()}
    inside.Plan(
        {name: str(path) for name, path in found.items()}, str(images), box.name, by_descriptor
    ).write(box.live / "plan.json")
    kept = [*by_descriptor, *([lock.fileno()] if lock else [])]
    spaces = ["--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child"]
    command = ["unshare", *spaces, sys.executable, "-m", "lab.inside", str(box.live)]
    with (box.live / "box.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=places.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=kept,
        )
    unshare = Resident.of(process.pid)
    unshare.write(box.folder / "unshare")
    for name, door in opened.items():
        (box.live / f"{name}.port").write_text(str(door.getsockname()[1]))
        door.close()
    if lock:
        lock.close()
    _await(box, process, unshare)


def _take_images() -> IO[bytes] | None:
    """Take the machine's image store for the life of a box; None where another box has it."""
    path = places.private(places.cache()) / "containerd.lock"
    lock = path.open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock


def _await(box: Box, process: subprocess.Popen[bytes], unshare: Resident) -> None:
    deadline = time.monotonic() + patience.seconds(_UP_S)
    while not (box.live / "ready").exists():
        if process.poll() is not None or time.monotonic() > deadline:
            _end(box)
            log = (box.live / "box.log").read_text(errors="replace")
            raise Broken(f"the box did not come up:\n{log[-8000:]}")
        if not (box.folder / "first").exists() and (first := unshare.child()):
            first.write(box.folder / "first")
        time.sleep(0.05)
    port = (box.live / "api.port").read_text()
    pki = box.live / "pki"
    admin = Pair(pki / "admin.crt", pki / "admin.key")
    kubeconfig.write(box.kubeconfig, f"https://127.0.0.1:{port}", pki / "ca.crt", admin)
