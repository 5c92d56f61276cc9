"""The real cluster with Hone in it, and desks in front of it."""

import shutil
from collections.abc import Callable, Iterator

import pytest

from hone_trainer.store.reuse import FOLDER
from lab.testbed import Testbed
from tests.realnode.desk import Desk


@pytest.fixture(scope="session")
def hone(testbed: Testbed) -> Testbed:
    """The real node with the operator of this checkout, installed by its chart."""
    testbed.install()
    return testbed


@pytest.fixture(scope="module")
def desks(hone: Testbed) -> Iterator[Callable[[str], Desk]]:
    """Make desks: a namespace each, with the store's credentials in a Secret."""
    made: list[str] = []

    def desk(namespace: str) -> Desk:
        hone.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true")
        hone.kubectl("create", "namespace", namespace)
        # What earlier sessions made lies in the box still: here everything is done once more.
        for signposts in hone.store.folder.glob(f"*/*/{namespace}/{FOLDER}"):
            shutil.rmtree(signposts)
        hone.kubectl("apply", "-f", "-", stdin=hone.store.secret(namespace))
        made.append(namespace)
        return Desk(hone, namespace)

    yield desk
    for namespace in made:
        hone.kubectl("delete", "namespace", namespace, "--wait=false")
