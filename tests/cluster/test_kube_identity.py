"""A token is its pod's alone: who answers for it, for how long, and how often that is asked."""

import asyncio
from typing import Any, cast

import pytest

from hone.cluster import kube_identity
from hone.cluster.kube_connection import Connection
from hone.cluster.kube_identity import (
    KEPT_SECONDS,
    STRANGER_SECONDS,
    YOUNG_SECONDS,
    Identities,
)
from hone.cluster.port import Caller, Gone, Key, Refused, Unavailable
from hone.plan import names
from hone.plan.names import Place

AUDIENCE = "hone.dev/progress"
PLACE = Place("train", 1, "worker", 2)
CALLER = Caller(Key("shop", "demo"), PLACE)
POD_NAME, POD_UID = (f"authentication.kubernetes.io/pod-{word}" for word in ("name", "uid"))


def maker(**change: Any) -> dict[str, Any]:
    """The Job that controls the pod."""
    owner = {"kind": "Job", "name": names.child("demo", PLACE), "uid": "uid-of-job"}
    return {**owner, "controller": True, **change}


class Server:
    """An API server that knows one token, and the pod behind it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[str, str]] = []
        self.bodies: list[Any] = []
        self.fault: Exception | None = None
        self.busy = self.most = 0
        self.user: dict[str, Any] = {
            "username": "system:serviceaccount:shop:default",
            "extra": {POD_NAME: ["pod-a"], POD_UID: ["uid-a"]},
        }
        self.review: dict[str, Any] = {"authenticated": True, "audiences": [AUDIENCE]}
        self.meta: dict[str, Any] = {
            "namespace": "shop",
            "uid": "uid-a",
            "labels": {names.JOB: "demo", **PLACE.labels()},
            "ownerReferences": [maker()],
        }
        self.jobs = {names.child("demo", PLACE): "uid-of-job"}
        self.known = Identities(cast("Connection", self), AUDIENCE, lambda: self.now)

    async def call(self, method: str, path: str, *, body: Any = None) -> dict[str, Any]:
        """Answer as the API server would."""
        self.calls.append((method, path))
        self.busy += 1
        self.most = max(self.most, self.busy)
        await asyncio.sleep(0)
        self.busy -= 1
        if body:
            self.bodies.append(body)
            return {"status": {**self.review, "user": self.user}}
        if self.fault:
            raise self.fault
        if "optimizationjobs" in path:
            return {"status": {"stages": [{"gangs": [{}, {"jobs": self.jobs}]}]}}
        return {"metadata": self.meta}


@pytest.fixture
def server() -> Server:
    return Server()


async def test_a_token_leads_to_its_pod_by_three_questions(server: Server) -> None:
    assert await server.known.find("good") == CALLER
    assert server.calls == [
        ("POST", "/apis/authentication.k8s.io/v1/tokenreviews"),
        ("GET", "/api/v1/namespaces/shop/pods/pod-a"),
        ("GET", "/apis/hone.dev/v1alpha1/namespaces/shop/optimizationjobs/demo"),
    ]
    assert server.bodies[0]["spec"] == {"token": "good", "audiences": [AUDIENCE]}


@pytest.mark.parametrize(
    "review",
    [
        {"authenticated": False},
        {"audiences": []},
        {"audiences": ["https://elsewhere"]},
    ],
)
async def test_a_token_for_somebody_else_is_not_good(server: Server, review: Any) -> None:
    server.review |= review
    assert await server.known.find("t") is None
    assert len(server.calls) == 1


USER: list[tuple[dict[str, Any], str]] = [
    ({"extra": None}, "the token is not bound to a pod"),
    ({"extra": {POD_NAME: [], POD_UID: ["uid-a"]}}, "the token is not bound to a pod"),
    ({"username": "system:node:shop"}, "the token is not bound to a pod"),
    ({"extra": {POD_NAME: ["pod-a"], POD_UID: ["uid-b"]}}, "the pod was replaced by another"),
    ({"extra": {POD_NAME: ["pod-a"]}}, "the pod was replaced by another"),
]
OTHER = names.child("demo", Place("train", 0, "worker", 2))
META: list[tuple[dict[str, Any], str]] = [
    ({"labels": None}, "the pod is not of an OptimizationJob"),
    ({"labels": PLACE.labels()}, "the pod is not of an OptimizationJob"),
    (
        {"labels": {names.JOB: "demo", **PLACE.labels(), names.MEMBER: "x"}},
        "the pod is not of an OptimizationJob",
    ),
    ({"ownerReferences": None}, "the pod does not belong to the Job"),
    ({"ownerReferences": [maker(name=OTHER)]}, "the pod does not belong to the Job"),
    ({"ownerReferences": [maker(kind="ReplicaSet")]}, "the pod does not belong to the Job"),
    ({"ownerReferences": [maker(controller=False)]}, "the pod does not belong to the Job"),
    ({"ownerReferences": [maker(uid="uid-of-another")]}, "the Job of the pod is not on the record"),
]


@pytest.mark.parametrize(
    ("user", "meta", "words"), [(u, {}, w) for u, w in USER] + [({}, m, w) for m, w in META]
)
async def test_a_bearer_that_is_none_of_our_pods_is_told_why(
    server: Server, user: dict[str, Any], meta: dict[str, Any], words: str
) -> None:
    server.user |= user
    server.meta |= meta
    for _ in range(2):
        with pytest.raises(Refused, match=f"^{words}"):
            await server.known.find("t")
    assert len(server.bodies) == 1


async def test_the_account_says_in_which_namespace_the_pod_is(server: Server) -> None:
    server.user["username"] = "system:serviceaccount:other:shop"
    await server.known.find("t")
    assert server.calls[1][1] == "/api/v1/namespaces/other/pods/pod-a"


@pytest.mark.parametrize(("good", "kept"), [(True, KEPT_SECONDS), (False, STRANGER_SECONDS)])
async def test_an_answer_is_kept_for_its_time(server: Server, good: bool, kept: float) -> None:
    server.review["authenticated"] = good
    for moment, asked in ((0, 1), (kept - 1, 1), (kept, 2), (2 * kept - 1, 2)):
        server.now = moment
        await server.known.find("t")
        assert len(server.bodies) == asked


async def test_a_pod_that_went_is_refused_until_its_turn_comes_again(server: Server) -> None:
    server.fault = Gone("no such pod")
    with pytest.raises(Refused, match="the pod is gone"):
        await server.known.find("t")
    server.fault, server.now = None, STRANGER_SECONDS
    assert await server.known.find("t") == CALLER


async def test_a_pod_that_was_quicker_than_the_record_is_heard_soon(server: Server) -> None:
    jobs, server.jobs = server.jobs, {}
    with pytest.raises(Refused, match="not on the record"):
        await server.known.find("t")
    server.jobs, server.now = jobs, YOUNG_SECONDS
    assert await server.known.find("t") == CALLER


async def test_a_server_that_does_not_answer_leaves_nothing_behind(server: Server) -> None:
    server.fault = Unavailable("no route")
    with pytest.raises(Unavailable):
        await server.known.find("t")
    server.fault = None
    assert await server.known.find("t") == CALLER


async def test_the_oldest_answers_are_forgotten_first(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube_identity, "LIMIT", 2)
    for token in ("a", "b", "c", "b", "c", "a", "c", "b"):
        await server.known.find(token)
    assert [body["spec"]["token"] for body in server.bodies] == ["a", "b", "c", "a", "b"]


async def test_an_answer_that_was_renewed_is_not_the_oldest(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube_identity, "LIMIT", 2)
    for moment, token in ((0, "a"), (100, "b"), (KEPT_SECONDS, "a"), (KEPT_SECONDS, "c")):
        server.now = moment
        await server.known.find(token)
    asked = len(server.bodies)
    await server.known.find("a")
    assert len(server.bodies) == asked == 4


async def test_a_flood_of_tokens_is_asked_about_a_few_at_a_time(server: Server) -> None:
    await asyncio.gather(*(server.known.find(f"t{n}") for n in range(20)))
    assert (len(server.bodies), server.most) == (20, kube_identity.AT_ONCE)


@pytest.mark.parametrize("token", ["\udcff", "gut-für-nichts"])
async def test_what_cannot_be_a_token_is_not_good_and_nobody_is_asked(
    server: Server, token: str
) -> None:
    assert await server.known.find(token) is None
    assert server.calls == []
