"""The real cluster that large runs are measured on, with the operator of this checkout."""

from lab import box, life
from lab.testbed import Testbed
from tests.realnode.desk import Desk


def desk(namespace: str) -> Desk:
    """Return a desk in an empty namespace that has the store's credentials."""
    ours = box.ours()
    life.up(ours)
    bed = Testbed.of(ours)
    bed.install()
    bed.kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=true")
    bed.kubectl("create", "namespace", namespace)
    bed.kubectl("apply", "-f", "-", stdin=bed.store.secret(namespace))
    return Desk(bed, namespace)
