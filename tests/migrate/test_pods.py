"""Pod templates: what comes along by the same name, what changes its form, what stays behind."""

from typing import Any

import pytest

from hone.migrate.losses import CONTAINER, POD
from hone.migrate.reading import CannotConvert
from tests.migrate.builders import (
    BOX,
    WORKER,
    container,
    dropped,
    note,
    one,
    role,
    several,
    stage,
)
from tests.migrate.builders import (
    POD as PATH,
)


@pytest.mark.parametrize(
    ("word", "said", "becomes"),
    [
        ("nodeSelector", {"disk": "ssd"}, {"disk": "ssd"}),
        ("nodeSelector", {"zone": 7}, {"zone": "7"}),
        ("priorityClassName", "nightly", "nightly"),
        ("runtimeClassName", "nvidia", "nvidia"),
        ("serviceAccountName", "trainer", "trainer"),
        ("imagePullSecrets", [{"name": "a"}, {"name": "b"}], ["a", "b"]),
        ("tolerations", [{"operator": "Exists"}], [{"operator": "Exists"}]),
        (
            "tolerations",
            [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}],
            [{"key": "gpu", "operator": "Equal", "value": "yes", "effect": "NoSchedule"}],
        ),
    ],
)
def test_a_word_of_the_pod_comes_along(word: str, said: Any, becomes: Any) -> None:
    assert stage(one(pod={word: said}))[word] == becomes


@pytest.mark.parametrize(
    ("word", "said", "becomes"),
    [
        ("image", "shop/train:2", "shop/train:2"),
        ("imagePullPolicy", "Always", "Always"),
        ("resources", {"limits": {"cpu": 2}}, {"limits": {"cpu": "2"}}),
        ("resources", {"requests": {"cpu": 0.5}}, {"requests": {"cpu": "0.5"}}),
        (
            "resources",
            {"limits": {"nvidia.com/gpu": 1}, "requests": {"memory": "4Gi"}},
            {"limits": {"nvidia.com/gpu": "1"}, "requests": {"memory": "4Gi"}},
        ),
    ],
)
def test_a_word_of_the_container_comes_along(word: str, said: Any, becomes: Any) -> None:
    assert stage(one(box={word: said}))[word] == becomes


@pytest.mark.parametrize("word", [word for word in POD if word != "securityContext"])
def test_what_a_stage_has_no_word_for_is_named(word: str) -> None:
    done = one(pod={word: {"any": "thing"}})
    assert word not in stage(done)
    assert note(done, f"{PATH}.{word}").text == POD[word]


@pytest.mark.parametrize("word", [word for word in CONTAINER if word != "envFrom"])
def test_what_a_container_loses_is_named(word: str) -> None:
    done = one(box={word: {"any": "thing"}})
    assert word not in stage(done)
    assert note(done, f"{BOX}.{word}").text == CONTAINER[word]


@pytest.mark.parametrize("empty", [None, {}, [], ""])
def test_what_says_nothing_needs_no_word(empty: Any) -> None:
    done = one(box={"livenessProbe": empty}, pod={"affinity": empty, "nodeSelector": empty})
    assert not dropped(done)
    assert "nodeSelector" not in stage(done)


def test_a_word_that_nobody_knows_is_named() -> None:
    done = one(box={"comand": ["x"]}, pod={"nodeselector": {"a": "b"}}, restart="Always")
    found = {f"{BOX}.comand", f"{PATH}.nodeselector", f"{WORKER}.restart"}
    assert dropped(done) == found
    assert all("unknown" in note(done, field).text for field in found)


def test_a_toleration_for_a_time_holds_for_ever_and_says_so() -> None:
    done = one(pod={"tolerations": [{"key": "gpu", "tolerationSeconds": 60}]})
    assert stage(done)["tolerations"] == [{"key": "gpu"}]
    assert dropped(done) == {f"{PATH}.tolerations[0].tolerationSeconds"}


def test_devices_that_are_claimed_are_asked_for_otherwise() -> None:
    done = one(box={"resources": {"claims": [{"name": "gpu"}]}})
    assert "resources" not in stage(done)
    assert "resources.limits" in note(done, f"{BOX}.resources.claims").text


@pytest.mark.parametrize("word", ["serviceAccount", "serviceAccountName"])
def test_an_account_comes_without_its_token(word: str) -> None:
    done = one(pod={word: "trainer"})
    assert stage(done)["serviceAccountName"] == "trainer"
    assert "no token" in note(done, f"{PATH}.{word}").text


def test_labels_and_annotations_of_pods_stay_behind() -> None:
    spec = role()
    spec["template"]["metadata"] = {
        "creationTimestamp": None,
        "labels": {"app": "clicks"},
        "annotations": {"sidecar.istio.io/inject": "false"},
    }
    done = several({"Worker": spec})
    at = f"{WORKER}.template.metadata"
    assert dropped(done) == {f"{at}.labels", f"{at}.annotations"}
    assert "app.kubernetes.io/managed-by=hone" in note(done, f"{at}.annotations").text


def test_the_container_called_tensorflow_is_the_one() -> None:
    boxes = [{"name": "proxy", "image": "envoy:1"}, container()]
    done = one(pod={"containers": boxes})
    assert stage(done)["image"] == "shop/train:1"
    assert "one container" in note(done, f"{PATH}.containers[proxy]").text


def test_a_single_container_may_have_any_name() -> None:
    assert stage(one(box={"name": "main"}))["image"] == "shop/train:1"


@pytest.mark.parametrize(
    ("pod", "words"),
    [
        ({"containers": []}, f"{PATH}.containers: missing; describe"),
        ({"containers": None}, f"{PATH}.containers: missing; describe"),
        ({"containers": "train"}, f"{PATH}.containers: must be a list"),
        ({"containers": ["train"]}, f"{PATH}.containers[0]: must hold `key: value` pairs"),
        ({"containers": [{"image": "a"}]}, f"{PATH}.containers[0].name: missing; give"),
        (
            {"containers": [container(name="a"), container(name="b")]},
            f"{PATH}.containers: none of several is called tensorflow; give that name",
        ),
        ({"containers": [{"name": "tensorflow"}]}, f"{BOX}.image: missing; name the image"),
        ({"nodeSelector": ["ssd"]}, f"{PATH}.nodeSelector: must hold `key: value` pairs"),
        ({"tolerations": {"key": "gpu"}}, f"{PATH}.tolerations: must be a list"),
        ({"securityContext": "root"}, f"{PATH}.securityContext: must hold"),
    ],
)
def test_a_pod_that_cannot_be_read_is_explained(pod: dict[str, Any], words: str) -> None:
    with pytest.raises(CannotConvert) as refused:
        one(pod=pod)
    assert str(refused.value).startswith(words)
