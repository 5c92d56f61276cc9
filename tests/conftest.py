"""What every room of the tests may ask for."""

import os
from pathlib import Path

import pytest

from lab.pytest_plugin import api_server, node, testbed

__all__ = ["api_server", "datasets", "node", "root", "testbed"]

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def datasets() -> Path:
    """Real data, one set per domain; licences keep it out of the checkout."""
    folder = Path(os.environ.get("HONE_DATASETS", ROOT.parent / "shared" / "datasets"))
    if folder.is_dir():
        return folder
    reason = f"no data sets in {folder}; name their folder in HONE_DATASETS"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
