"""Members and fusions side by side on the test part, in record and page."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.evaluate.fused_models import FusedModel, FusedModels
from hone_trainer.evaluate.page import render
from hone_trainer.metrics.metric import Estimate
from tests.trainer.conftest import Bench
from tests.trainer.evaluate.test_page import EVALUATION
from tests.trainer.fuse.test_members import MODELS, QUICK


def model(name: str, auc: float, **words: Any) -> FusedModel:
    """One of several, with figures as they may be."""
    figures = {"auc": Estimate(auc, auc - 0.01, auc + 0.01), "logLoss": Estimate(0.4)}
    return FusedModel(name, "train", figures, 1, 4_000, 2.5, **words)


TITLES = {"auc": "AUC", "logLoss": "log loss"}
FUSED = FusedModels(
    title="AUC",
    titles=TITLES,
    models=(model("<one>", 0.7), model("both", 0.75, row_us=812.25, batch_us=11.5)),
    alike=((1.0, 0.25), (0.25, 1.0)),
)


def test_the_page_has_a_row_for_each_and_says_how_alike_they_err() -> None:
    page = render(replace(EVALUATION, fused=FUSED))
    assert "<h2>Members and fusions</h2>" in page
    assert "&lt;one&gt;" in page
    assert "<one>" not in page
    for text in ("0.7500", "0.7400 to 0.7600", "812.2", "4,000", "How alike they err", ">0.25<"):
        assert text in page
    assert "Members and fusions" not in render(EVALUATION)


@pytest.mark.tensorflow
def test_every_model_is_answered_and_held_against_the_others(clicks: Bench) -> None:
    for name, of in MODELS.items():
        clicks(name, {"train": {"model": of, **QUICK}})
    members = [{"stage": name} for name in MODELS]
    clicks("both", {"fuse": {"vote": {}, "members": members}})
    report = clicks("evaluate", {"evaluate": {}})
    record = clicks.manifest(report).facts["evaluation"]
    told = record["fused"]["models"]
    assert [(each["name"], each["how"]) for each in told] == [
        ("dense", "train"),
        ("order", "train"),
        ("both", "fuse, vote"),
    ]
    shipped = record["targets"]["clicked"]["shipped"]["auc"]["value"]
    assert told[2]["figures"]["auc"]["value"] == pytest.approx(shipped)
    sizes = [each["size_bytes"] for each in told]
    assert (told[2]["models"], sizes[2]) in [(2, sum(sizes[:2])), (1, sizes[0]), (1, sizes[1])]
    assert all(each["row_us"] > 0 and each["seconds"] > 0 for each in told)
    alike = np.array(record["fused"]["alike"], float)
    np.testing.assert_allclose(np.diag(alike), 1)
    np.testing.assert_allclose(alike, alike.T)
    assert alike[0, 1] < 0.999
    page = next(a for a in report.artifacts if a.name.endswith(".html"))
    assert "Members and fusions" in Path(page.uri).read_text()
    json.dumps(record, allow_nan=False)


@pytest.mark.tensorflow
def test_where_nothing_is_fused_nothing_is_held_beside(clicks: Bench) -> None:
    clicks("train", {"train": {"model": MODELS["dense"], **QUICK}})
    report = clicks("evaluate", {"evaluate": {}})
    assert clicks.manifest(report).facts["evaluation"]["fused"] is None
