"""The report as a page that needs nothing else."""

import itertools
import json
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from hone_trainer.evaluate.evaluation import Evaluation, Judged
from hone_trainer.evaluate.gates import Verdict
from hone_trainer.evaluate.page import render
from hone_trainer.html.chart import draw
from hone_trainer.metrics import named
from hone_trainer.metrics.metric import Estimate
from tests.trainer.compress.test_compression import CRASHED, SMALL, trial


def judged(
    values: dict[str, Estimate], prior: dict[str, float], before: dict[str, float] | None = None
) -> Judged:
    """Figures of a target by their names."""
    before = before or {}
    changes = {name: (values[name].value or 0.0) - value for name, value in before.items()}
    return Judged(
        titles={name: named(name).title for name in values},
        higher={name: named(name).higher_is_better for name in values},
        shipped=values,
        prior={name: Estimate(value) for name, value in prior.items()},
        before={name: Estimate(value) for name, value in before.items()} or None,
        change={name: Estimate(v, v - 0.001, v + 0.001) for name, v in changes.items()} or None,
    )


CLICKED = judged(
    {"auc": Estimate(0.9667, 0.9638, 0.9696), "logLoss": Estimate(0.2362)},
    {"auc": 0.5, "logLoss": 0.6},
    {"auc": 0.9682, "logLoss": 0.2325},
)
SPENT = judged(
    {"rmse": Estimate(12.25, 11.5, 13.0), "r2": Estimate(-0.01)}, {"rmse": 12.2, "r2": 0.0}
)
EVALUATION = Evaluation(
    job="shop <recommender>",
    rows=13500,
    shipped="model.tflite",
    targets={"clicked": CLICKED},
    verdicts=(
        Verdict("auc", 0.9667, 0.87, lower=True),
        Verdict("logLoss", 0.2362, 0.2, lower=False),
    ),
    compression={
        "metric": "auc",
        "title": "AUC",
        "chosen": "small",
        "message": "small: AUC -0.0040",
        "float": trial("float", packaged=400).row(),
        "candidates": [SMALL.row(), CRASHED.row()],
    },
    history=((0.88, 0.89, 0.897), (0.881, 0.891, 0.897)),
)


def test_nothing_is_fetched() -> None:
    assert not re.search(r"https?:|src=|@import|url\(|<script|<link", render(EVALUATION))


def test_names_are_escaped() -> None:
    page = render(EVALUATION)
    assert "shop &lt;recommender&gt;" in page
    assert "<recommender>" not in page


def test_it_shows_gates_sizes_failures_and_the_change() -> None:
    page = render(EVALUATION)
    for text in ("passed", "failed", "≥ 0.87", "800", "SIGSEGV", "-0.0015", "model.tflite"):
        assert text in page
    assert "Validation AUC by epoch" in page


def test_every_figure_stands_with_its_interval_beside_the_prior() -> None:
    page = render(replace(EVALUATION, targets={"clicked": CLICKED, "spent": SPENT}))
    for text in ("Test part: clicked", "0.9638 to 0.9696", "Test part: spent", "11.5000 to 13.0"):
        assert text in page
    assert page.index("12.2500") < page.index("12.2000"), "the prior beside the figure"


def test_it_reads_without_compression_gates_and_history() -> None:
    page = render(Evaluation("j", 5, "the float network", {"spent": SPENT}))
    assert "Gates" not in page
    assert "<svg" not in page
    assert "AUC" not in page


@pytest.mark.parametrize(
    ("metric", "ours", "prior", "beaten"),
    [
        ("auc", 0.9, 0.5, False),
        ("auc", 0.5, 0.5, True),
        ("auc", 0.4, 0.5, True),
        ("rmse", 12.0, 12.2, False),
        ("rmse", 12.25, 12.2, True),
        ("rmse", 12.2, 12.2, True),
    ],
)
def test_a_model_that_does_not_beat_its_prior_says_so(
    metric: str, ours: float, prior: float, beaten: bool
) -> None:
    found = Evaluation("j", 5, "m", {"t": judged({metric: Estimate(ours)}, {metric: prior})})
    assert bool(list(found.defeats())) is beaten
    assert ("does not beat" in render(found)) is beaten
    assert bool(found.row()["defeats"]) is beaten


