"""Names: the same for the same place, different for different ones, and never too long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.api.job import NAME_LIMIT
from hone.plan.names import HOST_LIMIT, Place, child, host, service

LABEL = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
jobs = st.from_regex(LABEL, fullmatch=True).filter(lambda name: len(name) <= NAME_LIMIT)
places = st.builds(
    Place,
    stage=st.from_regex(LABEL, fullmatch=True).filter(lambda name: len(name) <= 24),
    member=st.integers(0, 15),
    role=st.sampled_from(["chief", "worker", "ps", "evaluator"]),
    attempt=st.integers(0, 10_000),
)


@given(jobs, places)
def test_a_child_is_a_host_name_with_room_for_its_index(job: str, place: Place) -> None:
    name = child(job, place)
    assert LABEL.fullmatch(name)
    assert len(f"{name}-999") <= 63
    assert len(name) <= HOST_LIMIT


@given(jobs, places, jobs, places)
def test_different_places_have_different_names(
    job: str, place: Place, other_job: str, other: Place
) -> None:
    same = (job, place) == (other_job, other)
    assert (child(job, place) == child(other_job, other)) == same


def test_a_hyphen_in_a_stage_is_no_way_to_meet_another_job() -> None:
    one = child("shop", Place("data-x", 0, "worker", 0))
    other = child("shop-data", Place("x", 0, "worker", 0))
    assert one != other
    assert other == "shop-data-x-0-worker-a0"


@given(jobs)
def test_a_service_is_a_dns_label(job: str) -> None:
    assert LABEL.fullmatch(service(job))
    assert len(service(job)) <= 63


def test_the_longest_job_still_gets_its_own_name() -> None:
    place = Place("s" * 24, 15, "evaluator", 0)
    one, other = child("a" * 47 + "b", place), child("a" * 47 + "c", place)
    assert max(len(one), len(other)) <= HOST_LIMIT
    assert one != other


def test_short_names_can_be_read() -> None:
    place = Place("train", 1, "worker", 2)
    assert child("shop", place) == "shop-train-1-worker-a2"
    assert host("shop", place, 0, "ml") == "shop-train-1-worker-a2-0.shop-gang.ml.svc"


@given(places)
def test_labels_tell_the_place(place: Place) -> None:
    assert Place.of(place.labels()) == place
    assert all(len(value) <= 63 for value in place.labels().values())


@pytest.mark.parametrize("labels", [{}, {"hone.dev/stage": "a", "hone.dev/member": "x"}])
def test_labels_that_are_not_ours_are_told_apart(labels: dict[str, str]) -> None:
    with pytest.raises((KeyError, ValueError)):
        Place.of(labels)
