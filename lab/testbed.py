"""What a test gets to work with: the node of a running box, its storage, and the project in it."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

from lab import gpus, images, release, storage
from lab.apiserver import Cluster
from lab.box import Box
from lab.faults import Broken


@dataclass(frozen=True)
class Store:
    """The box's object storage.

    Attributes:
        box: where it runs.
        credentials: random, and good as long as the box lives.
    """

    box: Box
    credentials: storage.Credentials

    @property
    def endpoint(self) -> str:
        """The URL for pods."""
        return f"http://{storage.HOST}:{storage.PORT}"

    @property
    def outside(self) -> str:
        """The URL for processes of this machine, tests among them."""
        return f"http://127.0.0.1:{(self.box.live / 's3.port').read_text()}"

    @property
    def folder(self) -> Path:
        """The buckets, as folders with the objects as files."""
        return self.box.live / "s3"

    def put(self, source: Path, bucket: str, key: str) -> str:
        """Copy a file of this machine into a bucket, and return its s3:// URI."""
        return storage.put(self.folder, source, bucket, key)

    def secret(self, namespace: str, name: str = "s3") -> str:
        """Return a Secret with the credentials under their usual environment names, as JSON."""
        data = {
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
        }
        meta = {"name": name, "namespace": namespace}
        return json.dumps(
            {"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data}
        )


@dataclass(frozen=True)
class Testbed:
    """One real node and all that is on it."""

    __test__ = False  # pytest takes the name for a test class

    box: Box
    cluster: Cluster
    store: Store

    @classmethod
    def of(cls, box: Box) -> "Testbed":
        """Return the test bed of a running box."""
        credentials = storage.Credentials.read(box.live / "s3.json")
        return cls(box, box.cluster(), Store(box, credentials))

    def kubectl(self, *args: str, stdin: str | None = None, check: bool = True) -> str:
        """Run kubectl and return what it printed; Broken where it fails and `check` is set."""
        return self.cluster.kubectl(*args, stdin=stdin, check=check)

    def enter(self, *command: str) -> str:
        """Run a command in the box, where pods and Services have their addresses and names."""
        done = subprocess.run(self.box.enter(*command), capture_output=True, text=True)
        if done.returncode:
            raise Broken(f"{command[0]}: {done.stderr.strip()}")
        return done.stdout

    def set_gpus(self, count: int) -> None:
        """Let the node say that it has `count` GPUs."""
        gpus.set_gpus(self.cluster, count)

    def load_images(self) -> None:
        """Build and bring in the project's images, as far as they changed."""
        images.ensure(self.box)

    def install(self) -> None:
        """Install the operator as it is in the checkout, with its images, and wait for it."""
        release.install(self.box)