def test_it_says_which_task_and_which_simpler_answer_it_does_not_beat() -> None:
    weak = replace(CLICKED, baseline={"auc": Estimate(0.97), "logLoss": Estimate(0.2)})
    found = Evaluation("j", 5, "m", {"clicked": weak, "spent": SPENT}, baseline="linear")
    assert list(found.defeats()) == [
        "clicked: the model does not beat linear: AUC 0.9667 against 0.9700.",
        "spent: the model does not beat the answer without features: RMSE 12.2500 against 12.2000.",
    ]
    assert found.metrics()["baselineAuc"] == 0.97


@pytest.mark.parametrize("lines", [[[0.5, 0.6]], [[0.5, 0.5]], [[0.1, 0.2, 0.3], [0.2, 0.2]]])
def test_a_chart_is_one_line_per_member_inside_its_frame(lines: list[list[float]]) -> None:
    svg = ElementTree.fromstring(draw(lines, "AUC"))
    found = svg.findall("polyline")
    assert [len(line.attrib["points"].split()) for line in found] == [len(line) for line in lines]
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for point in " ".join(line.attrib["points"] for line in found).split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= width
        assert 0 <= y <= height


def test_labels_do_not_cover_each_other() -> None:
    svg = ElementTree.fromstring(draw([[0.5, 0.9], [0.5, 0.9], [0.5, 0.8999]], "AUC"))
    labels = [t for t in svg.findall("text") if (t.text or "").startswith("#")]
    heights = sorted(float(t.attrib["y"]) for t in labels)
    assert all(b - a >= 13 for a, b in itertools.pairwise(heights))


def test_the_status_gets_both_models_and_the_prior() -> None:
    metrics = EVALUATION.metrics()
    assert next(iter(metrics)) == "auc"
    assert (metrics["floatLogLoss"], metrics["priorAuc"]) == (0.2325, 0.5)
    assert EVALUATION.row()["passed"] is False


def test_of_several_tasks_the_status_names_each() -> None:
    metrics = Evaluation("j", 5, "m", {"clicked": CLICKED, "spent": SPENT}).metrics()
    assert next(iter(metrics)) == "clicked.auc"
    assert (metrics["priorAuc"], metrics["spent.rmse"]) == (0.5, 12.25)


def test_what_is_not_defined_is_said_everywhere() -> None:
    why = "every row has the label 1"
    unknown = Estimate(None, reason=why)
    blind = replace(
        judged({"auc": unknown, "logLoss": Estimate(0.1)}, {"auc": 0.5, "logLoss": 0.6}),
        before={"auc": unknown, "logLoss": Estimate(0.1)},
        change={"auc": unknown, "logLoss": Estimate(0.0)},
    )
    candidate = replace(trial("small"), change=unknown, harm=None).row()
    table = {"metric": "auc", "title": "AUC", "chosen": "float", "message": why}
    evaluation = Evaluation(
        "j",
        5,
        "m",
        {"clicked": blind},
        (Verdict("auc", None, 0.5, True, why),),
        compression=table | {"float": candidate, "candidates": [candidate]},
    )
    row = json.loads(json.dumps(evaluation.row(), allow_nan=False))
    assert row["targets"]["clicked"]["shipped"]["auc"]["value"] is None
    assert (evaluation.gaps(), row["passed"]) == ({"auc": why}, False)
    assert not {"auc", "floatAuc"} & set(evaluation.metrics())
    page = render(evaluation)
    assert page.count(why) == 2  # beside the figure, and in the table of candidates
    assert page.count(">–<") >= 5
    assert "nan" not in page.lower().replace("tenance", "")
