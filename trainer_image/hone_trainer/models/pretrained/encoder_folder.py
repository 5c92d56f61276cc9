"""Where a pretrained encoder lies, and which field of a job says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hone_trainer.contract.assignment import StageFailure

if TYPE_CHECKING:
    from hone_trainer.store.artifact_store import ArtifactStore

REASON = "BadEncoder"


@dataclass(frozen=True)
class EncoderFolder:
    """The folder that an encoder is read from."""

    uri: str
    """``s3://bucket/folder`` or a path."""
    field: str
    """Of the job, whose ``uri`` names the folder: ``train.model.service.encoder``."""

    def place(self, name: str) -> str:
        """Return where a file of it lies."""
        return f"{self.uri.rstrip('/')}/{name}"

    def read(self, name: str, store: ArtifactStore) -> bytes:
        """Return what a file of it holds.

        Raises:
            StageFailure: InputNotFound.
        """
        return store.read(self.place(name), f"{self.field}.uri")

    def version(self, name: str, store: ArtifactStore) -> str:
        """Return what changes whenever a file of it does; empty where there is none."""
        entry = store.at(self.uri, f"{self.field}.uri").entry(name)
        return str(entry.version) if entry else ""

    def refusal(
        self, message: str, remedy: str = "name a folder with an encoder of BERT's family"
    ) -> StageFailure:
        """Return why what lies there is no encoder that can be had."""
        return StageFailure(REASON, f"{self.field}.uri: {message}: {remedy}")
