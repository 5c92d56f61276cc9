"""What most fusions are tried on."""

import pytest

from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_members import MODELS, QUICK


@pytest.fixture
def trained(clicks: Bench) -> Bench:
    """Two stages, each with a model of its own."""
    for name, model in MODELS.items():
        clicks(name, {"train": {"model": model, **QUICK}})
    return clicks
