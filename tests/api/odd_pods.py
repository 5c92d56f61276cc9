"""What may be wrong with the pods of a stage, each against one right one: the API server checks
pods long after their job.
"""

from typing import Any

from tests.api.rich import PODS

PATHS = ("/", "//", "/tmp", "/tmp/", "/etc/hone", "/var/run/secrets/hone", "/a b", "/a\nb", "/a")
DOMAINS = ("a", "a..b", "a.-b", "-a", "a" * 60 + ".b" * 99, "requests.a")
AMOUNTS: tuple[dict[str, str], ...] = (
    *({f"{domain}/c": "1"} for domain in DOMAINS),
    *({"a.b/c": amount} for amount in ("1e18", "1e30", "0")),
    *({"memory": amount} for amount in ("0", "1m", "1e3")),
    *({"memory": "1Gi", "hugepages-2Mi": amount} for amount in ("4Mi", "3Mi", "2097152", "0.5")),
    {"hugepages-2Mi": "4Mi"},
    {"hugepages-0Gi": "1", "cpu": "1"},
    {"cpu": "1n"},
)
TOLERATIONS: tuple[dict[str, str], ...] = (
    *({}, {"key": "a"}, {"value": "x"}, {"effect": "NoSchedule"}),
    *({"operator": word} for word in ("Equal", "Exists")),
    *({"operator": word, "value": "x"} for word in ("Equal", "Exists")),
    *({"key": "a", "operator": "Exists", "value": value} for value in ("", "b")),
)
OBJECTS = ("a", "a.b", "a..b", "a.-b", "a-.b", "a" * 253)
KEYS = (".", "..", ".a", "..a", "a..", "_")


def volume(name: str, path: str) -> dict[str, Any]:
    """An empty folder."""
    return {"name": name, "mountPath": path, "emptyDir": {}}


def secret(name: str, key: str) -> dict[str, Any]:
    """A variable from a Secret."""
    return {"name": "HIDDEN", "secretKey": {"name": name, "key": key}}


def claim(name: str) -> dict[str, Any]:
    """A volume that outlives pods."""
    return {"name": "data", "mountPath": "/data", "persistentVolumeClaim": {"claimName": name}}


CHANGES: tuple[dict[str, Any], ...] = (
    *({"volumes": [volume("one", path)]} for path in PATHS),
    *({"volumes": [volume(name, "/a")]} for name in ("scratch", "token", "hone-payload", "tmp")),
    *(
        {"volumes": [volume("one", "/a"), volume(*other)]}
        for other in (("two", "/a"), ("one", "/b"))
    ),
    *({"volumes": [claim(name)]} for name in OBJECTS),
    *({"tolerations": [each]} for each in TOLERATIONS),
    *({"resources": {"limits": amounts}} for amounts in AMOUNTS),
    *(
        {"resources": {"limits": limits, "requests": {"hugepages-2Mi": "2Mi"}}}
        for limits in ({"cpu": "1"}, {"cpu": "1", "hugepages-2Mi": "4Mi"})
    ),
    *({"env": [{"name": "PLAIN", "value": text}]} for text in ("a\0b", "\x01", "$(B)", "\ufffe")),
    *({"env": [secret(name, "k")]} for name in OBJECTS),
    *({"env": [secret("s", key)]} for key in KEYS),
    *({"custom": {"command": [word]}} for word in ("a\0b", "", "x\n")),
    *({"image": name} for name in ("A/b", "a:b:c", "!", "a b")),
    *(
        {field: name}
        for field in ("serviceAccountName", "priorityClassName", "runtimeClassName")
        for name in OBJECTS
    ),
    *({"imagePullSecrets": names} for names in (["a..b"], ["a", "a"])),
    *({"nodeSelector": {key: "x"}} for key in ("a..b/c", "a/b", "a.b/c.")),
)


def stage(change: dict[str, Any]) -> dict[str, Any]:
    """A stage whose pods are right but for a change."""
    return {"name": "own", **PODS, "custom": {"command": ["python"]}, **change}
