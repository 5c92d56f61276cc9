"""The promise of a conversion, on TFJobs that nobody wrote: nothing is dropped in silence."""

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hone.migrate.kinds import sort
from hone.migrate.losses import CONTAINER, POD, SECURITY, VOLUMES
from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Converted, Wishes, convert
from tests.migrate.builders import Raw, container

MARK = "kept-"
numbers = st.just(MARK)
"""Leaves that can be found again, once each has a number of its own."""
unknown = st.sampled_from(["colour", "comand", "nodeselector", "Env", "shape"])
paths = st.sampled_from(["/tmp", "/data", "/models", "/dev/shm"])


def some(fields: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Raw]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=fields)


def lost(names: Any) -> dict[str, st.SearchStrategy[Any]]:
    return {name: st.dictionaries(unknown, numbers, min_size=1, max_size=2) for name in names}


def listed(entry: st.SearchStrategy[Raw]) -> st.SearchStrategy[list[Raw]]:
    """Entries with names of their own."""
    many = st.lists(entry, max_size=3)
    return many.map(lambda found: [{**e, "name": f"n{i}"} for i, e in enumerate(found)])


amounts = st.dictionaries(st.sampled_from(["cpu", "memory", "nvidia.com/gpu"]), numbers, min_size=1)
security = some(
    {"runAsUser": st.integers(0, 3), "readOnlyRootFilesystem": st.booleans(), **lost(SECURITY)}
)
origins = st.sampled_from(
    ["fieldRef", "configMapKeyRef", "resourceFieldRef", "secretKeyRef", "else"]
)
variables = some(
    {
        "value": numbers,
        "valueFrom": st.dictionaries(
            origins,
            st.fixed_dictionaries({"name": numbers, "key": numbers}),
            min_size=1,
            max_size=1,
        ),
    }
).filter(lambda entry: len(entry) < 2)
kinds = st.one_of(
    st.just({"emptyDir": {}}),
    st.fixed_dictionaries({"emptyDir": some({"sizeLimit": numbers, "medium": numbers})}),
    st.fixed_dictionaries({"persistentVolumeClaim": st.fixed_dictionaries({"claimName": numbers})}),
    *(st.fixed_dictionaries({kind: some({"path": numbers})}) for kind in VOLUMES),
)
mounts = st.fixed_dictionaries(
    {"mountPath": paths}, optional={"subPath": numbers, "colour": numbers}
)
boxes = some(
    {
        "imagePullPolicy": numbers,
        "args": st.lists(numbers, min_size=1, max_size=3),
        "workingDir": numbers,
        "resources": some({"limits": amounts, "requests": amounts, "claims": st.lists(numbers)}),
        "env": listed(variables),
        "envFrom": st.lists(some({"secretRef": some({"name": numbers})}), max_size=2),
        "ports": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from(["tfjob-port", "board"])},
                optional={"containerPort": st.integers(1, 9999)},
            ),
            max_size=1,
        ),
        "volumeMounts": listed(mounts),
        "securityContext": security,
        "stdin": st.just(True),
        **lost(set(CONTAINER) - {"envFrom", "stdin"}),
    }
)
pods = some(
    {
        "nodeSelector": st.dictionaries(unknown, numbers, min_size=1),
        "tolerations": st.lists(some({"key": numbers, "tolerationSeconds": numbers}), max_size=2),
        "serviceAccountName": numbers,
        "priorityClassName": numbers,
        "volumes": listed(kinds),
        "securityContext": security,
        **lost(set(POD) - {"securityContext", "containers"}),
    }
)
replicas = st.builds(
    lambda box, pod, more, odd: {
        "template": {"spec": {"containers": [container(**box)], **pod}, **odd},
        **more,
    },
    boxes,
    pods,
    some({"replicas": st.integers(0, 4), "restartPolicy": st.sampled_from(["Never", "Always"])}),
    some({"colour": numbers, "metadata": some({"labels": st.dictionaries(unknown, numbers)})}),
)
policies = some(
    {
        "backoffLimit": st.integers(0, 200),
        "ttlSecondsAfterFinished": st.integers(0, 10**8),
        "cleanPodPolicy": st.sampled_from(["All", "None", "Running"]),
        "suspend": st.booleans(),
        "managedBy": numbers,
        "colour": numbers,
        "schedulingPolicy": some({"queue": numbers, "priorityClass": numbers, "shape": numbers}),
    }
)
tfjobs = st.builds(
    lambda lead, others, spec, around, metadata: {
        "apiVersion": "kubeflow.org/v1",
        "kind": "TFJob",
        "metadata": {"name": "clicks", **metadata},
        "spec": {"tfReplicaSpecs": {"Chief": lead | {"replicas": 1}, **others}, **spec},
        **around,
    },
    replicas,
    st.dictionaries(st.sampled_from(["Worker", "PS", "Evaluator"]), replicas),
    some(
        {
            "runPolicy": policies,
            "successPolicy": numbers,
            "colour": numbers,
            "backoffLimit": st.integers(0, 5),
        }
    ),
    some({"status": some({"phase": numbers}), "colour": numbers}),
    some(
        {
            "uid": numbers,
            "labels": st.dictionaries(unknown, numbers),
            "finalizers": st.lists(numbers),
        }
    ),
)


