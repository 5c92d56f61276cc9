"""Names, labels and annotations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.api.job import NAME_LIMIT
from hone.migrate.identity import APPLIED, MACHINE, fitting, identity
from hone.migrate.reading import CannotConvert
from hone_trainer.contract.patterns import DNS_PATTERN

LONG = "a" * 60


def told(metadata: dict[str, Any]) -> dict[str, str]:
    """Field -> kind of note."""
    return {note.field: note.kind for note in identity(metadata).notes}


@pytest.mark.parametrize("name", ["a", "shop-2", "a" * NAME_LIMIT])
def test_a_name_that_fits_stays(name: str) -> None:
    assert identity({"name": name}).settings == {"name": name}
    assert not told({"name": name})


@pytest.mark.parametrize(
    ("name", "becomes"),
    [
        ("2024-clicks", "job-2024-clicks"),
        ("Clicks", "clicks"),
        ("shop.clicks", "shop-clicks"),
        ("-clicks-", "clicks"),
        ("2", "job-2"),
        ("...", "job"),
    ],
)
def test_a_name_that_does_not_fit_is_made_to(name: str, becomes: str) -> None:
    assert identity({"name": name}).settings["name"] == becomes
    assert told({"name": name}) == {"metadata.name": "changed"}


def test_names_that_are_too_long_stay_two() -> None:
    one, other = fitting(f"{LONG}-1"), fitting(f"{LONG}-2")
    assert one != other
    assert len(one) == len(other) == NAME_LIMIT


@given(st.text(min_size=1, max_size=80))
def test_every_name_can_be_made_to_fit(name: str) -> None:
    import re

    found = fitting(name)
    assert re.match(DNS_PATTERN, found)
    assert len(found) <= NAME_LIMIT
    assert fitting(found) == found


def test_a_beginning_of_a_name_becomes_one() -> None:
    assert identity({"generateName": "clicks-"}).settings == {"name": "clicks"}
    assert told({"generateName": "clicks-"}) == {"metadata.generateName": "changed"}
    assert told({"name": "a", "generateName": "b-"}) == {"metadata.generateName": "dropped"}


@pytest.mark.parametrize("raw", [None, {}, {"name": ""}, {"namespace": "shop"}])
def test_a_job_without_a_name_is_refused(raw: Any) -> None:
    with pytest.raises(CannotConvert, match=r"metadata\.name: missing; give the job a name"):
        identity(raw)


def test_labels_and_annotations_come_along() -> None:
    kept = {
        "name": "a",
        "namespace": "shop",
        "labels": {"kueue.x-k8s.io/queue-name": "research"},
        "annotations": {"argocd.argoproj.io/sync-wave": "2"},
    }
    assert identity(kept).settings == kept
    assert not told(kept)


def test_what_kubectl_wrote_is_written_anew() -> None:
    raw = {"name": "a", "annotations": {APPLIED: "{}", "team": "search"}}
    assert identity(raw).settings["annotations"] == {"team": "search"}
    assert told(raw) == {f"metadata.annotations[{APPLIED}]": "dropped"}
    assert "annotations" not in identity({"name": "a", "annotations": {APPLIED: "{}"}}).settings


@pytest.mark.parametrize("key", [*MACHINE, "ownerReferences", "finalizers", "clusterName"])
def test_what_belongs_to_the_old_object_stays_behind(key: str) -> None:
    raw = {"name": "a", key: ["x"]}
    assert identity(raw).settings == {"name": "a"}
    assert told(raw) == {f"metadata.{key}": "dropped"}


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ([], "metadata: must hold"),
        ({"name": "a", "labels": ["b"]}, "metadata.labels: must hold"),
        ({"name": "a", "annotations": "b"}, "metadata.annotations: must hold"),
    ],
)
def test_metadata_that_cannot_be_read_is_explained(raw: Any, words: str) -> None:
    with pytest.raises(CannotConvert) as refused:
        identity(raw)
    assert str(refused.value).startswith(words)
