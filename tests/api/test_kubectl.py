"""The real kubectl reads what we write as it was, and reads files as we read them."""

import io
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as some

from hone.api.dialect import read, write
from hone.door.convert import Request
from hone.door.convert import main as convert
from hone.door.preview import main as preview
from hone.migrate.tfjob import Wishes
from lab.apiserver import Cluster
from tests.api.scalars import RARE, SCALARS
from tests.migrate.builders import container, role, tfjob

HEAD = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "read"}}
LETTERS = some.characters(exclude_categories=["Cs", "Cc", "Cn"]) | some.sampled_from("\n\t :#-'\"")


def through_kubectl(cluster: Cluster, text: str) -> Any:
    """What kubectl makes of a file, before any server sees it."""
    plain = ("--dry-run=client", "--validate=false", "-o", "json")
    return json.loads(cluster.kubectl("create", "-f", "-", *plain, stdin=text))["data"]


def test_it_reads_plain_words_as_the_table_says(api_server: Cluster) -> None:
    plain = {word: value for word, value in SCALARS.items() if word != "-"}  # that begins a list
    lines = [f"  w{number}: {word}" for number, word in enumerate(plain)]
    found = through_kubectl(api_server, write([HEAD]) + "\n".join(["data:", *lines]))
    for number, (word, value) in enumerate(plain.items()):
        got = found[f"w{number}"]
        assert (isinstance(got, bool), got) == (isinstance(value, bool), value), word


def drawn(words: some.SearchStrategy[Any]) -> list[Any]:
    """Many examples in one go: a kubectl takes a while to start."""
    found: list[Any] = []

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(words)
    def collect(word: Any) -> None:
        found.append(word)

    collect()
    return found


def test_it_reads_what_we_write_as_it_was(api_server: Cluster) -> None:
    texts = [*SCALARS, *RARE, *drawn(some.text(LETTERS, max_size=12))]
    numbers = drawn(some.integers(-(2**63), 2**63 - 1) | some.floats(-1e9, 1e9))
    data = {
        "keys": {f"{text}{number:03}": number for number, text in enumerate(texts)},
        "values": texts,
        "lone": dict.fromkeys(SCALARS, ""),
        "numbers": numbers,
        "others": [True, False, None, {}, []],
    }
    text = write([HEAD | {"data": data}])
    assert through_kubectl(api_server, text) == data
    assert list(read(text)) == [HEAD | {"data": data}]


def odd_job() -> dict[str, Any]:
    """A job whose words would mean something else without their quotes."""
    words = list(SCALARS)[1:]
    custom = {"command": ["python"], "args": words[:64], "roles": [{"name": "worker"}]}
    stage = {
        "name": "train",
        "image": "shop/train:1",
        "nodeSelector": {"pool": "y", "gen": "3e8", "on": "no"},
        "env": [{"name": f"N{number}", "value": word} for number, word in enumerate(words[:64])],
        "custom": custom,
    }
    meta = {"name": "odd", "labels": {"rev": "1e3", "n": "y"}, "annotations": {"012": "0o17"}}
    head = {"apiVersion": "hone.dev/v1alpha1", "kind": "OptimizationJob", "metadata": meta}
    return head | {"spec": {"artifacts": {"uri": "s3://m/x"}, "stages": [stage]}}


def test_the_objects_of_a_plan_are_taken_and_mean_the_same(
    api_server: Cluster, tmp_path: Path
) -> None:
    file, out = tmp_path / "job.yaml", io.StringIO()
    file.write_text(write([odd_job()]))
    assert preview(file, "yaml", out) == 0
    said = api_server.kubectl(
        "create", "--dry-run=server", "-o", "json", "-f", "-", stdin=out.getvalue()
    )
    pod = json.loads(said)["spec"]["template"]["spec"]
    stage = odd_job()["spec"]["stages"][0]
    assert pod["nodeSelector"] == stage["nodeSelector"]
    values = {each["name"]: each.get("value", "") for each in pod["containers"][0]["env"]}
    assert all(values[each["name"]] == each["value"] for each in stage["env"])
    assert pod["containers"][0]["command"][1:] == stage["custom"]["args"]


def test_a_converted_job_is_taken_and_means_the_same(server: Cluster, tmp_path: Path) -> None:
    spec = odd_job()["spec"]["stages"][0]
    box = container(env=spec["env"], args=spec["custom"]["args"])
    raw = tfjob({"Worker": role(box, {"nodeSelector": spec["nodeSelector"]})})
    file, out, err = tmp_path / "tfjob.yaml", io.StringIO(), io.StringIO()
    file.write_text(write([raw | {"metadata": odd_job()["metadata"]}]))
    assert convert(Request(file, Wishes("s3://m/x")), out, err) == 0, err.getvalue()
    said = server.kubectl(
        "create", "--dry-run=server", "-o", "json", "-f", "-", stdin=out.getvalue()
    )
    found = json.loads(said)
    assert found["metadata"]["labels"] == odd_job()["metadata"]["labels"]
    assert found["metadata"]["annotations"] == odd_job()["metadata"]["annotations"]
    assert found["spec"]["stages"][0]["env"] == spec["env"]
    assert found["spec"]["stages"][0]["custom"]["args"] == spec["custom"]["args"]
    assert found["spec"]["stages"][0]["nodeSelector"] == spec["nodeSelector"]
