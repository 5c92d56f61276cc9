"""What hostile or mistaken hands leave of a job: its status and its children, spoiled at random."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hone.cluster.port import Key
from hone.plan import names
from hone.plan.names import INDEX, JOB, UID
from tests.fakes.cluster import FakeCluster
from tests.fakes.controller import condition

Object = dict[str, Any]

ODD: tuple[Any, ...] = (
    *(None, "", [], {}, 0, -1, 1, 77, 2**31 - 1, 2**31, 2**53, 2**63, 2**70, 0.5, 1e308, True),
    *("x", "x" * 3000, "Paused", "Failed", "Running", "Succeeded", "Pending", "Suspended"),
    *(
        "2999-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "2030-01-01T00:00:00",
        "0001-01-01T00:00:00Z",
        "yesterday",
    ),
    *("\u0663", "None", "\0", "NaN", "0", "1" * 40),
)
"""What stands where something else should."""
WORDS = (
    *("", "Killed", "[" * 4000, "{}", "null", "\0", '{"reason": "Succeeded"}', "\ud800"),
    '{"manifest": {"name": "m", "uri": "s3://b/m", "sha256": "0", "sizeBytes": 1e400}}',
    '{"manifest": {"name": "m", "uri": "s3://b/m", "sha256": "0", "sizeBytes": 99e99}}',
    '{"metrics": [{"name": "auc", "value": 1e400}, {"name": "auc", "value": NaN}]}',
    '{"message": "' + "x" * 1000 + '", "reason": "' + "R" * 63 + '"}',
)
"""Last words of a pod."""


def spoil(cluster: FakeCluster, key: Key, rng: random.Random) -> list[str]:
    """Do one to three things to a job; give their names."""
    done = []
    for _ in range(rng.randint(1, 3)):
        hand = rng.choice(HANDS)
        hand(cluster, key, rng)
        done.append(hand.__name__)
    cluster.touch(key)
    return done


def record(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Change any place of the record."""
    status = cluster.resources[key]["status"] = deepcopy(cluster.resources[key]["status"])
    places = list(_places(status))
    if not places:
        return
    here, step = rng.choice(places)
    how = rng.randrange(4)
    if how == 0:
        del here[step]
    elif how == 1 and isinstance(here[step], list) and here[step]:
        here[step] = here[step] * 2 if rng.random() < 0.5 else here[step][:-1]
    elif how == 2:
        here[step] = deepcopy(rng.choice(places)[0])
    else:
        here[step] = deepcopy(rng.choice(ODD))


def emptied(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Take the record away, or what it says of the stages."""
    status = cluster.resources[key]["status"]
    cluster.resources[key]["status"] = rng.choice(({}, {**status, "stages": []}))


def end(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Write an end that was not, or take away one that was."""
    status = cluster.resources[key]["status"]
    if status.pop("finishedAt", None) is None:
        status["finishedAt"] = rng.choice(("2030-01-01T00:00:00Z", "2999-01-01T00:00:00Z"))


def child_status(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Write what no Job controller writes into a Job's status."""
    if job := _one(cluster.jobs, rng):
        both = [condition("Complete", ""), condition("Failed", "")]
        odd: Object = {"ready": 2**31 - 1, "succeeded": 2**31 - 1, "failed": 2**31 - 1}
        told = rng.choice((None, {}, {"conditions": None}, {"conditions": both}, odd))
        job["status"] = {"conditions": []} if told is None else told


def child_labels(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Change or drop labels of a Job or a pod."""
    if found := _one(rng.choice((cluster.jobs, cluster.pods)), rng):
        labels = found["metadata"]["labels"]
        kept = [name for name in labels if name not in (UID, JOB)]
        if kept and rng.random() < 0.7:
            labels[rng.choice(kept)] = rng.choice(("77", "-1", "x", "\u0663", "", "1" * 63))
        elif kept:
            labels.pop(rng.choice(kept))


def child_owner(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Forge the owner of a Job, a pod or a Service, or take it away."""
    shelf = rng.choice((cluster.jobs, cluster.pods, cluster.services))
    if found := _one(shelf, rng):
        other = {"kind": "Job", "name": "another", "uid": "forged", "controller": True}
        found["metadata"]["ownerReferences"] = rng.choice(([], [other]))


def child_gone(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Delete a Job, a pod or a Service behind everybody's back."""
    shelf = rng.choice((cluster.jobs, cluster.pods, cluster.services))
    if shelf:
        del shelf[rng.choice(sorted(shelf))]


def child_held(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Let a finalizer hold a Job that is on its way out."""
    if found := _one(cluster.jobs, rng):
        found["metadata"] |= {"deletionTimestamp": "2030-01-01T00:00:00Z", "finalizers": ["x/y"]}


def pod_words(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Let a pod end in a way that nobody foresaw."""
    if pod := _one(cluster.pods, rng):
        ended = {
            "exitCode": rng.choice((0, 1, 64, 75, 137, 255, 2**31 - 1, -1)),
            "message": rng.choice(WORDS),
            "finishedAt": rng.choice(("", "yesterday")),
        }
        states: tuple[Object, ...] = (
            {"terminated": ended},
            {},
            {"waiting": {"reason": "x" * 3000}},
        )
        pod["status"] = {
            "phase": rng.choice(("Pending", "Running", "Succeeded", "Failed", "Unknown")),
            "containerStatuses": rng.choice((None, [], [{"state": rng.choice(states)}])),
            "conditions": rng.choice((None, [condition("DisruptionTarget", "x" * 3000)])),
        }


def stranger(cluster: FakeCluster, key: Key, rng: random.Random) -> None:
    """Put an object of somebody else where ours is or will be."""
    raw = cluster.resources[key]
    stage = rng.choice(raw["spec"]["stages"])["name"]
    place = names.Place(stage, rng.randint(0, 1), "worker", rng.randint(0, 2))
    name = rng.choice((names.child(key.name, place), names.service(key.name), "stranger"))
    shelf = cluster.services if name.endswith("-gang") else rng.choice((cluster.jobs, cluster.pods))
    labels: Object = {UID: raw["metadata"]["uid"], JOB: key.name, **place.labels(), INDEX: "0"}
    owner = {"kind": "Other", "name": "other", "uid": "other", "controller": True}
    ours = {**owner, "kind": "OptimizationJob", "name": key.name, "uid": raw["metadata"]["uid"]}
    meta = {
        "name": name,
        "uid": f"uid-of-stranger-{rng.random()}",
        "labels": rng.choice((labels, {})),
        "ownerReferences": rng.choice(([], [owner], [ours])),
    }
    told = rng.choice(({}, {"conditions": [condition("Complete", "")]}))
    shelf.setdefault(
        (key.namespace, name),
        {"metadata": meta, "spec": {"completions": 1}, "status": told, "job": ("", "")},
    )


Hand = Callable[[FakeCluster, Key, random.Random], None]
HANDS: tuple[Hand, ...] = (
    *(record, record, record, record, record, emptied, end),
    *(child_status, child_labels, child_owner, child_gone, child_held, pod_words, stranger),
)


def _places(tree: Any) -> Any:
    """Return every place below a value, as what holds it and the step to it."""
    steps = tree.keys() if isinstance(tree, dict) else range(len(tree))
    for step in list(steps):
        yield tree, step
        if isinstance(tree[step], dict | list):
            yield from _places(tree[step])


def _one(shelf: dict[tuple[str, str], Object], rng: random.Random) -> Object | None:
    if not shelf:
        return None
    name = rng.choice(sorted(shelf))
    shelf[name] = deepcopy(shelf[name])
    return shelf[name]
