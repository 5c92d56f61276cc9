"""The report as a page that needs nothing else."""

import itertools
import json
import re
from xml.etree import ElementTree

import pytest

from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.gates import Verdict
from hone_trainer.evaluate.page import render
from hone_trainer.html.chart import draw
from tests.trainer.compress.test_compression import CRASHED, SMALL, trial

EVALUATION = Evaluation(
    job="shop <recommender>",
    rows=13500,
    shipped="model.tflite",
    figures={"accuracy": 0.8957, "auc": 0.9667, "logLoss": 0.2362},
    verdicts=(
        Verdict("accuracy", 0.8957, 0.87, lower=True),
        Verdict("logLoss", 0.2362, 0.2, lower=False),
    ),
    float_figures={"accuracy": 0.8972, "auc": 0.967, "logLoss": 0.2325},
    accuracy_change=(-0.0015, -0.003, 0.0001),
    compression={
        "metric": "accuracy",
        "chosen": "small",
        "message": "small: accuracy -0.0040",
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


def test_it_reads_without_compression_gates_and_history() -> None:
    page = render(Evaluation("j", 5, "the float network", EVALUATION.figures))
    assert "Gates" not in page
    assert "<svg" not in page


@pytest.mark.parametrize("lines", [[[0.5, 0.6]], [[0.5, 0.5]], [[0.1, 0.2, 0.3], [0.2, 0.2]]])
def test_a_chart_is_one_line_per_member_inside_its_frame(lines: list[list[float]]) -> None:
    svg = ElementTree.fromstring(draw(lines))
    found = svg.findall("polyline")
    assert [len(line.attrib["points"].split()) for line in found] == [len(line) for line in lines]
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    for point in " ".join(line.attrib["points"] for line in found).split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= width
        assert 0 <= y <= height


def test_labels_do_not_cover_each_other() -> None:
    svg = ElementTree.fromstring(draw([[0.5, 0.9], [0.5, 0.9], [0.5, 0.8999]]))
    labels = [t for t in svg.findall("text") if (t.text or "").startswith("#")]
    heights = sorted(float(t.attrib["y"]) for t in labels)
    assert all(b - a >= 13 for a, b in itertools.pairwise(heights))


def test_the_status_gets_both_models() -> None:
    assert EVALUATION.metrics()["floatLogLoss"] == 0.2325
    assert EVALUATION.row()["passed"] is False


def test_what_cannot_be_known_is_said_everywhere() -> None:
    figures = {"accuracy": 1.0, "auc": None, "logLoss": 0.1}
    why = "all 5 rows of the test part have the label 1"
    candidate = trial("small").row() | {"drop": None, "drop_interval": None, "unknown": why}
    table = {"metric": "auc", "chosen": "float", "message": why, "float": candidate}
    evaluation = Evaluation(
        "j",
        5,
        "m",
        figures,
        {"auc": why},
        (Verdict("auc", None, 0.5, True, why),),
        figures,
        compression=table | {"candidates": [candidate]},
    )
    row = json.loads(json.dumps(evaluation.row(), allow_nan=False))
    assert (row["figures"]["auc"], row["gaps"], row["passed"]) == (None, {"auc": why}, False)
    assert not {"auc", "floatAuc"} & set(evaluation.metrics())
    page = render(evaluation)
    assert f"auc cannot be known: {why}." in page
    assert page.count("unknown") == 5
    assert "nan" not in page.lower().replace("tenance", "")
