"""What a search tries next: cheap ones first, nothing twice, and there is an end."""

from collections.abc import Callable
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.compress.candidate_selection import Limit, Size, Trial
from hone_trainer.compress.search import CandidateSearch, Plan, Shares, following
from hone_trainer.metrics import named

LIMIT = Limit(named("accuracy"), 0.01)
BOTH = Shares(tables=0.5, kernels=0.5)
BASE = Trial("float", size=Size(100, 100, 100), harm=0.0, latency=(100.0, 120.0))
Prefer = Literal["size", "latency"]


def trial(plan: Plan, harm: float | None) -> Trial:
    """A trial that is smaller, the more was done."""
    packed = 40 - 10 * (plan.tables == "int4") + 20 * (plan.mode == "float16")
    packed -= round(10 * plan.sparsity) + (64 - plan.clusters) // 8 * bool(plan.clusters)
    return Trial(str(plan), size=Size(packed, packed, 9), harm=harm, latency=(50.0, 60.0))


def searched(
    harm: Callable[[Plan], float | None],
    shares: Shares = BOTH,
    prefer: Prefer = "size",
    **words: Any,
) -> list[list[Plan]]:
    """The rounds of a search in a world where this is what plans cost."""
    tried: dict[Plan, Trial] = {}
    rounds = []
    while plans := following(tried, BASE, LIMIT, shares, CandidateSearch(**words), prefer):
        assert not set(plans) & set(tried)
        assert len(set(plans)) == len(plans)
        rounds.append(plans)
        assert len(rounds) < 9
        tried |= {plan: trial(plan, harm(plan)) for plan in plans}
    return rounds


FOUR = Plan(tables="int4")


def test_where_nothing_costs_anything_it_ends_with_most_of_all() -> None:
    assert searched(lambda _: 0.0) == [
        [Plan(), FOUR],
        [Plan(tables="int4", clusters=16), Plan(tables="int4", sparsity=0.5)],
        [Plan(tables="int4", sparsity=0.8, clusters=16)],
        [Plan(tables="int4", sparsity=0.9, clusters=16)],
    ]


def test_tables_that_four_bits_hurt_are_left_at_eight() -> None:
    rounds = searched(lambda plan: 0.02 if plan.tables == "int4" else 0.0)
    assert rounds[1] == [Plan(clusters=16), Plan(sparsity=0.5)]


def test_where_whole_numbers_cost_too_much_half_floats_are_tried() -> None:
    rounds = searched(lambda plan: 0.0 if plan.mode == "float16" else 0.02)
    assert rounds[1] == [Plan("float16"), Plan("float16", tables="int8")]
    assert all(plan.mode == "float16" for plans in rounds[1:] for plan in plans)
    assert searched(lambda _: 0.02) == [rounds[0], rounds[1]]


def test_what_loses_too_much_is_tried_milder() -> None:
    def harm(plan: Plan) -> float:
        return 0.02 if plan.sparsity > 0.5 or 0 < plan.clusters < 64 else 0.0

    *_, milder, many, fewer, half = searched(harm)
    assert milder == [Plan(tables="int4", clusters=64)]
    assert many == [Plan(tables="int4", sparsity=0.8, clusters=64)]
    assert fewer == [Plan(tables="int4", sparsity=0.65, clusters=64)]
    assert half == [Plan(tables="int4", sparsity=0.5, clusters=64)]


def test_no_training_for_what_it_cannot_make_smaller_or_faster() -> None:
    assert searched(lambda _: 0.0, Shares(tables=0.99, kernels=0.01)) == [[Plan(), FOUR]]
    assert searched(lambda _: 0.0, Shares(tables=0.0, kernels=1.0))[0] == [Plan()]
    assert searched(lambda _: 0.0, prefer="latency") == [[Plan(), FOUR]]
    assert len(searched(lambda _: 0.0, prefer="latency", smaller=90)) > 1


def test_it_stops_where_it_has_what_was_asked_for() -> None:
    assert len(searched(lambda _: 0.0, smaller=3)) == 1
    assert len(searched(lambda _: 0.0, smaller=4)) == 2
    assert len(searched(lambda _: 0.0, faster=2)) == 1
    assert len(searched(lambda _: 0.0, smaller=3, faster=3)) == 4  # it never is
    # What is small enough, and loses too much, is not what was asked for.
    assert len(searched(lambda plan: 0.02 if plan == FOUR else 0.0, smaller=3)) > 1


@given(st.dictionaries(st.builds(Plan), st.none() | st.floats(-0.1, 0.1)), st.randoms())
def test_it_ends_whatever_plans_cost(known: dict[Plan, float | None], chance: Any) -> None:
    """Also where what is stronger costs less, or nobody can tell what it costs."""
    costs: dict[Plan, float | None] = dict(known)

    def harm(plan: Plan) -> float | None:
        return costs.setdefault(plan, chance.choice([None, -0.01, 0.0, 0.005, 0.02, 0.5]))

    rounds = searched(harm)
    assert sum(len(plans) for plans in rounds) <= 12


@pytest.mark.parametrize(
    "plan", [Plan(), FOUR, Plan("float16", tables="int8"), Plan(sparsity=0.8, clusters=16)]
)
def test_a_plan_is_a_candidate_that_a_job_could_name(plan: Plan) -> None:
    from hone_trainer.compress.spec import Candidate

    made = Candidate.model_validate({"techniques": plan.techniques(3)})
    kinds = [technique.kind for technique in made.techniques]
    assert kinds == ["prune"] * (plan.sparsity > 0) + ["cluster"] * (plan.clusters > 0) + [
        "quantize"
    ]
