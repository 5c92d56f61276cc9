"""Figures against independent implementations of them, on random and on odd answers."""

import itertools
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as theirs

from hone_trainer.metrics import METRICS, named
from hone_trainer.metrics.accuracy import Accuracy
from hone_trainer.metrics.auc import Auc
from hone_trainer.metrics.average_precision import MeanAveragePrecision
from hone_trainer.metrics.cluster_auc import ClusterAuc
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.macro_f1 import MacroF1
from hone_trainer.metrics.mae import Mae
from hone_trainer.metrics.ranking import Ndcg, Recall
from hone_trainer.metrics.reciprocal_rank import Mrr
from hone_trainer.metrics.scored import Scored
from hone_trainer.metrics.squared_errors import R2, Rmse
from tests.trainer.metrics.answers import binary, classes, lists, numbers, scored_binary

SEEDS = range(8)


def weighted(seed: int, rows: int = 300) -> Any:
    draw = np.random.default_rng(seed)
    return None if seed % 2 else draw.integers(0, 4, rows).astype(float)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_two_classes(seed: int, ties: bool) -> None:
    answers = binary(np.random.default_rng(seed), ties=ties, weights=weighted(seed))
    truth, given, weight = (
        answers.columns["truth"],
        answers.columns["probability"],
        answers.weight,
    )
    kept = {"sample_weight": weight}
    clipped = np.clip(given, 1e-7, 1 - 1e-7)
    assert Auc().value(answers) == pytest.approx(theirs.roc_auc_score(truth, given, **kept))
    assert LogLoss().value(answers) == pytest.approx(theirs.log_loss(truth, clipped, **kept))
    right = theirs.accuracy_score(truth, given >= 0.5, **kept)
    assert Accuracy().value(answers) == pytest.approx(right)


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_several_classes(seed: int) -> None:
    answers = classes(np.random.default_rng(seed), weights=weighted(seed))
    truth, given = answers.columns["truth"], answers.columns["decision"]
    expected = theirs.f1_score(truth, given, average="macro", sample_weight=answers.weight)
    assert MacroF1().value(answers) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_of_numbers(seed: int) -> None:
    answers = numbers(np.random.default_rng(seed), weights=weighted(seed))
    pair = answers.columns["truth"], answers.columns["value"]
    kept = {"sample_weight": answers.weight}
    assert Rmse().value(answers) == pytest.approx(theirs.root_mean_squared_error(*pair, **kept))
    assert Mae().value(answers) == pytest.approx(theirs.mean_absolute_error(*pair, **kept))
    assert R2().value(answers) == pytest.approx(theirs.r2_score(*pair, **kept))


