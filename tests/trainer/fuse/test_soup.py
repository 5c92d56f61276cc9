"""Weights are averaged where they began alike, and refused elsewhere."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.fuse.souping import averaged, require_alike
from hone_trainer.models.network import Network
from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_members import MODELS, QUICK

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def trained(clicks: Bench) -> Bench:
    """One training, and two that start from it and see the rows in another order."""
    model = MODELS["dense"]
    clicks("base", {"train": {"model": model, **QUICK}})
    uri = clicks.sources[-1].manifest.uri
    for member in range(2):
        run = {"train": {"model": model, **QUICK, "startFrom": {"uri": uri}, "members": 2}}
        clicks("train", run, member=member, members=2)
    return clicks


def members(bench: Bench, stage: str) -> tuple[Network, ...]:
    return Network.members(bench.context(bench.task("next", {})), stage)


@pytest.mark.parametrize("choice", ["greedy", "uniform"])
def test_one_model_is_no_worse_than_the_best(trained: Bench, choice: str) -> None:
    report = trained("fuse", {"fuse": {"soup": {"choice": choice}}})
    figures = {metric.name: float(metric.value) for metric in report.metrics}
    assert figures["valAuc"] >= max(figures["member0ValAuc"], figures["member1ValAuc"])
    (network,) = members(trained, "fuse")
    assert len(network.parts) == 1
    facts = trained.manifest(report).facts
    assert facts["startDigest"]
    if choice == "uniform" and "alone" not in report.message:
        each = [network.parts[0].arrays for network in members(trained, "train")]
        for mean, one, other in zip(network.parts[0].arrays, *each, strict=True):
            np.testing.assert_allclose(mean, (one + other) / 2, atol=1e-6)


def test_weights_that_began_apart_are_refused(clicks: Bench) -> None:
    for member in range(2):
        run = {"train": {"model": MODELS["dense"], **QUICK, "members": 2}}
        clicks("train", run, member=member, members=2)
    with pytest.raises(StageFailure, match=r"these members began by chance, each its own: train"):
        clicks("fuse", {"fuse": {"soup": {}}})


def test_of_one_member_nothing_is_refused(clicks: Bench) -> None:
    clicks("train", {"train": {"model": MODELS["dense"], **QUICK}})
    assert "1 of 1 members" in clicks("fuse", {"fuse": {"soup": {}}}).message


def test_what_is_not_alike_is_refused(trained: Bench) -> None:
    one, other = members(trained, "train")
    trained("order", {"train": {"model": MODELS["order"], **QUICK}})
    (third,) = members(trained, "order")
    both = replace(one, parts=one.parts * 2, shares=(0.5, 0.5))
    cases: list[tuple[tuple[Network, ...], tuple[str, ...], str]] = [
        ((one, third), ("a", "a"), "several architectures"),
        ((one, both), ("a", "a"), "several models itself"),
        ((one, other), ("a", "b"), "began apart"),
        ((one, other), ("a", ""), "began by chance"),
    ]
    for networks, starts, told in cases:
        with pytest.raises(StageFailure, match=told):
            require_alike(networks, starts)


def test_the_average_of_equals_is_what_they_are(trained: Bench) -> None:
    one, _ = members(trained, "train")
    made: Any = averaged([one, one])
    for mean, array in zip(made.parts[0].arrays, one.parts[0].arrays, strict=True):
        np.testing.assert_array_equal(mean, array)
