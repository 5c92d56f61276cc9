"""kopf is a doorbell and nothing else: it never writes, and every event names one key."""

from collections.abc import Mapping
from typing import Any

import pytest
from kopf._cogs.structs.references import Resource

from hone.cluster.port import Key
from hone.control import doorbell
from hone.control.workqueue import Workqueue
from hone.plan import names
from tests.control.virtual import now, run


async def login() -> Mapping[str, Any]:
    return {"server": "https://127.0.0.1:1"}


def plural(handler: Any) -> str:
    return str(handler.selector.plural or handler.selector.any_name)


def test_only_events_are_handled() -> None:
    queue: Workqueue[Key] = Workqueue()
    made = doorbell.registry(queue, login, names.JOB)
    for room in ("_changing", "_spawning", "_indexing", "_webhooks"):
        assert not getattr(made, room).get_all_handlers(), room
    assert {plural(handler) for handler in made._watching.get_all_handlers()} == {
        "optimizationjobs",
        "jobs",
        "pods",
    }
    assert [str(h.activity) for h in made._activities.get_all_handlers()] == ["authentication"]


def test_kopf_leaves_everything_alone() -> None:
    chosen = doorbell.settings(names.JOB)
    assert not chosen.posting.enabled
    assert chosen.peering.standalone
    assert chosen.scanning.disabled
    assert chosen.persistence.consistency_timeout == 0
    storages = chosen.persistence.diffbase_storage, chosen.persistence.progress_storage
    body: Any = {"metadata": {"annotations": {}}, "status": {}}
    some: Any = "any"
    assert storages[0].fetch(body=body) is None
    assert storages[1].fetch(key=some, body=body) is None
    assert storages[1].clear(essence=body) is body


@pytest.mark.parametrize(
    ("kind", "event", "key"),
    [
        ("optimizationjobs", {"namespace": "shop", "name": "demo"}, Key("shop", "demo")),
        ("jobs", {"namespace": "shop", "labels": {names.JOB: "demo"}}, Key("shop", "demo")),
        ("pods", {"namespace": "shop", "labels": {names.JOB: "demo"}}, Key("shop", "demo")),
    ],
)
async def test_an_event_rings_for_its_job(kind: str, event: dict[str, Any], key: Key) -> None:
    queue: Workqueue[Key] = Workqueue()
    made = doorbell.registry(queue, login, names.JOB)
    [handler] = [h for h in made._watching.get_all_handlers() if plural(h) == kind]
    for what in ("ADDED", "MODIFIED", "DELETED"):
        await handler.fn(type=what, **event)  # type: ignore[misc]
        assert await queue.take() == key
        queue.done(key)


@pytest.mark.parametrize(
    "kind", [Resource("batch", "v1", "jobs"), Resource("", "v1", "pods")], ids=str
)
def test_no_children_of_others_are_sent_to_us(kind: Resource) -> None:
    assert [*doorbell.settings(names.JOB).watching.label_selectors.collect(kind)] == [names.JOB]


def test_the_changes_of_a_pod_that_starts_are_one_look() -> None:
    async def main() -> None:
        queue: Workqueue[Key] = Workqueue()
        made = doorbell.registry(queue, login, names.JOB)
        [pods] = [h for h in made._watching.get_all_handlers() if plural(h) == "pods"]
        event: dict[str, Any] = {"namespace": "shop", "labels": {names.JOB: "demo"}}
        for _ in range(5):
            await pods.fn(**event)  # type: ignore[misc]
        assert not len(queue)
        assert await queue.take() == Key("shop", "demo")
        assert now() == 1000.0 + doorbell.PODS.total_seconds()
        queue.done(Key("shop", "demo"))
        assert not len(queue)

    run(main())
