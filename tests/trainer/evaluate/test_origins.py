"""What led to a model, as earlier stages left it."""

from pathlib import Path

import pytest

from hone_trainer.evaluate.origins import Origins, link
from hone_trainer.pod.context import Context
from tests.trainer.conftest import CLICKS, Bench

PAGE = "/shop/demo/1/evaluate/0/2/report.html"
DATA = "/shop/demo/1/data/0/0/data-report.html"


@pytest.mark.parametrize(
    ("root", "target", "way"),
    [
        ("s3://models/a", f"s3://models/a{DATA}", "../../../data/0/0/data-report.html"),
        ("/models", f"/models{DATA}", "../../../data/0/0/data-report.html"),
        ("s3://models/a", f"s3://models/ab{DATA}", ""),
        ("s3://models/a", f"s3://others/a{DATA}", ""),
        ("/models", "", ""),
    ],
)
def test_a_link_goes_from_folder_to_folder_within_one_store(
    root: str, target: str, way: str
) -> None:
    assert link(target, f"{root}{PAGE}", root) == way


def context(bench: Bench) -> Context:
    return bench.context(bench.task("evaluate", {"evaluate": {}}))


def trained(bench: Bench, member: int, facts: dict[str, object]) -> None:
    """Commit what a training leaves of itself in facts."""
    from hone_trainer.contract.assignment import Source

    run = {"train": {"model": {"generic": {"linear": {}}}, "members": 2}}
    ctx = bench.context(bench.task("train", run, member=member, members=2))
    manifest = ctx.commit(facts=facts).manifest
    assert manifest is not None
    source = Source(stage="train", kind="train", makes="model", member=member, manifest=manifest)
    bench.sources.append(source)


def test_it_is_read_off_what_earlier_stages_committed(run_stage: Bench) -> None:
    run_stage("data", CLICKS)
    history = [
        {"epoch": 1, "loss": 0.7, "valLoss": 0.69, "valAuc": 0.6},
        {"epoch": 2, "loss": float("inf"), "valLoss": 0.68},
    ]
    start = {"told": "started from shop/old/train: 7 of 7 weights taken over", "rows": {}}
    facts = {"history": history, "headline": "valAuc", "keptEpoch": 2, "start": start}
    trained(run_stage, 0, facts)
    trained(run_stage, 1, {"history": "nonsense"})
    found = Origins.of(context(run_stage))
    first, second = found.courses
    assert (first.name, first.kept) == ("member 0", 2)
    assert (first.begun, second.begun) == (start["told"], "")
    assert first.training == ((1.0, 0.7),), "what is no number has no place in a curve"
    assert first.validation == ((1.0, 0.69), (2.0, 0.68))
    assert first.leading == ((1.0, 0.6),)
    assert second.validation == ()
    assert sum(found.rows.values()) == 3000
    assert found.columns == {"user": "id", "item": "id"}
    assert list(found.stages) == ["data", "train", "evaluate"]
    assert found.stages["data"]["prepare"]["source"]["clickModel"]["rows"] == 3000
    assert found.versions["hone"]
    page = Path(context(run_stage).store.uri(f"{context(run_stage).folder}/report.html"))
    assert (page.parent / found.data_link).resolve() == Path(found.data_report).resolve()
    assert Path(found.data_report).is_file()
