"""The real cluster keeps the contract, and what only a real API server can show."""

from typing import Any

import pytest

from hone.api.status import GangStatus, StageStatus
from hone.cluster.kube import _replacing
from hone.cluster.kube_connection import MERGE, Connection, fault
from hone.cluster.port import Conflict, Gone, Invalid, Key, Refused, Unavailable
from hone.plan import names
from hone.plan.events import Announcement
from lab.apiserver import Cluster
from tests.cluster.contract import DATA, Contract, Refusals, Refuser
from tests.cluster.hands import child_of, look, write
from tests.cluster.real import COLLECTED, JOBS, RealGround, until


@pytest.mark.api
class TestKube(Contract, Refusals):
    @pytest.fixture
    def ground(self, ground: RealGround) -> Refuser:
        return ground


@pytest.mark.api
async def test_deleting_a_job_removes_its_children(ground: RealGround) -> None:
    key = await ground.apply("demo")
    manifest = await child_of(ground, key)
    await ground.cluster.create(key, manifest)
    await until(lambda: ground.pod(key, DATA))
    await ground.remove(key)

    async def empty() -> bool:
        job = await ground.get("apis/batch/v1", "jobs", manifest["metadata"]["name"])
        return job is None and await ground.pod(key, DATA) is None

    assert await until(empty, COLLECTED)


@pytest.mark.api
async def test_a_job_on_its_way_out_is_not_seen(ground: RealGround) -> None:
    key = await ground.apply("demo")
    path = ground.path(JOBS, "optimizationjobs", "demo")
    for held in (["example.com/held"], []):
        body = {"metadata": {"finalizers": held}}
        await ground.api.call("PATCH", path, body=body, content_type=MERGE)
        if held:
            await ground.remove(key)
            assert await ground.get(JOBS, "optimizationjobs", "demo")
            assert await ground.cluster.observe(key) is None
    assert await ground.get(JOBS, "optimizationjobs", "demo") is None


@pytest.mark.api
async def test_forged_labels_make_no_child(ground: RealGround) -> None:
    key = await ground.apply("demo")
    manifest = await child_of(ground, key)
    del manifest["metadata"]["ownerReferences"]
    await ground.api.call("POST", ground.folder("Job"), body=manifest)
    assert (await look(ground, key)).world.jobs == ()


@pytest.mark.api
async def test_a_pod_whose_job_is_not_on_record_is_turned_away(ground: RealGround) -> None:
    key = await ground.apply("demo")
    await ground.cluster.create(key, await child_of(ground, key))
    token = await ground.token(key, DATA)
    with pytest.raises(Refused, match="not on the record"):
        await ground.cluster.identify(token)


@pytest.mark.api
async def test_a_job_on_record_is_found_without_its_labels_and_its_owner(
    ground: RealGround,
) -> None:
    key = await ground.apply("demo")
    await ground.cluster.create(key, await child_of(ground, key))
    [made] = (await look(ground, key)).world.jobs
    gang = GangStatus(state="Running", jobs={made.name: made.uid})
    stage = StageStatus(name=DATA.stage, kind="prepare", gangs=(gang,))
    await write(ground, key, stages=(stage,))
    bare = {"metadata": {"labels": None, "ownerReferences": None}}
    path = f"{ground.folder('Job')}/{made.name}"
    await ground.api.call("PATCH", path, body=bare, content_type=MERGE)
    [view] = (await look(ground, key)).world.jobs
    assert (view.uid, view.place) == (made.uid, DATA)


@pytest.mark.api
@pytest.mark.parametrize("label", [names.INDEX, names.MEMBER, names.ATTEMPT, names.STAGE])
async def test_a_pod_with_wrong_labels_is_passed_over(ground: RealGround, label: str) -> None:
    key = await ground.apply("demo")
    uid = (await look(ground, key)).raw["metadata"]["uid"]
    labels = {names.UID: uid, names.INDEX: "0", **DATA.labels(), label: "x"}
    if label == names.STAGE:
        del labels[label]

    async def account() -> Any:
        return await ground.get("api/v1", "serviceaccounts", "default")

    await until(account)
    spec = {"containers": [{"name": "c", "image": "i"}]}
    body = {"metadata": {"name": "odd", "labels": labels}, "spec": spec}
    await ground.api.call("POST", ground.path("api/v1", "pods"), body=body)
    assert (await look(ground, key)).world.pods == ()


@pytest.mark.api
async def test_an_event_is_told_once(ground: RealGround) -> None:
    key = await ground.apply("demo")
    seen = await look(ground, key)
    for _ in range(3):
        await ground.cluster.announce(key, seen, Announcement("Warning", "Restarting", "n" * 3000))
    found = await ground.api.call("GET", ground.path("apis/events.k8s.io/v1", "events"))
    [event] = [e for e in found["items"] if e["regarding"]["name"] == "demo"]
    assert (event["type"], event["reason"], len(event["note"])) == ("Warning", "Restarting", 1024)
    assert event["regarding"]["uid"] == seen.raw["metadata"]["uid"]


