"""What is fused: stages of this job of any model, and runs of earlier ones."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.fuse.members import Member, opened
from hone_trainer.models.joining import join
from tests.trainer.conftest import Bench
from tests.trainer.taught import answers

pytestmark = pytest.mark.tensorflow

QUICK: dict[str, Any] = {"epochs": 2, "optimizer": {"adam": {"learningRate": 0.02}}}
MODELS = {
    "dense": {"generic": {"dense": {"embedding": 8, "layers": [8]}}},
    "order": {"recommendation": {"lstm": {"embedding": 8, "units": 8}}},
}


def test_stages_with_other_models_become_one(trained: Bench) -> None:
    ctx = trained.context(trained.task("next", {}))
    rows = Dataset.of(ctx).read("test")
    members = opened(tuple(Member(stage=name) for name in MODELS), ctx).networks
    each = [answers(network, rows)["clicked/probability"] for network in members]
    joint = answers(join(members, (0.5, 0.5)), rows)["clicked/probability"]
    np.testing.assert_allclose(joint, np.mean(each, axis=0), atol=1e-5)


@pytest.mark.parametrize("earlier", [False, True])
def test_a_fusion_judges_all_that_it_is_told_to(trained: Bench, earlier: bool) -> None:
    first = {"uri": trained.sources[1].manifest.uri} if earlier else {"stage": "dense"}
    run = {"fuse": {"vote": {}, "members": [first, {"stage": "order"}]}}
    told = {metric.name for metric in trained("fuse", run).metrics}
    assert {"member0ValAuc", "member1ValAuc"} <= told


def test_nothing_said_is_the_latest_stage(trained: Bench) -> None:
    assert "one member only" in trained("fuse", {"fuse": {"vote": {}}}).message


def test_what_has_read_other_words_is_refused(trained: Bench) -> None:
    uri = trained.sources[1].manifest.uri
    source = {"clickModel": {"rows": 3000, "users": 60, "items": 40, "seed": 9}}
    trained("other", {"prepare": {**_prepare(), "source": source}})
    ctx = trained.context(trained.task("next", {}))
    with pytest.raises(StageFailure, match=r"other columns or vocabularies"):
        opened((Member(uri=uri),), ctx)
    with pytest.raises(StageFailure, match=r"fuse.members\[\].uri: .* is no run"):
        opened((Member(uri=f"{uri}/nothing/at/all"),), ctx)


def _prepare() -> dict[str, Any]:
    columns = [{"name": "user", "id": {}}, {"name": "item", "id": {}}]
    return {"tasks": [{"binary": {"label": "clicked"}}], "columns": columns}
