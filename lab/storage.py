"""Object storage in the box: an S3 server over a plain folder, reachable from pods by name.

Its buckets are folders and its objects files, so a test puts data in with a copy. The credentials
are random, made anew with each box, and kept in one file that only its owner may read.
"""

import hashlib
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from lab import ground, probes, processes
from lab.controlplane import ControlPlane
from lab.processes import Component

PORT = 7070
HOST = "s3.storage.svc"
BUCKETS = ("models", "raw")


@dataclass(frozen=True)
class Credentials:
    """Who may use the store."""

    access_key: str
    secret_key: str

    def __repr__(self) -> str:
        """Show nothing that opens a door."""
        return f"Credentials({self.access_key!r}, ...)"

    @classmethod
    def create(cls, path: Path) -> "Credentials":
        """Make new credentials and keep them in a file."""
        made = cls("lab" + secrets.token_hex(8), secrets.token_urlsafe(30))
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(made), file)
        return made

    @classmethod
    def read(cls, path: Path) -> "Credentials":
        """Read the credentials of a running box."""
        return cls(**json.loads(path.read_text()))


def start(plane: ControlPlane, folder: Path, credentials: Credentials) -> Component:
    """Start the server in the box.

    Args:
        plane: who keeps the process.
        folder: where buckets are kept, as folders.
        credentials: who may use it.
    """
    for bucket in BUCKETS:
        (folder / bucket).mkdir(parents=True, exist_ok=True)
    environ = {
        **os.environ,
        # By environment: a command line is for everybody to read.
        "ROOT_ACCESS_KEY": credentials.access_key,
        "ROOT_SECRET_KEY": credentials.secret_key,
    }
    command: list[str | Path] = [plane.binaries["versitygw"], "--port", f":{PORT}"]
    command += ["--health", "/health", "posix", folder]
    server = processes.start("versitygw", command, plane.logs, environ)
    plane.running.append(server)
    server.await_ready(probes.answering(f"http://127.0.0.1:{PORT}/health"))
    return server


def put(folder: Path, source: Path, bucket: str, key: str) -> str:
    """Copy a file of this machine into a bucket, and return its URI.

    Args:
        folder: where buckets are kept.
        source: the file to copy.
        bucket: a bucket that exists.
        key: the object's name.
    """
    target = folder / bucket / key
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f"incoming-{secrets.token_hex(4)}"
    shutil.copyfile(source, partial)
    with partial.open("rb") as content:
        etag = hashlib.file_digest(content, "md5").hexdigest()  # what S3 says of a plain upload
    os.setxattr(partial, "user.etag", etag.encode())
    partial.replace(target)  # nobody sees half a file
    return f"s3://{bucket}/{key}"


def manifests() -> list[dict[str, object]]:
    """Return what gives the server a name in the cluster: a Service that points out of it."""
    name = {"name": "s3", "namespace": "storage"}
    labelled = {**name, "labels": {"kubernetes.io/service-name": "s3"}}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "storage"}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": name,
            "spec": {"ports": [{"name": "s3", "port": PORT}]},
        },
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": labelled,
            "addressType": "IPv4",
            "ports": [{"name": "s3", "port": PORT}],
            "endpoints": [{"addresses": [ground.GATEWAY], "conditions": {"ready": True}}],
        },
    ]