@pytest.mark.api
async def test_quota_is_a_refusal_in_the_servers_words(ground: RealGround) -> None:
    key = await ground.apply("demo")
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"count/jobs.batch": "0"}}}
    await ground.api.call("POST", ground.path("api/v1", "resourcequotas"), body=quota)

    async def counted() -> Any:
        found = await ground.get("api/v1", "resourcequotas", "none")
        return (found or {}).get("status", {}).get("hard")

    await until(counted)
    with pytest.raises(Refused, match="exceeded quota"):
        await ground.cluster.create(key, await child_of(ground, key))


@pytest.mark.api
@pytest.mark.parametrize("bound", ["audience", "pod"])
async def test_tokens_for_something_else_are_turned_away(ground: RealGround, bound: str) -> None:
    await ground.apply("demo")

    async def account() -> Any:
        return await ground.get("api/v1", "serviceaccounts", "default")

    await until(account)
    audience = "https://elsewhere" if bound == "audience" else "hone.dev/progress"
    path = ground.path("api/v1", "serviceaccounts", "default/token")
    made = await ground.api.call("POST", path, body={"spec": {"audiences": [audience]}})
    token = made["status"]["token"]
    if bound == "audience":
        assert await ground.cluster.identify(token) is None
        return
    for _ in range(2):  # the second answer comes from memory
        with pytest.raises(Refused, match="not bound to a pod"):
            await ground.cluster.identify(token)


@pytest.mark.api
async def test_without_rights_nothing_is_the_jobs_fault(
    ground: RealGround, server: Cluster
) -> None:
    key = await ground.apply("demo")
    manifest = await child_of(ground, key)
    assert server.plane
    login = server.plane.login("powerless", "powerless")
    async with await Connection.open(str(login)) as connection:
        powerless = type(ground.cluster)(connection)
        with pytest.raises(Unavailable, match="cannot get resource"):
            await powerless.observe(key)
        with pytest.raises(Unavailable, match="cannot create resource"):
            await powerless.create(key, manifest)


async def test_a_server_that_is_not_there_is_unavailable(tmp_path: Any) -> None:
    config = tmp_path / "kubeconfig"
    config.write_text(
        "{apiVersion: v1, kind: Config, current-context: c,"
        " clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}],"
        " users: [{name: u, user: {token: abc}}],"
        " contexts: [{name: c, context: {cluster: k, user: u}}]}"
    )
    from hone.cluster.kube import KubeCluster

    async with await Connection.open(str(config)) as connection:
        with pytest.raises(Unavailable):
            await KubeCluster(connection).observe(Key("shop", "demo"))
    with pytest.raises(Unavailable, match="KUBECONFIG"):
        await Connection.open(str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [
        (404, b"{}", Gone),
        (409, b'{"message": "taken"}', Conflict),
        (422, b'{"message": "spec.x: Invalid value"}', Invalid),
        (400, b"nonsense", Invalid),
        (413, b"", Invalid),
        (405, b"", Refused),
        (403, b'{"message": "jobs \\"x\\" is forbidden: exceeded quota: q"}', Refused),
        (403, b'{"message": "admission webhook \\"w\\" denied the request: no"}', Refused),
        (
            403,
            b'{"message": "jobs is forbidden: User \\"u\\" cannot create resource \\"jobs\\""}',
            Unavailable,
        ),
        (403, b'{"details": {"causes": [{"reason": "NamespaceTerminating"}]}}', Gone),
        (401, b"{}", Unavailable),
        (429, b"{}", Unavailable),
        (500, b"<html>", Unavailable),
        (503, b"", Unavailable),
    ],
)
def test_every_answer_has_its_fault(status: int, text: bytes, kind: type[Exception]) -> None:
    assert type(fault(status, text)) is kind


@pytest.mark.parametrize(
    ("old", "new", "patch"),
    [
        ({}, {"a": 1}, {"a": 1}),
        ({"a": 1, "b": 2}, {"a": 1}, {"a": 1, "b": None}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"x": 3}}, {"a": {"x": 3, "y": None}}),
        ({"a": {"x": 1}}, {"a": [1]}, {"a": [1]}),
        ({"a": [1, 2]}, {"a": [2]}, {"a": [2]}),
    ],
)
def test_a_merge_patch_names_what_vanished(
    old: dict[str, Any], new: dict[str, Any], patch: dict[str, Any]
) -> None:
    assert _replacing(old, new) == patch
