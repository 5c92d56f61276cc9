"""Rows beside held-out ones, to measure a model by where the source says only what was chosen."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from hone_trainer.prepare.spec import Prepare
from tests.trainer.augment.test_augmentations_negatives import learned, listed, negatives
from tests.trainer.blocks import block

COLUMNS = [
    {"name": "user", "id": {}},
    {"name": "item", "id": {}},
]
LAST = {"leaveOneOut": {"by": "user"}}


def stage(by: Any, *augment: Any) -> dict[str, Any]:
    source = {"csv": {"uri": "raw.csv"}}
    tasks = [{"binary": {"label": "bought"}}]
    stage = {"source": source, "tasks": tasks, "columns": COLUMNS}
    return stage | {"split": {"by": by}, "augment": list(augment)}


def drawing(**words: Any) -> dict[str, Any]:
    return {"negatives": {"of": "item", "by": "user"} | words}


@pytest.mark.parametrize(
    "given",
    [
        stage(LAST),
        stage(LAST, {"balance": {}}),
        stage(LAST, drawing(heldOut=99)),
        stage(LAST, drawing(heldOut=0)),
        stage({"random": {}}, drawing()),
    ],
)
def test_held_out_rows_may_have_others_to_be_told_from(given: Any) -> None:
    Prepare.model_validate(given)


def test_leave_one_out_asks_how_many_before_anything_runs() -> None:
    with pytest.raises(ValidationError, match=r"augment\[\]\.negatives\.heldOut: say how many"):
        Prepare.model_validate(stage(LAST, drawing(heldOut=9), drawing()))


@pytest.mark.parametrize("choose", ["uniform", "popularity", "inBatch"])
def test_rows_beside_held_out_ones_are_new_to_their_user(choose: str) -> None:
    draw = np.random.default_rng(1)
    items = [f"i{n}" for n in draw.integers(0, 90, 600)]
    users = [f"u{n % 20}" for n in range(600)]
    rows = block(user=users, item=items, price=[1.0] * 600, bought=[1.0] * 600)
    rows = rows.placed(np.repeat([0, 1, 2], 200).astype(np.int8))
    step = negatives(held_out=4, choose=choose)
    held_out = rows.keep(rows.parts > 0)
    wide = step.contrast(held_out, learned(step, [rows.part(0)]), np.random.default_rng(2))
    added = np.concatenate([[False], wide.rows[1:] == wide.rows[:-1]])
    assert 1500 < added.sum() <= 1600
    assert listed(wide.keep(~added), "user", "item") == listed(held_out, "user", "item")
    assert (wide.parts == np.where(wide.rows < 400, 1, 2)).all()
    assert not wide.keep(added).numbers("bought").any()
    assert not set(listed(wide.keep(added), "user", "item")) & set(listed(rows, "user", "item"))


def test_nothing_is_set_beside_them_unasked() -> None:
    rows = block(user=["a", "b"], item=["x", "y"], price=[1, 2], bought=[1, 1], parts=[1, 2])
    step = negatives()
    assert step.contrast(rows, learned(step, [rows]), np.random.default_rng(0)) is rows


def prepared(run_stage: Any, tmp_path: Path, held_out: int) -> Any:
    lines = ["user,item,bought", *(f"u{n % 20},i{n % 37},1" for n in range(400))]
    (tmp_path / "raw.csv").write_text("\n".join(lines))
    run = stage(LAST, drawing(heldOut=held_out))
    run["source"] = {"csv": {"uri": str(tmp_path / "raw.csv")}}
    return run_stage(f"data-{held_out}", {"prepare": run})


def test_both_labels_are_in_every_part_and_training_rows_stay_the_same(
    run_stage: Any, tmp_path: Path
) -> None:
    with_, without = (prepared(run_stage, tmp_path, count) for count in (5, 0))
    assert not with_.cautions
    facts = run_stage.manifest(with_).facts
    assert facts["labels"]["test"][1] == facts["labels"]["validation"][1] == 20
    assert 60 < facts["labels"]["test"][0] <= 100
    assert facts["augmented"] == sum(facts["rows"].values()) - 400
    training = [
        {f.sha256 for f in run_stage.manifest(report).files if f.name.startswith("train-")}
        for report in (with_, without)
    ]
    assert training[0] == training[1]


def test_parts_of_one_label_are_said_loudly(run_stage: Any, tmp_path: Path) -> None:
    report = prepared(run_stage, tmp_path, 0)
    assert run_stage.manifest(report).facts["labels"]["test"] == [0, 20]
    (caution,) = report.cautions
    assert caution.startswith(
        "bought is 1 in all rows of the validation and the test part: AUC cannot be known there"
    )