@pytest.mark.parametrize("far", [1e6, -1e8, 1.7e9, 1e12])
def test_numbers_far_from_0_are_explained_as_well_as_those_beside_it(far: float) -> None:
    """Squares of moments since 1970 have more digits than a float."""
    near = numbers(np.random.default_rng(0), weights=weighted(0))
    pair = {name: column + far for name, column in near.columns.items()}
    moved = Scored(pair, near.weight)
    expected = theirs.r2_score(pair["truth"], pair["value"], sample_weight=near.weight)
    assert R2().value(moved) == pytest.approx(expected, abs=1e-6)
    assert R2().value(moved) == pytest.approx(R2().value(near), abs=1e-3)
    assert R2().influence(moved) == pytest.approx(R2().influence(near), abs=1e-2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ties", [False, True])
def test_ndcg_of_lists(seed: int, ties: bool) -> None:
    draw = np.random.default_rng(seed)
    grades = draw.integers(0, 4, (40, 12))
    grades[:, 0] = 1  # a relevant item in each
    scores = draw.random((40, 12))
    scores = np.round(scores, 1) if ties else scores
    expected = theirs.ndcg_score(2.0**grades - 1, scores, k=5)
    assert Ndcg(at=5).value(lists(grades, scores)) == pytest.approx(expected)


@pytest.mark.parametrize("seed", SEEDS)
def test_average_precision_of_lists_without_ties(seed: int) -> None:
    draw = np.random.default_rng(seed)
    grades = (draw.random((30, 9)) < 0.3).astype(int)
    grades[:, 0] = 1
    scores = draw.random((30, 9))
    pairs = zip(grades, scores, strict=True)
    expected = np.mean([theirs.average_precision_score(*pair) for pair in pairs])
    assert MeanAveragePrecision().value(lists(grades, scores)) == pytest.approx(expected)


GRADES = [1, 0, 2, 0, 1]
TIED = [0.5, 0.5, 0.5, 0.7, 0.2]


def all_orders(grades: list[int], scores: list[float]) -> list[list[int]]:
    """Return the grades in every order that the scores allow, each as likely as any other."""
    places = range(len(grades))
    return [
        [grades[place] for place in order]
        for order in itertools.permutations(places)
        if all(scores[a] >= scores[b] for a, b in itertools.pairwise(order))
    ]


def plain(order: list[int]) -> dict[str, float]:
    """Compute the figures of one ranked list by their definitions."""
    hits = [place for place, grade in enumerate(order) if grade]
    gains = [2**grade - 1 for grade in order]

    def dcg(values: list[int]) -> float:
        return float(sum(gain / np.log2(k + 2) for k, gain in enumerate(values[:3])))

    return {
        "ndcg@3": dcg(gains) / dcg(sorted(gains, reverse=True)),
        "recall@3": sum(place < 3 for place in hits) / len(hits),
        "mrr": 1 / (hits[0] + 1),
        "map": float(np.mean([(k + 1) / (place + 1) for k, place in enumerate(hits)])),
    }


@pytest.mark.parametrize("scores", [TIED, [0.5] * 5, [0.1, 0.2, 0.3, 0.2, 0.1]])
@pytest.mark.parametrize("metric", [Ndcg(at=3), Recall(at=3), Mrr(), MeanAveragePrecision()])
def test_ties_count_at_their_expected_value(metric: Any, scores: list[float]) -> None:
    orders = all_orders(GRADES, scores)
    expected = np.mean([plain(order)[metric.name] for order in orders])
    assert metric.value(lists([GRADES], [scores])) == pytest.approx(expected)


def test_the_auc_within_groups_is_the_mean_of_theirs() -> None:
    draw = np.random.default_rng(3)
    group = draw.integers(0, 12, 400)
    truth = np.where(group == 5, 0.0, draw.integers(0, 2, 400))
    given = np.round(draw.random(400), 1)
    weight = draw.integers(1, 4, 400).astype(float)
    areas, masses = [], []
    for each in np.unique(group):
        mine = group == each
        if len(np.unique(truth[mine])) == 2:
            kept = {"sample_weight": weight[mine]}
            areas.append(theirs.roc_auc_score(truth[mine], given[mine], **kept))
            masses.append(weight[mine].sum())
    answers = scored_binary(truth, given, weight, group=group)
    assert ClusterAuc().value(answers) == pytest.approx(np.average(areas, weights=masses))


def test_every_figure_is_found_by_its_name() -> None:
    for metric in METRICS:
        assert named(metric().name) == metric()
    assert named("ndcg@3") == Ndcg(at=3)
    assert len({metric.key for metric in METRICS}) == len(METRICS)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("acuracy", "did you mean accuracy"),
        ("auc@3", "did you mean auc"),
        ("fame", "there are auc, logLoss"),
        ("", "there are auc, logLoss"),
    ],
)
def test_a_name_that_is_none_is_told_which_is_meant_or_which_there_are(
    name: str, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        named(name)


@pytest.mark.parametrize(
    ("name", "most"), [("ndcg@10001", "10000"), ("coverage@11", "10"), ("mrr@3", "mean mrr")]
)
def test_a_cut_that_no_answer_reaches_is_told_how_far_it_may_go(name: str, most: str) -> None:
    with pytest.raises(ValueError, match=most) as told:
        named(name)
    assert "pydantic" not in str(told.value)
