"""The chart on a real API server: its rights are enough, and it leaves without a trace."""

import json
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from hone.cluster.kube_connection import Connection
from lab import patience
from lab.apiserver import Cluster
from tests.cluster.definition import define, established
from tests.cluster.kubelet import kubelet
from tests.cluster.process import leader
from tests.cluster.real import JOBS, RealGround, until
from tests.plan.builders import PREPARE, gang_train

pytestmark = pytest.mark.api
RELEASE = "hone"
SYSTEM = "hone-system"
OURS = "app.kubernetes.io/instance=hone"
KINDS = "deployments,services,serviceaccounts,roles,rolebindings,clusterroles,clusterrolebindings"


class Helm:
    """A helm that talks to the server."""

    def __init__(self, binary: Path, chart: Path, server: Cluster) -> None:
        self.binary, self.chart, self.server = binary, chart, server

    def __call__(self, *words: str) -> str:
        command = [str(self.binary), "--kubeconfig", str(self.server.kubeconfig), "-n", SYSTEM]
        done = subprocess.run(
            [*command, *words], capture_output=True, text=True, timeout=patience.seconds(60)
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def install(self, *sets: str) -> str:
        words = [word for each in sets for word in ("--set", each)]
        return self("upgrade", "--install", RELEASE, str(self.chart), "--create-namespace", *words)

    def left(self) -> list[str]:
        """What the release left in the cluster."""
        found = self.server.kubectl("get", KINDS, "-A", "-l", OURS, "-o", "name")
        return found.split()


@pytest.fixture
def installed(helm: Path, chart: Path, server: Cluster) -> Iterator[Helm]:
    # The other tests made the definition by other means: helm may only keep what it made.
    server.kubectl("delete", "crd", "optimizationjobs.hone.dev", "--ignore-not-found")
    made = Helm(helm, chart, server)
    made.install()
    established(server)
    yield made
    if RELEASE in made("list", "--short"):
        made("uninstall", RELEASE)
    # As the tests after us expect it, whatever helm has left.
    define(server)


@pytest.fixture
async def ground(server: Cluster, installed: Helm) -> AsyncIterator[RealGround]:
    async with await Connection.open(str(server.kubeconfig)) as connection:
        real = RealGround(connection)
        await real.prepare()
        yield real


@pytest.fixture
async def account(installed: Helm, server: Cluster, tmp_path: Path) -> Path:
    """A kubeconfig of the account that the chart made."""
    token = server.kubectl("-n", SYSTEM, "create", "token", RELEASE).strip()
    config = json.loads(Path(server.kubeconfig).read_text())
    config["users"][0]["user"] = {"token": token}
    path = tmp_path / "account.kubeconfig"
    path.write_text(json.dumps(config))
    return path


@pytest.mark.parametrize("everywhere", [True, False])
async def test_the_charts_account_may_do_what_the_operator_does(
    installed: Helm, ground: RealGround, account: Path, tmp_path: Path, everywhere: bool
) -> None:
    served = "" if everywhere else ground.namespace
    if served:
        installed.install(f"namespaces={{{served}}}")
    variables = {"HONE_NAMESPACES": served, "POD_NAMESPACE": SYSTEM, "POD_NAME": ground.namespace}
    async with leader(account, tmp_path / "log", **variables), kubelet(ground):
        key = await ground.apply("demo", {"stages": [PREPARE, gang_train()]})

        async def complete() -> bool:
            seen = await ground.cluster.observe(key)
            return seen is not None and seen.world.status.holds("Complete")

        assert await until(complete)

        async def told() -> bool:
            events = await ground.api.call("GET", ground.path("apis/events.k8s.io/v1", "events"))
            return "Complete" in {event["reason"] for event in events["items"]}

        assert await until(told)
    lines = (tmp_path / "log").read_text().splitlines()
    # A definition that was just written is not served at once: kopf is told so, and asks again.
    assert [each for each in lines if "ERROR" in each and "re)initializing" not in each] == []


async def test_an_uninstall_leaves_jobs_and_nothing_else(
    installed: Helm, ground: RealGround
) -> None:
    await ground.apply("demo", {"stages": [PREPARE]})
    installed.install("namespaces={default}", "replicas=2")
    assert installed.left()
    installed("uninstall", RELEASE)
    assert installed.left() == []
    assert await ground.get(JOBS, "optimizationjobs", "demo")
    await ground.remove(await ground.apply("other", {"stages": [PREPARE]}))
    assert await ground.get(JOBS, "optimizationjobs", "other") is None, "nothing holds it back"
    installed.install()
    assert await ground.get(JOBS, "optimizationjobs", "demo"), "a second install finds them again"


async def test_without_keep_the_definition_goes_too(installed: Helm) -> None:
    installed.install("crds.keep=false")
    installed("uninstall", RELEASE)
    gone = ("wait", "--for=delete", "crd/optimizationjobs.hone.dev", patience.flag(20))
    installed.server.kubectl(*gone)
