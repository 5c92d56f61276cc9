"""A number too large for a model is named: in the data report, and where a loss is lost."""

from typing import Any

import numpy as np
import pytest
import yaml

from hone_trainer.clean import AnyCleaning
from hone_trainer.columns.number import NumberColumn
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Rows
from hone_trainer.dataset.divergence import REMEDY, TAME, diverged
from hone_trainer.dataset.schema import Schema
from hone_trainer.rows.field import Field
from hone_trainer.tasks.learned import Targets
from tests.trainer.blocks import block
from tests.trainer.encoded import TARGET
from tests.trainer.train.test_train import TRAIN

SCHEMA = Schema(
    fields=(
        Field(name="user", source="user", kind="id", size=9),
        Field(name="huge_1", source="huge one", kind="number"),
        Field(name="price", source="price", kind="number"),
    ),
    targets=(TARGET,),
)


def of(features: dict[str, Any]) -> Rows:
    """Return three rows without a bought thing."""
    return Rows(features, {TARGET.name: Targets(np.zeros(3, np.int8), np.ones(3, np.float32))})


@pytest.mark.parametrize(
    ("huge", "price", "says"),
    [
        (1.3e37, 5.0, "huge one reaches 1.3e+37 as the model reads it; give huge one number.norm"),
        (-2e4, 5.0, "huge one reaches 2e+04 as the model reads it"),
        (5.0, 2e6, "price reaches 2e+06 as the model reads it; give price"),
        (5.0, -7.0, REMEDY),
    ],
)
def test_the_column_of_the_largest_number_is_named(huge: float, price: float, says: str) -> None:
    features: dict[str, Any] = {
        "user": np.ones((3, 1), np.int32),
        "huge_1": np.array([[0], [huge], [1]], np.float32),
        "price": np.array([[price], [0], [1]], np.float32),
    }
    failure = diverged("the loss became nan in epoch 1", of(features), SCHEMA)
    assert failure.reason == "LossNotFinite"
    assert failure.message.startswith(f"the loss became nan in epoch 1: {says}")


def test_without_numbers_the_rate_is_to_blame() -> None:
    rows = of({"user": np.ones((3, 1), np.int32)})
    schema = Schema(fields=SCHEMA.ids, targets=(TARGET,))
    assert diverged("lost", rows, schema).message == f"lost: {REMEDY}"


def said(text: str) -> Any:
    """Return what a message says to add."""
    return yaml.safe_load(text[text.index("{") : text.rindex("}") + 1])


def test_what_is_said_of_a_number_that_is_too_large_can_be_written() -> None:
    column = NumberColumn()
    rows = block(price=[1e39, 1.0])
    with pytest.raises(StageFailure, match=r"add \{outliers") as caught:
        column.learn("price", [column.summarize("price", rows)], rows)
    step = AnyCleaning.model_validate(said(caught.value.message))
    assert step.value.columns == ("price",)


@pytest.mark.slow
@pytest.mark.tensorflow
@pytest.mark.parametrize("remedy", ["nothing", "quantile", "outliers"])
def test_what_is_said_to_help_helps(run_stage: Any, tmp_path: Any, remedy: str) -> None:
    lines = ["user,huge,y"]
    lines += [f"u{n % 9},{1e38 if n % 97 == 5 else n % 7},{n * n % 5 % 2}" for n in range(1200)]
    (tmp_path / "raw.csv").write_text("\n".join(lines))
    normalize: dict[str, Any] = {"quantile": {}} if remedy == "quantile" else {"robust": {}}
    run = {
        "source": {"csv": {"uri": str(tmp_path / "raw.csv")}},
        "tasks": [{"binary": {"label": "y"}}],
        "columns": [
            {"name": "user", "id": {}},
            {"name": "huge", "number": {"normalize": normalize}},
        ],
        "clean": [said(TAME.format(name="huge"))] if remedy == "outliers" else [],
    }
    report = run_stage("data", {"prepare": run})
    named = [text for text in report.cautions if text.startswith("huge reaches")]
    train = {"train": TRAIN | {"epochs": 1}}
    if remedy == "nothing":
        assert len(named) == 1
        with pytest.raises(Exception, match=r"huge reaches .*; give huge number\.normalize\.quan"):
            run_stage("train", train)
    else:
        assert not named
        told = {each.name: float(each.value) for each in run_stage("train", train).metrics}
        assert told["valLoss"] < 2
