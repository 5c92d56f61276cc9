"""What parts of a pod become, in the cases that a whole TFJob seldom shows."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone.api.pod_settings import PodSettings
from hone.migrate.reading import Share
from hone.migrate.security import security
from hone.migrate.variables import variables, whole_sources
from hone.migrate.volumes import volumes


def said(found: Share) -> list[tuple[str, str, str]]:
    return [(note.kind, note.field, note.became) for note in found.notes]


@pytest.mark.parametrize(("pod", "box", "writable"), [(True, False, True), (False, True, None)])
def test_the_containers_root_counts_before_the_pods(pod: bool, box: bool, writable: Any) -> None:
    word, setting = "readOnlyRootFilesystem", "spec.stages[0].writableRoot"
    found = security({word: pod}, {word: box}, "pod", "box")
    assert found.settings.get("writableRoot") is writable
    became = {True: f"no {setting}", False: setting}
    assert said(found) == [
        ("changed", f"pod.{word}", became[pod]),
        ("changed", f"box.{word}", became[box]),
    ]


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        ({"value": "1", "comment": "x"}, "env[A].comment", "unknown to a variable"),
        ({"valueFrom": {"fieldRef": None}}, "env[A].valueFrom", "write a fixed value"),
        ({"valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}}, "env[A].valueFrom", "ATTEMPT"),
    ],
)
def test_what_a_variable_loses_is_named(entry: dict[str, Any], field: str, words: str) -> None:
    (note,) = variables([{"name": "A", **entry}], "env").notes
    assert (note.kind, note.field) == ("dropped", field)
    assert words in note.text


@pytest.mark.parametrize("value", ["", None])
def test_a_secret_name_without_a_value_gives_nothing_away(value: Any) -> None:
    found = variables([{"name": "API_KEY", "value": value}], "env")
    assert found == Share({"env": [{"name": "API_KEY", "value": ""}]})


def test_a_variable_that_is_left_out_takes_no_other_with_it() -> None:
    names = ["A", "TF_CONFIG", "b-c", "HONE", "HONE_JOB", "D"]
    found = variables([{"name": name, "value": "1"} for name in names], "env")
    assert [each["name"] for each in found.settings["env"]] == ["A", "HONE", "D"]
    assert [field for _, field, _ in said(found)] == [
        f"env[{name}]" for name in ("TF_CONFIG", "b-c", "HONE_JOB")
    ]


@pytest.mark.parametrize("raw", [None, []])
def test_no_entries_say_nothing(raw: Any) -> None:
    for found in (variables(raw, "p"), whole_sources(raw, "p"), volumes(raw, raw, "p", "c")):
        assert found == Share()


def test_a_word_that_an_empty_folder_lacks_is_named_where_it_stands() -> None:
    folder = {"name": "data", "emptyDir": {"colour": "red", "sizeLimit": 0}}
    found = volumes([folder], [{"name": "data", "mountPath": "/data"}], "pod", "box")
    assert said(found) == [("dropped", "pod.volumes[data].emptyDir.colour", "")]
    assert found.settings["volumes"][0]["emptyDir"] == {"sizeLimit": "0"}


def test_a_name_that_is_taken_is_passed_by() -> None:
    folders: list[Any] = [{"name": name, "emptyDir": {}} for name in ("data", "data-2")]
    mounts = [
        {"name": name, "mountPath": f"/{n}"} for n, name in enumerate(("data-2", "data", "data"))
    ]
    found = volumes(folders, mounts, "pod", "box")
    assert [each["name"] for each in found.settings["volumes"]] == ["data-2", "data", "data-3"]


NAMES = ("scratch", "token", "data", "data-2")
KINDS: tuple[dict[str, Any], ...] = (
    {"emptyDir": {}},
    {"persistentVolumeClaim": {"claimName": "a"}},
    {"nfs": {"path": "/"}},
)
declared = st.fixed_dictionaries({name: st.sampled_from(KINDS) for name in NAMES})
mounted = st.lists(
    st.tuples(st.sampled_from([*NAMES, "nobody"]), st.sampled_from(["/tmp", "/tmp/", "/a", "/"])),
    max_size=6,
    unique_by=lambda mount: mount[1],  # Kubernetes has no pod with two at one place
)


@settings(deadline=None)
@given(declared, mounted)
def test_every_mount_is_kept_under_a_name_of_its_own_or_told(
    kinds: dict[str, Any], mounts: list[tuple[str, str]]
) -> None:
    pod = [{"name": name, **kind} for name, kind in kinds.items()]
    box = [{"name": name, "mountPath": path} for name, path in mounts]
    found = volumes(pod, box, "pod", "box")
    kept = PodSettings.model_validate(found.settings).volumes or ()
    names = [each.name for each in kept]
    assert len({"scratch", "token", *names}) == len(names) + 2
    assert not any(each.mount_path.startswith("/tmp") for each in kept)
    said = [note for note in found.notes if note.field.startswith("box.")]
    left = [note for note in said if note.kind == "dropped" or note.became == "/tmp"]
    assert len(kept) + len(left) == len(mounts)