def numbered(value: Any, marks: Iterator[int]) -> Any:
    """Tell all marks apart, so that none is mistaken for another."""
    if isinstance(value, dict):
        return {key: numbered(each, marks) for key, each in value.items()}
    if isinstance(value, list):
        return [numbered(each, marks) for each in value]
    return f"{MARK}{next(marks)}" if value == MARK else value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf of a TFJob with its path, as notes write it: entries with names go by these."""
    if isinstance(value, dict):
        for key, each in value.items():
            if not (key == "name" and path.endswith("]")):
                yield from leaves(each, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            name = each.get("name") if isinstance(each, dict) else None
            named = name if name and not path.endswith(".ports") else number
            yield from leaves(each, f"{path}[{named}]")
    else:
        yield path, value


def told(path: str, done: Converted) -> bool:
    """Whether a note is about this field, or says of what it is a part of where that went."""
    return any(
        path == note.field
        or (note.kind != "check" and path.startswith((f"{note.field}.", f"{note.field}[")))
        for note in done.notes
    )


def words(value: Any) -> Iterator[str]:
    """Every leaf of a job as text."""
    return (str(leaf) for _, leaf in leaves(value))


READ = ("apiVersion", "kind", "metadata.name", "spec.successPolicy")
"""What every TFJob has, and whose meaning the job has without the word."""
SAYS_NOTHING = (".replicas", ".restartPolicy", ".suspend", ".runAsUser", ".readOnlyRootFilesystem")
"""Numbers and flags that others share: the tables have tests for each of them."""


@settings(max_examples=80, deadline=None)
@given(tfjobs)
def test_every_field_is_in_the_job_or_in_a_note(raw: Raw) -> None:
    raw = numbered(raw, count(1000))
    done = convert(raw, Wishes())
    kept = set(words(done.job))
    silent = [
        path
        for path, leaf in leaves(raw)
        if leaf not in (None, "", [], {})
        and path not in READ
        and not path.endswith(SAYS_NOTHING)
        and str(leaf) not in kept
        and not told(path, done)
    ]
    assert not silent


@settings(max_examples=30, deadline=None)
@given(tfjobs)
def test_no_note_repeats_a_value(raw: Raw) -> None:
    for note in convert(numbered(raw, count()), Wishes()).notes:
        assert MARK not in f"{note.field} {note.text} {note.became}"


rubbish = st.sampled_from(
    [None, 0, -1, 1.5, True, "", "x", [], ["x"], [None], {}, {"x": 1}, {"name": 3}]
)


def places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a TFJob."""
    if here:
        yield here
    if isinstance(value, dict | list):
        steps = value.items() if isinstance(value, dict) else enumerate(value)
        for step, each in steps:
            yield from places(each, (*here, step))


def refusal(raw: Raw) -> str:
    """Why a TFJob cannot be converted; empty where it can."""
    try:
        found, _ = sort([raw])
        for each in found:
            convert(each, Wishes())
    except CannotConvert as refused:
        return str(refused)
    return ""


@settings(max_examples=60, deadline=None)
@given(tfjobs, st.data())
def test_rubbish_is_explained_or_carried_over_but_never_a_crash(
    raw: Raw, data: st.DataObject
) -> None:
    *path, last = data.draw(st.sampled_from(list(places(raw))))
    at: Any = raw
    for step in path:
        at = at[step]
    at[last] = data.draw(rubbish)
    assert re.match(r"$|[\w.\[\] -]+: .+; \w+", refusal(raw))
