"""Tables beside the source: fetched first, part of the record, never two versions of one."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.trainer import shop

ITEMS = [f"i{k}" for k in range(50)]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    file = tmp_path / "raw.csv"
    file.write_text(shop.text(shop.lines(600)))
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    file = tmp_path / "items.csv"
    file.write_text("id\n" + "\n".join(ITEMS) + "\n")
    return file


def words(raw: Path, table: Path) -> dict[str, Any]:
    rule = {"reference": {"column": "item", "uri": str(table), "key": "id"}}
    return shop.words(raw, clean=[*shop.CLEAN, {"rules": {"hold": [rule]}}])


def test_a_table_that_is_not_there_costs_no_pass_over_the_source(
    run_stage: Any, raw: Path, table: Path
) -> None:
    table.unlink()
    assert shop.refused(run_stage, words(raw, table)).reason == "InputNotFound"
    assert {post.message.partition(":")[0] for post in run_stage.posts} <= {"looking at the source"}


def test_the_record_and_the_page_name_it(run_stage: Any, raw: Path, table: Path) -> None:
    manifest = run_stage.manifest(run_stage("data", words(raw, table)))
    digest = hashlib.sha256(table.read_bytes()).hexdigest()
    size = table.stat().st_size
    assert manifest.facts["beside"] == [{"uri": str(table), "size": size, "sha256": digest}]
    page = run_stage.store.fetch(manifest.file("data-report.html")).decode()
    assert digest in page


@pytest.mark.slow
@pytest.mark.parametrize("changed", [False, True])
def test_what_was_cleaned_by_another_version_of_it_is_cleaned_again(
    run_stage: Any, raw: Path, table: Path, changed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hone_trainer.prepare.pipeline.cores", lambda: 1)
    monkeypatch.setattr("hone_trainer.prepare.pass_runner.PAUSE_S", 0.0)
    run = words(raw, table)
    with shop.pieces_of(4096):
        shop.interrupted(run_stage, run, "cleaning: 3")
        if changed:
            table.write_text("id\n" + "\n".join(ITEMS[:40]) + "\n")
        run_stage.posts.clear()
        made = run_stage.manifest(run_stage("data", run))
        went_on = any("going on" in post.message for post in run_stage.posts)
        fresh = run_stage.manifest(run_stage("fresh", run))
    assert went_on is not changed
    assert bool(sum(made.facts["quarantined"].values())) is changed
    assert shop.digests(made) == shop.digests(fresh)
