"""A fusion that is trained by two pods: members answer in both, and one report is made."""

from pathlib import Path
from typing import Any

import pytest

from tests.trainer.conftest import Bench
from tests.trainer.fuse.test_stacking import BOTH
from tests.trainer.gangs import GangOfTwo

pytestmark = pytest.mark.tensorflow

TUNING = {"strategy": {"multiWorkerMirrored": {"workers": 2}}, "batchSize": 128}
FUSIONS: dict[str, tuple[dict[str, Any], int]] = {
    "a vote, fine-tuned": ({"vote": {}, "fineTune": {"epochs": 2}}, 2),
    "dense layers": ({"stack": {"layers": [8], "epochs": 2}}, 2),
    "a student": ({"adversarial": {"epochs": 1, "judge": [8]}}, 2),
    "one of several": ({"distill": {"epochs": 2}}, 2),
}


@pytest.mark.parametrize("way", FUSIONS)
def test_two_pods_train_what_was_fused(trained: Bench, tmp_path: Path, way: str) -> None:
    fusion, epochs = FUSIONS[way]
    gang = GangOfTwo(trained, tmp_path, "fuse")
    codes = gang.codes(gang.start({**fusion, "members": BOTH, "tuning": TUNING}))
    assert codes == [0, 0], [pod.log.read_text()[-3000:] for pod in gang.pods]
    assert len(gang.history) == epochs
    figures = {metric.name for metric in gang.pods[0].report().metrics}
    assert {"valAuc", "member0ValAuc", "member1ValAuc"} <= figures


def test_one_member_alone_goes_on_with_one_report(trained: Bench, tmp_path: Path) -> None:
    gang = GangOfTwo(trained, tmp_path, "fuse")
    words = {"adversarial": {}, "members": BOTH[:1], "tuning": TUNING}
    assert gang.codes(gang.start(words)) == [0, 0]
    chief, other = (pod.report() for pod in gang.pods)
    assert "one member only" in chief.message
    assert other.manifest is None
