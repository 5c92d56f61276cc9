"""What a box stands on: mounts, a bridge and control groups of its own.

All but the control groups live in the box's namespaces and vanish with its first process. Control
groups have no namespace that the kubelet can do without, so the box gets one named folder in the
tree and whoever takes the box down removes it.
"""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

from lab import patience
from lab.faults import Broken, Missing

NODE = "hone"
GATEWAY = "10.244.0.1"
PODS = "10.244.0.0/24"
BRIDGE = "cni0"

# The kubelet sets these for the whole machine. In a box it writes to plain files instead.
_MACHINE_WIDE = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)


def require() -> None:
    """Raise Missing where this machine or this user cannot have a box."""
    if sys.platform != "linux" or os.geteuid() != 0:
        raise Missing("one real node needs Linux and root (namespaces, mounts, control groups)")


def lay(live: Path) -> None:
    """Prepare the box from inside it, before anything is started.

    Args:
        live: the folder of this one life of the box.
    """
    _call("mount", "--make-rprivate", "/")
    _call("mount", "-t", "proc", "proc", "/proc")
    _call("mount", "-t", "tmpfs", "tmpfs", "/run")
    for place in ("/var/log", "/var/lib/cni"):
        os.makedirs(place, exist_ok=True)
        _over(live / "over" / place.strip("/"), place, folder=True)
    _text_over(live, "/etc/hosts", f"127.0.0.1 localhost\n{GATEWAY} {NODE}\n")
    _text_over(live, "/etc/resolv.conf", f"nameserver {GATEWAY}\n")
    for name in _MACHINE_WIDE:
        setting = Path("/proc/sys") / name
        if setting.exists():
            _text_over(live, str(setting), setting.read_text())
    _call("hostname", NODE)
    _lay_network()


def _lay_network() -> None:
    _call("ip", "link", "set", "lo", "up")
    # Made by hand, so that what binds to its address need not wait for the first pod.
    _call("ip", "link", "add", BRIDGE, "type", "bridge")
    _call("ip", "address", "add", f"{GATEWAY}/24", "dev", BRIDGE)
    _call("ip", "link", "set", BRIDGE, "up")
    # It leads nowhere, but without a default route the kubelet finds no address of its own.
    _call("ip", "route", "add", "default", "dev", BRIDGE)
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def cgroups(name: str) -> list[Path]:
    """Return the box's folder in every hierarchy of control groups.

    Args:
        name: the box's name.
    """
    roots = []
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        left, _, right = line.partition(" - ")
        if right.split()[0] in ("cgroup", "cgroup2"):
            roots.append(Path(left.split()[4]))
    return [root / name for root in dict.fromkeys(roots)]


def make_cgroups(name: str) -> None:
    """Make the box's control groups, which the kubelet expects to find."""
    for folder in cgroups(name):
        folder.mkdir(exist_ok=True)


def remove_cgroups(name: str, seconds: float = 10) -> None:
    """Remove the box's control groups, waiting for the kernel to bury the last processes."""
    deadline = time.monotonic() + patience.seconds(seconds)
    while left := [folder for folder in cgroups(name) if folder.exists()]:
        for top in left:
            for folder, _, _ in os.walk(top, topdown=False):
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
        if time.monotonic() > deadline:
            raise Broken(f"control groups in use: {', '.join(map(str, left))}")
        time.sleep(0.05)


def _text_over(live: Path, place: str, text: str) -> None:
    source = live / "over" / place.strip("/").replace("/", "-")
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text)
    target = Path(os.path.realpath(place))
    if not target.exists():  # a link into the /run that was hidden
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _over(source, str(target))


def _over(source: Path, place: str, folder: bool = False) -> None:
    if folder:
        source.mkdir(parents=True, exist_ok=True)
    _call("mount", "--bind", str(source), place)


def _call(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Broken(f"{' '.join(command)}: {done.stderr.strip()}")
