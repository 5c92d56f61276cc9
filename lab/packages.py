"""What the real things need of the system: Debian packages, installed only where missing."""

import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping

from lab import locks, places
from lab.faults import Missing

# A command (or file, or pattern of one) that proves a package is there, and the package.
NODE: Mapping[str, str] = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "conntrack": "conntrack",
    "iptables": "iptables",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "mount": "mount",
    "openssl": "openssl",
    "/bin/busybox": "busybox-static",
}
IMAGES: Mapping[str, str] = {"buildah": "buildah", "debootstrap": "debootstrap"}
BROWSER: Mapping[str, str] = {"chromium": "chromium"}
POSTGRES: Mapping[str, str] = {"/usr/lib/postgresql/*/bin/initdb": "postgresql"}
_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def missing(needed: Mapping[str, str]) -> list[str]:
    """Return the packages that have to be installed."""
    return sorted({package for proof, package in needed.items() if not _present(proof)})


def ensure(needed: Mapping[str, str]) -> None:
    """Install what is missing.

    Args:
        needed: proof of presence to package name.

    Raises:
        Missing: something is absent and this user cannot install it.
    """
    absent = missing(needed)
    if not absent:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Missing(f"install these Debian packages as root: {' '.join(absent)}")
    with locks.held(places.cache() / "locks" / "apt.lock", "installation of packages"):
        print(f"lab: installing {' '.join(absent)}", file=sys.stderr, flush=True)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", *absent]
        for command in (["apt-get", "update"], install):
            done = subprocess.run(command, env=environ, capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"apt-get cannot install {' '.join(absent)}:\n{done.stderr[-1500:]}")


def _present(proof: str) -> bool:
    if proof.startswith("/"):
        return bool(glob.glob(proof))
    path = os.pathsep.join([os.environ.get("PATH", ""), _SYSTEM_PATH])
    return shutil.which(proof, path=path) is not None
