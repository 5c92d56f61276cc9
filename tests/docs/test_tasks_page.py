"""The page that says which task to take names every task and every figure, each where it fits."""

import re

import pytest

from hone_trainer.metrics import METRICS
from hone_trainer.metrics.metric import Metric
from hone_trainer.tasks import AnyTask
from tests.docs.blocks import ROOT, blocks

PAGE = (ROOT / "docs" / "tasks.md").read_text()
WORDS = {"label": "y", "group": "who"}
MORE: dict[str, dict[str, object]] = {"classes": {"outOfScope": {}}}
TASKS = {
    kind: AnyTask.admit({kind: WORDS | MORE.get(kind, {})}).value.figured for kind in AnyTask.kinds
}
ROWS = {
    name: [cell.strip() for cell in row]
    for names, *row in (line.strip("|").split("|") for line in PAGE.splitlines() if "|" in line)
    for name in re.findall(r"`(\w+)(?:@10)?`", names)
}
"""Figure -> what the page says of it: of which tasks, and which way is better."""


@pytest.mark.parametrize("kind", TASKS)
def test_every_task_has_a_job_on_the_page(kind: str) -> None:
    assert f"## `{kind}`: " in PAGE
    jobs = [block.text for block in blocks("yaml") if block.page == "docs/tasks.md"]
    assert [job for job in jobs if f"{kind}: {{label:" in job]


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.key)
def test_every_figure_stands_beside_the_tasks_that_have_it(metric: type[Metric]) -> None:
    of, better, _ = ROWS[metric.key]
    assert set(re.findall(r"\w+", re.sub(r"with `\w+`", "", of))) == {
        kind for kind, given in TASKS.items() if metric.reads <= given
    }
    assert better == ("near 1" if metric.key == "bias" else better)
    assert better != ("less" if metric.higher_is_better else "more")
