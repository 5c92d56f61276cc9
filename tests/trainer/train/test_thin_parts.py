"""Members on parts of the rows: said before they are trained where a part is too small."""

from pathlib import Path

import pytest

from hone_trainer.dataset.schema import Schema, Target
from hone_trainer.train.thin_parts import thin_parts
from tests.trainer.conftest import Bench
from tests.trainer.worlds import TASKS, world


@pytest.mark.parametrize("tasks", TASKS)
def test_what_has_names_wants_enough_rows_of_each(tasks: str) -> None:
    schema = world(TASKS[tasks]).schema
    named = tasks in ("classes", "nextItem")
    assert not list(thin_parts(schema, 1))
    (target, *_) = schema.targets
    for rows, told in ((target.outputs * 149, named), (target.outputs * 150, 0)):
        counted = Target(name="it", task=target.task, learned={**target.learned, "rows": rows})
        found = list(thin_parts(Schema(fields=schema.fields, targets=(counted,)), 3))
        assert len(found) == told


@pytest.mark.tensorflow
def test_it_is_said_before_the_first_epoch_and_after_the_last(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    rows = [f"u{k % 7},{'abc'[k % 3]}" for k in range(120)]
    (tmp_path / "rows.csv").write_text("\n".join(["user,kind", *rows]) + "\n")
    columns = [{"name": "user", "id": {}}]
    source = {"csv": {"uri": str(tmp_path / "rows.csv")}}
    tasks = [{"classes": {"label": "kind"}}]
    bench("data", {"prepare": {"source": source, "tasks": tasks, "columns": columns}})
    run = {"train": {"model": {"generic": {"linear": {}}}, "epochs": 1, "members": 2}}
    report = bench("train", run, members=2)
    first = next(post for post in bench.posts if post.cautions)
    assert first.message == "building the model"
    assert first.cautions == report.cautions
    assert "leave members out" in report.cautions[0]
