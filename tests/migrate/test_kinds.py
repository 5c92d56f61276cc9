"""Which documents are TFJobs, and what is said of the others."""

from typing import Any

import pytest

from hone.migrate.kinds import ASIDE, BY_HAND, OTHER_FRAMEWORK, Other, sort
from hone.migrate.reading import CannotConvert
from tests.migrate.builders import tfjob


def named(kind: str, name: str | None = "it", group: str = "kubeflow.org/v1") -> dict[str, Any]:
    return {"apiVersion": group, "kind": kind, "metadata": {"name": name}}


@pytest.mark.parametrize("version", ["v1", "v1beta1", "v1beta2"])
def test_a_tfjob_is_found(version: str) -> None:
    raw = tfjob() | {"apiVersion": f"kubeflow.org/{version}"}
    assert sort([raw]) == ([raw], [])


@pytest.mark.parametrize("kind", ["List", "TFJobList"])
def test_lists_are_opened(kind: str) -> None:
    found, others = sort([{"kind": kind, "items": [tfjob(), named("Service")]}])
    assert found == [tfjob()]
    assert [other.name for other in others] == ["Service it"]


def test_an_empty_list_holds_nothing() -> None:
    assert sort([{"kind": "List", "items": None}]) == ([], [])


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("PyTorchJob", OTHER_FRAMEWORK),
        ("XGBoostJob", OTHER_FRAMEWORK),
        ("PaddleJob", OTHER_FRAMEWORK),
        ("JAXJob", OTHER_FRAMEWORK),
        ("MPIJob", "MultiWorkerMirroredStrategy"),
        ("TrainJob", BY_HAND),
        ("OptimizationJob", "hone plan"),
        ("Deployment", "only a TFJob"),
        ("Job", BY_HAND),
        ("PersistentVolumeClaim", "it runs nothing: apply it beside the new job, as before"),
        ("Service", ASIDE),
    ],
)
def test_another_kind_has_a_remedy(kind: str, words: str) -> None:
    found, (other,) = sort([named(kind)])
    assert not found
    assert other.name == f"{kind} it"
    assert words in other.remedy


def test_whatever_has_a_template_of_pods_runs_something() -> None:
    _, (other,) = sort([named("Rollout") | {"spec": {"template": {}}}])
    assert BY_HAND in other.remedy


def test_order_is_kept_and_nothing_is_lost() -> None:
    first, second = tfjob() | {"metadata": {"name": "a"}}, tfjob() | {"metadata": {"name": "b"}}
    found, others = sort([first, named("Secret"), second, named("ConfigMap")])
    assert found == [first, second]
    assert [other.name for other in others] == ["Secret it", "ConfigMap it"]


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ({}, "a document without a kind"),
        ({"kind": 3}, "a document without a kind"),
        ({"kind": "TFJob"}, "TFJob"),
        (named("TFJob", group="example.com/v1"), "TFJob it"),
        ({"kind": "Pod", "metadata": "x"}, "Pod"),
        (named("Pod", None), "Pod"),
    ],
)
def test_what_is_hardly_a_document_has_a_remedy_too(raw: dict[str, Any], name: str) -> None:
    _, (other,) = sort([raw])
    assert other == Other(name, other.remedy)
    assert other.remedy


@pytest.mark.parametrize(
    ("documents", "words"),
    [
        (["TFJob"], "document 1: must hold `key: value` pairs"),
        ([tfjob(), [tfjob()]], "document 2: must hold"),
        ([{"kind": "List", "items": {"a": 1}}], "items: must be a list"),
        ([{"kind": "List", "items": ["a"]}], r"items\[0\]: must hold"),
    ],
)
def test_what_is_no_document_is_explained(documents: list[Any], words: str) -> None:
    with pytest.raises(CannotConvert, match=words):
        sort(documents)
