"""A store in a folder, and pods that keep a run's record there."""

from pathlib import Path

import pytest

from hone_trainer.contract.assignment import Store
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from tests.trainer.runs.records import Pods


@pytest.fixture
def shelf(tmp_path: Path) -> ArtifactStore:
    return open_store(Store(uri=str(tmp_path / "artifacts")))


@pytest.fixture
def pods(shelf: ArtifactStore) -> Pods:
    return Pods(shelf)
