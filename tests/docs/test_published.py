"""The jobs whose figures the page of models states: each fits the set that it is for."""

from pathlib import Path

import pytest

from bench.published.__main__ import HERE, JOBS, written
from hone.__main__ import main
from tests.trainer import encoders


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("published")


@pytest.mark.parametrize("name", JOBS)
def test_a_job_reads_the_public_set_that_it_names(name: str, datasets: Path, work: Path) -> None:
    if not (work / "encoder").exists():
        encoders.write(work / "encoder")
    assert main(["plan", str(written(name, 2, datasets, work, blind=False))]) == 0


def test_no_job_is_without_a_figure_on_the_page(root: Path) -> None:
    page = (root / "docs" / "models.md").read_text().partition("## What they reach")[2]
    assert [name for name in JOBS if f"`{name}`" not in page] == []
    assert str(HERE.relative_to(root)) in page
