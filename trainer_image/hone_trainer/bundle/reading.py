"""A bundle's files, each of them as it was written."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath

from pydantic import ValidationError

from hone_trainer.bundle.description import DESCRIPTION, Description
from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.runs.naming import bundle_uri
from hone_trainer.store.artifact_store import ArtifactStore, open_store


@dataclass(frozen=True)
class Bundle:
    """A bundle whose description was read; files are read one by one."""

    description: Description
    store: ArtifactStore

    @classmethod
    def open(cls, uri: str, endpoint: str | None = None, region: str | None = None) -> Bundle:
        """Read the description.

        Args:
            uri: the bundle's folder, or the ``bundle.json`` in it: a path or an object; or
                ``latest:JOB``, as ``runs.naming`` has it.
            endpoint: an S3 server that is not the cloud's own.
            region: the server's, or the cloud's.

        Raises:
            StageFailure: there is none (BundleNotFound), or it cannot be read (BundleUnreadable).
        """
        uri = bundle_uri(uri, endpoint, region)
        folder = uri.removesuffix(f"/{DESCRIPTION}") if uri != DESCRIPTION else "."
        store = open_store(Store(uri=folder or "/", endpoint=endpoint, region=region))
        try:
            data = store.get(DESCRIPTION)
        except StageFailure as failure:
            if failure.reason != "InputNotFound":
                raise
            message = f"{uri} holds no {DESCRIPTION}: name the folder `bundle` of an evaluate stage"
            raise StageFailure("BundleNotFound", message) from None
        try:
            return cls(Description.model_validate_json(data), store)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            message = f"{uri}: {DESCRIPTION}: {where}: {first['msg']}"
            remedy = "a later version may have made it: update Hone, or make it again"
            raise StageFailure("BundleUnreadable", f"{message}; {remedy}") from None

    def read(self, name: str) -> bytes:
        """Return a file.

        Raises:
            StageFailure: it is missing, or not as it was written (BundleDamaged).
        """
        listed = next((file for file in self.description.files if file.name == name), None)
        if listed is None or PurePosixPath(name).is_absolute():
            raise StageFailure("BundleDamaged", f"{self.store.root} lists no {name}: make it again")
        data = self.store.get(name)
        if hashlib.sha256(data).hexdigest() != listed.sha256:
            message = f"{self.store.root}/{name} is not what {DESCRIPTION} says (SHA-256 differs)"
            raise StageFailure("BundleDamaged", f"{message}: copy the bundle again")
        return data
