"""Every YAML block of the pages is a job that can be planned, or a part of one."""

import re
from pathlib import Path

import pytest
import yaml

from hone.__main__ import main
from lab.apiserver import Cluster
from tests.cluster.definition import define
from tests.docs.blocks import ROOT, Block, blocks
from tests.docs.jobs import whole


@pytest.mark.parametrize("block", blocks("yaml"), ids=str)
def test_every_job_of_a_page_can_be_planned(
    block: Block, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = whole(block)
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job))
    assert main(["plan", str(tmp_path / "job.yaml")]) == 0, capsys.readouterr().out
    assert f"/{job['metadata']['name']}: {len(job['spec']['stages'])} st" in capsys.readouterr().out


def test_a_block_that_nobody_classified_is_refused() -> None:
    for marks in ({}, {"fragment": "stage"}):
        with pytest.raises(ValueError, match=r"^page\.md:7: "):
            whole(Block("page.md", 7, "yaml", marks, "a: 1"))


def test_the_gang_of_the_page_on_code_of_your_own_is_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    block = next(each for each in blocks("yaml") if each.page == "docs/custom-training.md")
    (tmp_path / "job.yaml").write_text(block.text)
    assert main(["plan", str(tmp_path / "job.yaml")]) == 0
    said = capsys.readouterr().out
    assert "1 chief, 4 worker, 2 ps, 1 evaluator" in said
    assert "ps: cpu 2, memory 16Gi, growing to 32Gi" in said
    assert main(["plan", str(tmp_path / "job.yaml"), "-o", "yaml"]) == 0
    assert "&id" not in capsys.readouterr().out, "nobody wants to read references"


def test_the_api_server_takes_every_job_of_a_page(api_server: Cluster) -> None:
    define(api_server)
    jobs = [whole(block) for block in blocks("yaml")]
    jobs += [
        yaml.safe_load(path.read_text()) for path in sorted((ROOT / "examples").glob("*.yaml"))
    ]
    for number, job in enumerate(jobs):
        job["metadata"]["name"] = f"page-{number}"
    text = yaml.safe_dump_all(jobs)
    said = api_server.kubectl("apply", "--dry-run=server", "-f", "-", stdin=text)
    assert len(re.findall("created", said)) == len(jobs)
