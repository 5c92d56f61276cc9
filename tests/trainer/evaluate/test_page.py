"""The report as a page that needs nothing else."""

import json
import re
from dataclasses import replace

import pytest

from hone_trainer.evaluate.evaluation import Evaluation, Judged
from hone_trainer.evaluate.gates import Verdict
from hone_trainer.evaluate.origins import Course, Origins
from hone_trainer.evaluate.page import render
from hone_trainer.html.picture import Grid, Line, Plot
from hone_trainer.metrics import named
from hone_trainer.metrics.metric import Estimate
from tests.trainer.compress.test_candidate_selection import CRASHED, SMALL, trial

PICTURES = (
    Plot("Found <early>", "k", "share", (Line("model", ((1.0, 0.2), (2.0, 0.4))),)),
    Grid("Taken for each other", "decided", "true", ("a", "b"), ("a", "b"), ((3, 1), (0, 2))),
)


def judged(
    values: dict[str, Estimate], prior: dict[str, float], before: dict[str, float] | None = None
) -> Judged:
    """Figures of a target by their names."""
    before = before or {}
    changes = {name: (values[name].value or 0.0) - value for name, value in before.items()}
    return Judged(
        titles={name: named(name).heading for name in values},
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
COURSE = Course(
    name="member 0",
    training=((1.0, 0.5), (2.0, 0.3)),
    validation=((1.0, 0.45), (2.0, 0.4)),
    leading=((1.0, 0.88), (2.0, 0.897)),
    kept=2,
)
ORIGINS = Origins(
    courses=(COURSE, replace(COURSE, name="member 1")),
    rows={"train": 108_000, "validation": 13_500, "test": 13_500},
    columns={"user": "id", "item": "id", "price": "number"},
    data_report="s3://models/shop/1/data/0/0/data-report.html",
    data_link="../../../data/0/0/data-report.html",
    stages={"data": {"prepare": {"note": "<b>"}}, "train": {"train": {"epochs": 10}}},
    seed=7,
    versions={"hone": "0.1.0", "numpy": "2.0"},
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
    origins=ORIGINS,
)


def test_nothing_is_fetched() -> None:
    page = render(replace(EVALUATION, targets={"clicked": replace(CLICKED, pictures=PICTURES)}))
    assert not re.search(r"https?:|src=|@import|url\(|<script|<link", page)


def test_what_the_task_draws_stands_under_its_figures() -> None:
    page = render(replace(EVALUATION, targets={"clicked": replace(CLICKED, pictures=PICTURES)}))
    assert page.index("log loss") < page.index("Found &lt;early&gt;") < page.index("Candidates")
    assert "Taken for each other" in page
    assert "Found" not in render(EVALUATION), "a task that draws nothing has no picture"


def test_it_shows_how_the_trainings_went_and_which_epoch_was_kept() -> None:
    page = render(EVALUATION)
    for text in ("Validation AUC by epoch", "member 1: 0.8970", "Loss by epoch: member 0"):
        assert text in page
    assert page.count('class="ring"') == 4, "a ring for each member, on its figure and its loss"
    many = replace(ORIGINS, courses=tuple(replace(COURSE, name=f"member {k}") for k in range(16)))
    assert "<summary>12 more</summary>" in render(replace(EVALUATION, origins=many))


@pytest.mark.parametrize("epochs", [1, 2])
def test_it_says_what_a_training_started_from_however_short_it_was(epochs: int) -> None:
    told = "started from shop/<old>/train: 7 of 7 weights taken over"
    short = replace(COURSE, leading=COURSE.leading[:epochs], validation=COURSE.validation[:epochs])
    courses = (replace(short, begun=told), replace(short, name="member 1"))
    page = render(replace(EVALUATION, origins=replace(ORIGINS, courses=courses)))
    assert page.count("<p>member 0: started from shop/&lt;old&gt;/train: 7 of 7 weights") == 1
    assert "member 1: started" not in page
    assert page.count("<h2>Training</h2>") == 1


def test_it_says_what_led_there_and_links_to_the_data_report() -> None:
    page = render(EVALUATION)
    assert '<a href="../../../data/0/0/data-report.html">data report</a>' in page
    inputs = "3 inputs of the model: 2 of ids or words, 1 of numbers"
    for text in ("108,000", inputs, "seed 7", "numpy 2.0"):
        assert text in page
    assert "&lt;b&gt;" in page
    elsewhere = render(replace(EVALUATION, origins=replace(ORIGINS, data_link="")))
    assert "href" not in elsewhere.partition("<body")[2] + elsewhere.partition("</style>")[2]
    assert ORIGINS.data_report in elsewhere, "where no link can work, the path is told"


def test_the_leading_figure_is_drawn_beside_simpler_answers() -> None:
    strong = replace(CLICKED, baseline={"auc": Estimate(0.9), "logLoss": Estimate(0.3)})
    strong = replace(strong, gain={"auc": Estimate(0.06, 0.05, 0.07), "logLoss": Estimate(-0.1)})
    page = render(replace(EVALUATION, targets={"clicked": strong}, baseline="linear"))
    assert page.count('<svg class="whisker"') == 4
    assert ">difference from linear<" in page, "of a loss, less is no gain"
    assert ">prior<" not in page, "one name for the answer without features"
    assert page.count("<polygon") == 1, "what has no features is far off, and gets an arrow"


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
    assert not {"plot", "figure"} & set(re.findall(r"<(\w+)", page.partition("</style>")[2]))
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
