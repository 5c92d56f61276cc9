"""Install the operator in the box as a user would: with helm, from the project's own chart."""

import os
import subprocess
import sys
import time
from pathlib import Path

from lab import binaries, images, patience, places
from lab.box import Box
from lab.faults import Broken
from lab.recipes import OPERATOR, TRAINER

NAME = "hone"
NAMESPACE = "hone-system"
CHART = places.CHECKOUT / "charts" / "hone"


def install(box: Box, helm: str = "helm", seconds: float = 120) -> None:
    """Bring images and operator up to date with the checkout, and wait until it runs.

    Args:
        box: a running box.
        helm: which helm to use: `helm` is version 4, `helm3` version 3.
        seconds: how long helm waits for the operator, on a quick machine.
    """
    images.ensure(box)
    started = time.monotonic()
    _helm(box, helm, "upgrade", "--install", NAME, str(CHART), *values(), patience.flag(seconds))
    print(f"lab: installed after {time.monotonic() - started:.0f} s", file=sys.stderr)


def uninstall(box: Box, helm: str = "helm", seconds: float = 60) -> None:
    """Take the operator out again, and wait until it is gone.

    Args:
        box: a running box.
        helm: which helm to use.
        seconds: how long that may take, on a quick machine.
    """
    _helm(box, helm, "uninstall", NAME, "--namespace", NAMESPACE, "--wait", patience.flag(seconds))


def values() -> list[str]:
    """Return what the chart is told about a box."""
    chosen = {
        "image.repository": OPERATOR.name,
        "image.tag": "dev",
        "image.pullPolicy": "IfNotPresent",
        "trainer.image": TRAINER.tag,
        # The tag stays the same when the code changes; by this the pod is another one.
        r"podAnnotations.hone\.dev/inputs": OPERATOR.digest(),
    }
    sets = [word for key, value in chosen.items() for word in ("--set-string", f"{key}={value}")]
    return [*sets, "--namespace", NAMESPACE, "--create-namespace", "--wait"]


def _helm(box: Box, helm: str, *arguments: str) -> str:
    binary: Path = binaries.ensure([helm])[helm]
    environ = {**os.environ, "KUBECONFIG": str(box.kubeconfig)}
    done = subprocess.run([binary, *arguments], env=environ, capture_output=True, text=True)
    if done.returncode:
        kubectl = box.cluster().kubectl
        pods = kubectl("-n", NAMESPACE, "get", "pods", check=False)
        log = kubectl("-n", NAMESPACE, "logs", f"deployment/{NAME}", "--tail=20", check=False)
        raise Broken(f"helm {arguments[0]}: {done.stderr.strip()}\n{pods}{log}")
    return done.stdout
