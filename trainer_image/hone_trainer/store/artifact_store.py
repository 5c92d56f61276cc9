"""Artifacts by URI: a folder or a bucket, behind one small interface.

Two promises hold the rest up: an object is either whole or absent, and ``create`` lets exactly one
writer through. Credentials come from the environment (AWS_ACCESS_KEY_ID …) and from nowhere else.
Only pods talk to storage; the operator never does.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from hone_trainer.contract.assignment import Artifact, StageFailure, Store
from hone_trainer.store import private_paths
from hone_trainer.store.errors import UNREACHABLE, explain, sober
from hone_trainer.store.object_info import Entry
from hone_trainer.store.object_store_clients import is_bucket, open_bucket
from hone_trainer.store.slow_call_watch import told

Got = TypeVar("Got")
ARTIFACTS_FIELD = "spec.artifacts.uri"
FIRST_PATIENCE_S = 16.0
"""For a server that never answered: a pod may be faster than its network, or the name be wrong."""
PATIENCE_S = 300.0
"""For a server that did answer: it restarts, or its node does."""
PAUSE_S = 2.0
_MOST_PLACES = 64
"""Places elsewhere that stay open: each keeps connections."""
_log = logging.getLogger("hone")


def open_store(store: Store, field: str = ARTIFACTS_FIELD) -> ArtifactStore:
    """Open a place for artifacts; nothing is reached before the first use.

    Args:
        store: a path or a place in a bucket, and how an S3 server is reached.
        field: the field of the job that the URI comes from, for messages.

    Raises:
        StageFailure: the URI is of no kind known (``UnsupportedUri``), or the credentials make no
            sense (``StorageForbidden``).
    """
    if is_bucket(store.uri):
        root = store.uri.rstrip("/")
        return ArtifactStore(store, root, open_bucket(root, store, field), field)
    if "://" in store.uri and not store.uri.startswith("file://"):
        scheme = store.uri.split("://")[0]
        remedy = f"{field} must be gs://, az:// or s3://bucket/prefix or a path"
        raise StageFailure("UnsupportedUri", f"{scheme}:// is not supported: {remedy}")
    root = str(Path(store.uri.removeprefix("file://")).absolute())
    return ArtifactStore(store, root, None, field)


@dataclasses.dataclass
class ArtifactStore:
    """A folder or bucket of artifacts. Paths are relative to it, with forward slashes.

    Every method waits for a server that is away for a while, and raises ``StageFailure`` with the
    field to correct where the storage fails: BucketNotFound, StorageForbidden, InputNotFound, …
    """

    settings: Store
    root: str
    _backend: Any = dataclasses.field(repr=False)
    field: str = ARTIFACTS_FIELD
    say: Callable[[str], None] = _log.warning
    """Told when it has to wait."""
    hear: Callable[[], object] = int
    """Called while a call lasts, about every second from the fifth on."""
    _reached: bool = False
    _places: dict[tuple[str, str], ArtifactStore] = dataclasses.field(
        default_factory=dict, repr=False, compare=False
    )

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
        """Return the paths below a folder, sorted; empty where there is no such folder."""
        return [entry.path for entry in self.entries(prefix)]

    def entries(self, prefix: str) -> Sequence[Entry]:
        """Return what lies below a folder, sorted by path; empty where there is no such folder."""
        import obstore

        def look() -> Sequence[Entry]:
            try:
                pages = obstore.list(self._open(create=False), prefix)
            except FileNotFoundError:
                return []
            found = (self._entry(each) for page in pages for each in page)
            return sorted(found, key=lambda entry: entry.path)

        return self._reach(prefix, look)

    def entry(self, path: str) -> Entry | None:
        """Say what is known of an object; None where there is none."""
        import obstore

        def look() -> Entry | None:
            try:
                return self._entry(obstore.head(self._open(create=False), path))
            except FileNotFoundError:
                return None

        return self._reach(path, look)

    def get_range(self, path: str, start: int, end: int, version: str = "") -> bytes:
        """Read the bytes from ``start`` to before ``end``, fewer where the object ends earlier.

        Args:
            path: the object.
            start: first byte; one that is there.
            end: one past the last.
            version: what ``entry`` said; ``InputChanged`` where the object is another by now.
        """
        import obstore

        def look() -> bytes:
            got = obstore.get(self._open(create=False), path, options={"range": (start, end)})
            if version and self._entry(got.meta).version != version:
                message = f"{self.uri(path)} was changed while it was read"
                remedy = f"let nobody write to what {self.field} names, and start again"
                raise StageFailure("InputChanged", f"{message}: {remedy}")
            return bytes(got.bytes())

        return self._reach(path, look)

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
        """Return the absolute address of a path."""
        return f"{self.root}/{path}"

    def read(self, uri: str, field: str = ARTIFACTS_FIELD) -> bytes:
        """Read an object by its absolute address, reached with this store's endpoint and keys."""
        if uri.startswith(self.root + "/"):
            return self.get(uri.removeprefix(self.root + "/"))
        parent, _, name = uri.rpartition("/")
        parent = parent or ("/" if uri.startswith("/") else ".")
        return self.at(parent, field).get(name)

    def at(self, uri: str, field: str) -> ArtifactStore:
        """Open another place, reached with this store's endpoint and keys.

        Args:
            uri: a folder or a place in a bucket.
            field: the field of the job that it comes from, for messages.
        """
        place = self._places.get((uri, field))
        if place is None:
            place = open_store(self.settings.model_copy(update={"uri": uri}), field)
            place._reached = self._reached and is_bucket(uri) and uri[:5] == self.root[:5]
            if len(self._places) >= _MOST_PLACES:
                self._places.clear()
            self._places[uri, field] = place
        place.say = self.say
        return place

    def fetch(self, artifact: Artifact) -> bytes:
        """Read an artifact and check its digest: ``ArtifactMissing``, ``ArtifactDamaged``."""
        ours = self.field == ARTIFACTS_FIELD
        instead = "run the job anew under another name" if ours else f"name another in {self.field}"
        try:
            data = self.read(artifact.uri)
        except StageFailure as failure:
            if failure.reason != "InputNotFound":
                raise
            message = f"{artifact.uri} was removed since it was committed"
            raise StageFailure("ArtifactMissing", f"{message}: {instead}") from None
        if hashlib.sha256(data).hexdigest() != artifact.sha256:
            message = f"{artifact.uri} is not what was committed: its SHA-256 digest differs"
            raise StageFailure("ArtifactDamaged", f"{message}; {instead}")
        return data

    def _entry(self, meta: Any) -> Entry:
        tag = meta["e_tag"] if is_bucket(self.root) else None
        # A file's tag holds its inode, which differs from node to node for the same file.
        changed = tag or meta["last_modified"].isoformat()
        version = f"{changed} {meta['size']}"
        return Entry(meta["path"], meta["size"], version, meta["last_modified"])

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

        if not is_bucket(self.root):
            private_paths.refuse(f"{self.root}/{path}", self.field)
        begun = time.monotonic()
        while True:
            try:
                with told(self.hear), sober():
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
