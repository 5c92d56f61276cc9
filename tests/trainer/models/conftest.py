"""A place for artifacts, and an encoder beside it."""

from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.trainer import encoders


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return open_store(Store(uri=str(tmp_path / "artifacts")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return encoders.write(tmp_path / "encoder")
