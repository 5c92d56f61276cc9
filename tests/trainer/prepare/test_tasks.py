"""What is predicted, from raw rows to shards: values, weights, what augmentation did to odds."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Target
from hone_trainer.prepare.executor import Executor
from hone_trainer.prepare.passes.encode import Encode
from hone_trainer.rows.field import PARTS
from hone_trainer.tasks import AnyTask
from lab import patience, probes
from tests.trainer.conversions import (
    BOUGHT,
    CLICKED,
    ROWS,
    UNTOLD,
    opened,
    weights,
    words,
    written,
)
from tests.trainer.prepare.test_executor import WORKER
from tests.trainer.shop import digests, pieces_of


def test_every_row_has_the_targets_that_it_has(run_stage: Any, tmp_path: Path) -> None:
    data, facts = opened(run_stage, words(written(tmp_path)))
    assert [target.name for target in data.schema.targets] == ["clicked", "bought"]
    assert {field.source for field in data.schema.fields} == {"user", "item", "price"}
    seen: list[int] = []
    for part in PARTS:
        rows = data.read(part)
        of = rows.features["price"].ravel().astype(int)  # its number in the source
        seen += of.tolist()
        clicked, bought = rows.targets["clicked"], rows.targets["bought"]
        assert clicked.values.tolist() == CLICKED[of].tolist()
        assert (clicked.weight == 1).all()
        there = (CLICKED[of] == 1) & ~UNTOLD[of]
        assert bought.weight.tolist() == np.where(there, 0.5 + of % 4, 0).tolist()
        assert bought.values[there].tolist() == BOUGHT[of][there].tolist()
    assert sorted(seen) == list(range(ROWS)), "a row without a label stays"
    of = data.read("train").features["price"].ravel().astype(int)
    gone = int(((CLICKED[of] == 0) | UNTOLD[of]).sum())
    assert facts["withoutTarget"] == {"clicked": 0, "bought": gone}


def test_tasks_learn_by_weight_from_training_rows_alone(run_stage: Any, tmp_path: Path) -> None:
    data, facts = opened(run_stage, words(written(tmp_path)))
    first, second = data.schema.targets
    rows = data.read("train")
    for target in (first, second):
        assert target.facts.counts is not None
        assert target.facts.counts.tolist() == pytest.approx(weights(rows, target.name))
        assert target.facts.prior_shift == 0
    assert facts["labels"]["train"] == weights(rows, "clicked")


def test_a_target_counts_by_the_rows_that_have_it(run_stage: Any, tmp_path: Path) -> None:
    data, facts = opened(run_stage, words(written(tmp_path)))
    rows = facts["rows"]["train"]
    told = rows - facts["withoutTarget"]["bought"]
    assert 0 < told < rows
    assert [target.facts.rows for target in data.schema.targets] == [rows, told]
    assert data.schema.shares == (1.0, told / rows)
    said = [
        target.model_copy(update={"task": AnyTask.model_validate({"binary": binary})})
        for target, binary in zip(
            data.schema.targets,
            ({"label": "clicked"}, {"label": "bought", "share": 0.3}),
            strict=True,
        )
    ]
    assert data.schema.model_copy(update={"targets": tuple(said)}).shares == (1.0, 0.3)


def test_a_row_may_be_dropped_for_its_label(run_stage: Any, tmp_path: Path) -> None:
    clean = [{"missing": {"fill": "drop", "columns": ["bought"]}}]
    _, facts = opened(run_stage, words(written(tmp_path), clean=clean))
    assert facts["dropped"] == {"no bought": int(UNTOLD.sum())}
    assert sum(facts["rows"].values()) == ROWS - UNTOLD.sum()


@pytest.mark.parametrize("worth", ["-1", "", "-0.001"])
@pytest.mark.parametrize("row", [3, ROWS - 1])
def test_a_weight_below_0_or_none_is_refused_in_every_part(
    run_stage: Any, tmp_path: Path, worth: str, row: int
) -> None:
    given: list[Any] = [1.0] * ROWS
    given[row] = worth
    split = {"by": {"time": {"column": "price"}}}  # the first rows are trained on, the last tested
    run = words(written(tmp_path, worth=given), split=split)
    with pytest.raises(StageFailure, match=f"column 'worth' has .* as a weight in row {row + 1}"):
        run_stage("data", run)


@pytest.mark.parametrize(
    ("empty", "part"), [(slice(800, None), "test"), (slice(700, 820), "validation")]
)
def test_a_part_in_which_nothing_is_known_is_refused(
    run_stage: Any, tmp_path: Path, empty: slice, part: str
) -> None:
    """No epoch, no member, no candidate could be chosen, and no figure told."""
    clicked: list[Any] = [n % 2 for n in range(ROWS)]
    clicked[empty] = [""] * len(clicked[empty])
    split = {"by": {"time": {"column": "price"}}}
    run = words(written(tmp_path, clicked=clicked), split=split)
    with pytest.raises(StageFailure, match=f"no row of the {part} part has .*'clicked'") as failure:
        run_stage("data", run)
    assert failure.value.reason == "NoTargets"


@pytest.mark.parametrize(
    ("tasks", "labels", "reason", "said"),
    [
        ([{"binary": {"label": "clicked"}}], [1] * ROWS, "OneClass", "is 1 in every training row"),
        ([{"classes": {"label": "clicked"}}], ["a"] * ROWS, "OneClass", "is 'a' in every training"),
        ([{"number": {"label": "clicked"}}], [7] * ROWS, "OneValue", "is 7 in every training row"),
        ([{"number": {"label": "clicked"}}], [""] * ROWS, "OneValue", "is missing in every"),
        ([{"number": {"label": "clicked", "log": True}}], [-1] * ROWS, "BadLabel", "has -1 in row"),
    ],
)
def test_labels_that_teach_nothing_are_refused(
    run_stage: Any, tmp_path: Path, tasks: Any, labels: list[Any], reason: str, said: str
) -> None:
    with pytest.raises(StageFailure, match=f"column 'clicked' {said}") as failure:
        run_stage("data", words(written(tmp_path, clicked=labels), tasks=tasks))
    assert failure.value.reason == reason
    assert not failure.value.retry


def test_other_tasks_are_stored_as_what_they_predict(run_stage: Any, tmp_path: Path) -> None:
    kinds = [f"k{k % 3}" if k % 5 else "" for k in range(ROWS)]
    tasks = [{"classes": {"label": "kind", "name": "a kind"}}, {"number": {"label": "worth"}}]
    data, _ = opened(run_stage, words(written(tmp_path, kind=kinds), tasks=tasks))
    kind, worth = data.schema.targets
    assert (kind.name, kind.facts.keys) == ("a_kind", ("k0", "k1", "k2"))
    rows = data.read("train")
    assert rows.targets["a_kind"].values.dtype == np.int32
    assert rows.targets["a_kind"].weight.mean() == pytest.approx(0.8, abs=0.02)
    values = rows.targets["worth"].values
    assert worth.facts.center == pytest.approx(values.mean())
    assert worth.facts.scale == pytest.approx(values.std())
    assert set(values.tolist()) == {0.5, 1.5, 2.5, 3.5}


@pytest.mark.slow
def test_two_pods_write_the_bytes_of_one(
    run_stage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = words(written(tmp_path), augment=[{"balance": {"by": {"smote": {}}}}], workers=2)
    with pieces_of(4096):
        one = run_stage.manifest(run_stage("one", run))
        done: list[int] = []
        whole, open_crew = Encode.__call__, Executor._open

        def counted(self: Encode, index: int) -> dict[str, Any]:
            done.append(index)
            return whole(self, index)

        def joined(self: Executor) -> Any:
            client = open_crew(self)
            client.wait_for_workers(2, timeout=patience.seconds(60))
            return client

        monkeypatch.setattr(Encode, "__call__", counted)
        monkeypatch.setattr(Executor, "_open", joined)
        cluster = {
            role: [f"127.0.0.1:{port}"]
            for role, port in zip(("chief", "worker"), probes.free_ports(2), strict=True)
        }
        told = [
            json.dumps({"cluster": cluster, "task": {"type": role, "index": 0}}) for role in cluster
        ]
        command, environ = [sys.executable, "-c", WORKER], {**os.environ, "TF_CONFIG": told[1]}
        with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as pod:
            monkeypatch.setenv("TF_CONFIG", told[0])
            two = run_stage.manifest(run_stage("two", run))
            said = pod.communicate(timeout=patience.seconds(60))[0]
    assert said.splitlines() == ["here", "worked for the chief"]
    blocks = len([name for name in digests(one) if name.startswith("train-")])
    assert 0 < len(done) < blocks, "both pods wrote"
    assert digests(one) == digests(two)
    assert one.facts["schema"] == two.facts["schema"]
    targets = [Target.model_validate(each) for each in two.facts["schema"]["targets"]]
    assert [target.name for target in targets] == ["clicked", "bought"]
