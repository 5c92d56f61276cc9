"""Artifacts by URI: a folder or a bucket, behind one small interface.

Two promises hold the rest up: an object is either whole or absent, and ``create`` lets exactly one
writer through. Credentials come from the environment (AWS_ACCESS_KEY_ID …) and from nowhere else.
Only pods talk to storage; the operator never does.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from hone_trainer.storage_faults import UNREACHABLE, explain
from hone_trainer.task import Artifact, StageFailure, Store

Got = TypeVar("Got")
ARTIFACTS_FIELD = "spec.artifacts.uri"
_BACKOFF = {
    "init_backoff": timedelta(milliseconds=250),
    "base": 2,
    "max_backoff": timedelta(seconds=1),
}
_RETRIES = {"max_retries": 2, "retry_timeout": timedelta(seconds=30), "backoff": _BACKOFF}
"""The library's own, for a lost packet; what lasts longer is waited for here, and said so."""
FIRST_PATIENCE_S = 16.0
"""For a server that never answered: a pod may be faster than its network, or the name be wrong."""
PATIENCE_S = 300.0
"""For a server that did answer: it restarts, or its node does."""
PAUSE_S = 2.0
_log = logging.getLogger("hone")
_CLIENT = {"allow_http": True, "connect_timeout": "5s", "timeout": "300s"}


def open_store(store: Store, field: str = ARTIFACTS_FIELD) -> ArtifactStore:
    """Open a place for artifacts; nothing is reached before the first use.

    Args:
        store: a path, ``file://…`` or ``s3://bucket/prefix``, and how an S3 server is reached.
        field: the field of the job that the URI comes from, for messages.

    Raises:
        StageFailure: the URI is of no kind known (``UnsupportedUri``).
    """
    if store.uri.startswith("s3://"):
        root = store.uri.rstrip("/")
        return ArtifactStore(store, root, _open_bucket(root, store), field)
    if "://" in store.uri and not store.uri.startswith("file://"):
        scheme = store.uri.split("://")[0]
        remedy = f"{field} must be s3://bucket/prefix or a path"
        raise StageFailure("UnsupportedUri", f"{scheme}:// is not supported: {remedy}")
    root = str(Path(store.uri.removeprefix("file://")).absolute())
    return ArtifactStore(store, root, None, field)


def _open_bucket(root: str, store: Store) -> Any:
    from obstore.store import S3Store

    bucket, _, prefix = root.removeprefix("s3://").partition("/")
    options: dict[str, Any] = {"virtual_hosted_style_request": False}
    if store.endpoint is None:
        options = {}  # AWS itself: leave its own way of addressing
    elif not os.environ.get("AWS_ACCESS_KEY_ID") and not os.environ.get("AWS_ROLE_ARN"):
        options["skip_signature"] = True  # a server of our own knows no instance metadata
    if store.endpoint is not None:
        options["endpoint"] = store.endpoint
    region = store.region or os.environ.get("AWS_REGION") or "us-east-1"
    return S3Store(
        bucket,
        prefix=prefix or None,
        region=region,
        client_options=_CLIENT,
        retry_config=_RETRIES,
        **options,
    )


@dataclass
class ArtifactStore:
    """A folder or bucket of artifacts. Paths are relative to it, with forward slashes.

    Every method waits for a server that is away for a while, and raises ``StageFailure`` with a
    reason and the field to correct where the storage fails: BucketNotFound, StorageForbidden,
    StorageUnreachable, InputNotFound, …
    """

    settings: Store
    root: str
    _backend: Any
    field: str = ARTIFACTS_FIELD
    say: Callable[[str], None] = _log.warning
    """Told when it has to wait."""
    _reached: bool = False

    def get(self, path: str) -> bytes:
        """Read an object; ``InputNotFound`` where there is none."""
        import obstore

        return self._reach(path, lambda: bytes(obstore.get(self._open(create=False), path).bytes()))

    def put(self, path: str, data: bytes) -> None:
        """Write an object, whole or not at all, over whatever was there."""
        import obstore

        self._reach(path, lambda: obstore.put(self._open(), path, data))

    def create(self, path: str, data: bytes) -> bool:
        """Write an object unless there is one; say whether it was us."""
        import obstore

        def write() -> bool:
            try:
                obstore.put(self._open(), path, data, mode="create")
            except obstore.exceptions.AlreadyExistsError:
                return False
            return True

        return self._reach(path, write)

    def list(self, prefix: str) -> list[str]:
        """Give the paths below a folder, sorted; empty where there is no such folder."""
        import obstore

        def look() -> list[str]:
            try:
                backend = self._open(create=False)
            except FileNotFoundError:
                return []
            return sorted(o["path"] for page in obstore.list(backend, prefix) for o in page)

        return self._reach(prefix, look)

    def delete(self, path: str) -> None:
        """Remove an object; one that is not there is fine."""
        import obstore

        def remove() -> None:
            try:
                obstore.delete(self._open(create=False), path)
            except FileNotFoundError:
                return

        self._reach(path, remove)

    def uri(self, path: str) -> str:
        """Give the absolute address of a path."""
        return f"{self.root}/{path}"

    def read(self, uri: str, field: str = ARTIFACTS_FIELD) -> bytes:
        """Read an object by its absolute address, reached with this store's endpoint and keys."""
        if uri.startswith(self.root + "/"):
            return self.get(uri.removeprefix(self.root + "/"))
        parent, _, name = uri.rpartition("/")
        parent = parent or ("/" if uri.startswith("/") else ".")
        return open_store(self.settings.model_copy(update={"uri": parent}), field).get(name)

    def fetch(self, artifact: Artifact) -> bytes:
        """Read an artifact and check its digest (``ArtifactDamaged`` where it differs)."""
        data = self.read(artifact.uri)
        if hashlib.sha256(data).hexdigest() != artifact.sha256:
            message = f"{artifact.uri} is not what was committed: its SHA-256 digest differs"
            raise StageFailure("ArtifactDamaged", message)
        return data

    def _open(self, *, create: bool = True) -> Any:
        if self._backend is None:
            from obstore.store import LocalStore

            if not create and not Path(self.root).is_dir():
                raise FileNotFoundError(self.root)
            self._backend = LocalStore(self.root, mkdir=create)
        return self._backend

    def _reach(self, path: str, action: Callable[[], Got]) -> Got:
        """Do something, again and again while nobody answers; explain what cannot be done."""
        import obstore

        begun = time.monotonic()
        while True:
            try:
                got = action()
            except (obstore.exceptions.BaseError, OSError, ValueError) as error:
                failure = explain(error, self.uri(path), self.settings.endpoint, self.field)
            else:
                self._reached = True
                return got
            waited = time.monotonic() - begun
            patience = PATIENCE_S if self._reached else FIRST_PATIENCE_S
            if failure.reason != UNREACHABLE or waited > patience:
                raise failure from None
            self.say(f"waiting for the storage for {waited:.0f} s: {failure.message}")
            time.sleep(PAUSE_S)
