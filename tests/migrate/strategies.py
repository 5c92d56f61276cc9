"""TFJobs that nobody wrote, for the promises that hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from hone.migrate.losses import CONTAINER, POD, SECURITY, VOLUMES
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
