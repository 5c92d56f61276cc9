"""A real API server takes the definition, refuses what is wrong, and explains what is right."""

import json

import pytest

from lab.apiserver import Cluster
from lab.faults import Broken
from tests.api.right_spec import RIGHT
from tests.api.wrong_specs import CASES, Wrong

pytestmark = pytest.mark.api


def resource(name: str, spec: object) -> str:
    kind = {"apiVersion": "hone.dev/v1alpha1", "kind": "OptimizationJob"}
    return json.dumps({**kind, "metadata": {"name": name}, "spec": spec})


def test_the_right_spec_is_stored_with_its_defaults(server: Cluster) -> None:
    server.kubectl("apply", "-f", "-", stdin=resource("right", RIGHT))
    stored = json.loads(server.kubectl("get", "hj", "right", "-o", "json"))
    assert stored["status"]["observedGeneration"] == -1
    assert stored["spec"]["stages"][1]["train"]["epochs"] == 50
    assert "retries" not in stored["spec"]["stages"][1]
    server.kubectl("delete", "hj", "right")


@pytest.mark.parametrize(
    "wrong", [c for c in CASES if c.seen_by == "schema"], ids=lambda wrong: wrong.name
)
def test_what_is_wrong_is_refused_by_name(server: Cluster, wrong: Wrong) -> None:
    with pytest.raises(Broken) as caught:
        server.kubectl("apply", "-f", "-", stdin=resource("wrong", wrong.spec()))
    for words in wrong.says:
        assert words in str(caught.value)


@pytest.mark.parametrize("name", ["UPPER", "with.dots", "x" * 49, "9lives"])
def test_names_that_cannot_be_host_names_are_refused(server: Cluster, name: str) -> None:
    with pytest.raises(Broken, match=r"metadata\.name"):
        server.kubectl("apply", "-f", "-", stdin=resource(name, RIGHT))


def test_the_spec_cannot_be_changed_but_suspended(server: Cluster) -> None:
    server.kubectl("apply", "-f", "-", stdin=resource("fixed", RIGHT))
    server.kubectl("patch", "hj", "fixed", "--type=merge", "-p", '{"spec":{"suspend":true}}')
    for patch in ('{"spec":{"seed":5}}', '{"spec":{"artifacts":null}}', '{"spec":{"defaults":{}}}'):
        with pytest.raises(Broken, match="create another OptimizationJob instead"):
            server.kubectl("patch", "hj", "fixed", "--type=merge", "-p", patch)
    server.kubectl("delete", "hj", "fixed")


def test_kubectl_explains_every_stage(server: Cluster) -> None:
    text = server.kubectl("explain", "optimizationjobs.hone.dev.spec.stages")
    for words in ("prepare", "A data set to one or several trained models", "retries"):
        assert words in text
    deep = "optimizationjobs.hone.dev.spec.stages.compress.candidates.techniques.prune"
    assert "Share of the weights that end as zero" in server.kubectl("explain", deep)
