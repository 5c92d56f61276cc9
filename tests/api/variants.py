"""Variants of right jobs, as hands, templates and other languages make them. Seeded."""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.api.odd_pods import CHANGES, stage
from tests.api.rich import RICH

Place = tuple[str | int, ...]
Variant = tuple[str, dict[str, Any]]

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 7, 1.0, 0.5, -2.5, 1e3, 1e20, 2**31, 2**63 - 1, 2**63, 2**70),
    *("", "x", "1", "0.5", "true", "yes", "a b", " x", "x\n", "Größe", "日本", "a_b", "A-B", "-a"),
    *("a/b", "/a", "a:b", "s3://b/c", "1Gi", "x" * 300, "x" * 70_000),
    *([], [None], ["x"], [1], ["x", "x"], {}, {"x": 1}, {"x": {}}, {"x": None}),
)  # fmt: skip
QUANTITIES = (
    *("129e6", ".5Gi", "+1", "1000m", "1k", "2.", "1E3", "1E", "1Ei", "100n", "1e-3", "1e+3", "0"),
    *("-1", "1e", "1ki", "1K", "1GB", " 1", "1 ", "1,5", "0x1", "1e9999", "Gi", ".", "1.5.5"),
)  # fmt: skip
KEYS = ("a", "a/b", "A.B/c", "/b", "a/", "a b", "a" * 64, "-a", "", "a//b", "ü", "a" * 254 + "/b")
TEXTS: tuple[Any, ...] = (
    "",
    "x" * 63,
    "x" * 64,
    "a b",
    "a/b",
    "ü",
    "-a",
    "a.",
    1,
    True,
    0.5,
    None,
    [],
    {},
)
NAMES = ("a", "A", "a.b", "a_b", "9a", "a-", "ü", "a" * 48, "a" * 49, 5, True)
KEPT = {"generation": 3, "uid": "u", "creationTimestamp": "2026-01-31T10:00:00Z"}
"""What `kubectl get` gives."""
EMPTY: tuple[Any, ...] = (None, [], {}, "x")
METADATA: tuple[dict[str, Any], ...] = (
    *({field: {key: "x"}} for field in ("labels", "annotations") for key in KEYS),
    *({field: {"a": text}} for field in ("labels", "annotations") for text in TEXTS),
    *({field: given} for field in ("labels", "annotations") for given in EMPTY),
    *({"annotations": {"a": letter * size}} for letter, size in (("x", 262_143), ("x", 262_144))),
    *({"annotations": {"a": letter * size}} for letter, size in (("ü", 131_071), ("ü", 131_072))),
    *({"name": name} for name in NAMES),
    *({"namespace": name} for name in ("default", "", None, 5, "Default", "a.b")),
    *({key: 1} for key in ("label", "annotation", "nmae", "foo")),
    {"finalizers": ["a/b"]},
    KEPT,
    {"managedFields": [], "selfLink": "/x", "deletionGracePeriodSeconds": 3},
)
TOP: tuple[dict[str, Any], ...] = (
    *({"stages": []}, {"Spec": {}}, {"data": 1}),
    *({"spec": given} for given in EMPTY),
    {"status": {}},
    {"status": None},
    *({"metadata": given} for given in EMPTY),
    *({"kind": "Job"}, {"kind": None}, {"apiVersion": "v1"}, {"apiVersion": 1}),
)


def variants(seed: int, drawn: int) -> Iterator[Variant]:
    """Return the right job, every variant of its head, and so many that are drawn of its spec."""
    yield "as it is", RICH
    for number, meta in enumerate(METADATA):
        yield f"metadata {number} {str(meta)[:60]}", RICH | {"metadata": RICH["metadata"] | meta}
    for number, top in enumerate(TOP):
        yield f"top {number} {top}", RICH | top
    for amount in QUANTITIES:
        yield f"amount {amount!r}", _put(("defaults", "resources"), {"limits": {"memory": amount}})
    for change in CHANGES:
        yield (
            f"pods {str(change)[:60]}",
            RICH | {"spec": RICH["spec"] | {"stages": [stage(change)]}},
        )
    for some in (list(near()), list(far())):
        for place, value in Random(seed).sample(some, drawn):
            yield f"{_path(place)} = {str(value)[:40]!r}", _put(place, value)


def near() -> Iterator[tuple[Place, Any]]:
    """Return every place of the right spec with what is nearly right there."""
    for place, here in places(RICH["spec"]):
        yield from ((place, value) for value in (*_alike(here), ...))
        if isinstance(here, dict):
            yield from (((*place, _snake(key)), here[key]) for key in here if _snake(key) != key)


def far() -> Iterator[tuple[Place, Any]]:
    """Return every place of the right spec with every value that could stand there."""
    for place, here in places(RICH["spec"]):
        yield from ((place, value) for value in VALUES)
        if isinstance(here, dict):
            yield from (((*place, key), 1) for key in ("colour", "batch_size", ""))


def _alike(here: Any) -> tuple[Any, ...]:
    """Return what is nearly the same."""
    if isinstance(here, list) and here:
        return (here * 2, here * 70, here[::-1], here[:1])
    if isinstance(here, str):
        return (here.upper(), f"{here} ", f"{here}\n", here * 9)
    if isinstance(here, int | float) and not isinstance(here, bool):
        return (str(here), float(here), -here, here + 1, here / 2)
    return ()


def places(value: Any, here: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Return every place below a value, and what stands there."""
    if here:
        yield here, value
    steps: Any = ()
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
    for step, each in steps:
        yield from places(each, (*here, step))


def _put(place: Place, value: Any) -> dict[str, Any]:
    job = copy.deepcopy(RICH)
    at: Any = job["spec"]
    for step in place[:-1]:
        at = at[step]
    if value is ...:
        del at[place[-1]]
    else:
        at[place[-1]] = value
    return job


def _snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)


def _path(place: Place) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)[1:]
