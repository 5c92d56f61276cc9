"""Kubeconfig files: who one is, and where the API server is, with everything inlined.

Inlined, because a file that points at others breaks when it is copied into a container.
"""

import base64
import json
import os
from pathlib import Path

from lab.certs import Pair


def write(path: Path, server: str, ca: Path, user: Pair) -> Path:
    """Write a kubeconfig that only this user may read, and return its path.

    Args:
        path: the file to write.
        server: the API server's URL.
        ca: the certificate of the authority to trust.
        user: the client certificate to present.
    """
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "lab",
        "clusters": [
            {
                "name": "lab",
                "cluster": {"server": server, "certificate-authority-data": _inline(ca)},
            }
        ],
        "users": [
            {
                "name": "lab",
                "user": {
                    "client-certificate-data": _inline(user.cert),
                    "client-key-data": _inline(user.key),
                },
            }
        ],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": "lab"}}],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=1)  # JSON is YAML, and needs no library
    return path


def _inline(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()
