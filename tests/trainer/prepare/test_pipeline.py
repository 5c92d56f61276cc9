"""A whole preparation: the same bytes however it is done, and nothing leaks from held-out rows."""

import gzip
import io
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from hone_trainer.dataset.dataset import Dataset
from hone_trainer.rows.row_hash import hash_numbers
from tests.trainer import shop
from tests.trainer.shop import digests, pieces_of

pytestmark = pytest.mark.slow

AUGMENT: list[dict[str, Any]] = [{"balance": {"by": {"repeat": {}}}}]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    file = tmp_path / "raw.csv"
    file.write_text(shop.text(shop.lines(1200)))
    return file


def prepared(bench: Any, stage: str, run: dict[str, Any]) -> Any:
    return bench.manifest(bench(stage, run))


@pytest.mark.parametrize("cores", [1, 3])
def test_threads_do_not_change_a_byte(
    run_stage: Any, raw: Path, cores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shop.words(raw)
    with pieces_of(4096):
        monkeypatch.setattr("hone_trainer.prepare.pipeline.cores", lambda: 2)
        two = prepared(run_stage, "two", run)
        monkeypatch.setattr("hone_trainer.prepare.pipeline.cores", lambda: cores)
        other = prepared(run_stage, "other", run)
    assert len([name for name in digests(two) if name.startswith("train-")]) > 5
    assert digests(two) == digests(other)
    assert two.facts["rows"] == other.facts["rows"]


def strangers(rows: list[str], held_out: Any) -> list[str]:
    """Replace held-out rows by extremes, strangers, and twins of training rows."""
    twins = iter([row for row, out in zip(rows, held_out, strict=True) if not out] * 2)
    return [
        (f"stranger{k},i1,{k}e9,2027-01-01T00:00:00,1" if k % 3 else next(twins)) if out else row
        for k, (row, out) in enumerate(zip(rows, held_out, strict=True))
    ]


def distorted(rows: list[str], held_out: Any) -> list[str]:
    """Change held-out rows but not their length, so that pieces are cut where they were."""
    table = str.maketrans("0123456789iu", "9876543219ju")
    return [
        (",".join([*row.translate(table).split(",")[:3], *row.split(",")[3:]]) if out else row)
        for row, out in zip(rows, held_out, strict=True)
    ]


@pytest.mark.parametrize(
    ("change", "size", "augment"),
    [(strangers, 1 << 20, []), (distorted, 8192, []), (strangers, 1 << 20, AUGMENT)],
)
def test_what_held_out_rows_hold_moves_no_training_byte(
    run_stage: Any, tmp_path: Path, change: Any, size: int, augment: Any
) -> None:
    rows = shop.lines(1500)
    file = tmp_path / "raw.csv"
    file.write_text(shop.text(rows))
    run = shop.words(file, augment=augment)
    rank = np.argsort(np.argsort(hash_numbers(np.arange(len(rows), dtype=np.uint64), 0)))
    held_out = rank < 2 * round(len(rows) * 0.1)
    with pieces_of(size):
        sane = prepared(run_stage, "sane", run)
        file.write_text(shop.text(change(rows, held_out)))
        mad = prepared(run_stage, "mad", run)
    learned = ("transform.json", "tables.arrow")

    def kept(manifest: Any) -> dict[str, str]:
        found = digests(manifest)
        return {n: d for n, d in found.items() if n.startswith("train-") or n in learned}

    assert len(kept(sane)) >= 3
    assert kept(sane) == kept(mad)
    assert digests(sane) != digests(mad)
    learned_by = [[step["learned"] for step in made.facts["steps"]] for made in (sane, mad)]
    assert learned_by[0] == learned_by[1]


@pytest.mark.parametrize("after", ["reading: 3", "drawing rows", "learning", "cleaning", "writing"])
def test_what_was_interrupted_goes_on_where_it_was(
    run_stage: Any, raw: Path, after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hone_trainer.sources.csv import Csv

    read: Counter[int] = Counter()
    whole = Csv.read

    def counted(self: Any, piece: Any, *args: Any) -> Any:
        read[piece.start] += 1
        return whole(self, piece, *args)

    monkeypatch.setattr(Csv, "read", counted)
    monkeypatch.setattr("hone_trainer.prepare.pipeline.cores", lambda: 1)
    monkeypatch.setattr("hone_trainer.prepare.pass_runner.PAUSE_S", 0.0)
    run = shop.words(raw)
    with pieces_of(4096):
        shop.interrupted(run_stage, run, after)
        made = prepared(run_stage, "data", run)
        # Of what was read, no more than the piece in hand is read again.
        assert sum(read.values()) <= len(read) + 1
        assert any("going on" in post.message for post in run_stage.posts)
        again = prepared(run_stage, "undisturbed", run)
    assert digests(made) == digests(again)


@pytest.mark.parametrize("rows", [100, 400])
def test_the_number_of_buckets_changes_no_byte(
    run_stage: Any, raw: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shop.words(raw)
    with pieces_of(4096):
        one = prepared(run_stage, "one", run)
        monkeypatch.setattr("hone_trainer.prepare.hash_partition.buckets.__defaults__", (rows,))
        monkeypatch.setattr("hone_trainer.prepare.passes.history.BUCKET_ROWS", rows)
        many = prepared(run_stage, "many", run)
    assert one.facts["dropped"]["duplicate"] > 0
    assert digests(one) == digests(many)


def test_progress_only_goes_forward_and_says_what_is_done(run_stage: Any, raw: Path) -> None:
    with pieces_of(4096):
        prepared(run_stage, "data", shop.words(raw))
    fractions = [post.fraction for post in run_stage.posts]
    assert fractions == sorted(fractions)
    spans = list(dict.fromkeys(post.message.partition(":")[0] for post in run_stage.posts))
    assert spans == [
        "looking at the source",
        "reading",
        "drawing rows",
        "learning",
        "cleaning",
        "remembering",
        "writing",
    ]
    assert run_stage.posts[-1].remaining_seconds is not None


def test_an_edited_source_is_read_anew(run_stage: Any, raw: Path) -> None:
    run = shop.words(raw)
    with pieces_of(4096):
        shop.interrupted(run_stage, run, "cleaning")
        raw.write_text(shop.text(shop.lines(1200, seed=2)))
        made = prepared(run_stage, "data", run)
        assert digests(made) == digests(prepared(run_stage, "fresh", run))


def test_unreadable_rows_are_named_or_put_aside(run_stage: Any, raw: Path) -> None:
    rows = shop.lines(400)
    rows[150] = "u1,i1,12 EUR,2026-03-01T10:00:00,1"
    rows[300] = "u1,i1,12,2026-03-01T10:00:00,perhaps"
    raw.write_text(shop.text(rows))
    with pieces_of(2048):
        failure = shop.refused(run_stage, shop.words(raw))
        assert failure.reason == "BadNumber"
        assert "raw.csv: column 'price': row 151 holds '12 EUR'" in failure.message
        assert "prepare.unreadable: quarantine" in failure.message
        made = prepared(run_stage, "data", shop.words(raw, unreadable="quarantine"))
    assert made.facts["unreadable"] == 2
    kept = run_stage.store.fetch(made.file("quarantine-unreadable.parquet"))
    aside = parquet.read_table(io.BytesIO(kept)).to_pylist()
    assert [(row["row"], row["column"], row["text"]) for row in aside] == [
        (151, "price", "12 EUR"),
        (301, "bought", "perhaps"),
    ]
    assert made.facts["rowsIn"] == len(rows)


@pytest.mark.parametrize("packed", [False, True])
def test_a_source_without_a_good_row_is_refused(
    run_stage: Any, tmp_path: Path, packed: bool
) -> None:
    rows = [] if packed else ["u1,i1,much,2026-03-01,1"]
    file = tmp_path / ("raw.csv.gz" if packed else "raw.csv")
    data = shop.text(rows).encode()
    file.write_bytes(gzip.compress(data) if packed else data)
    failure = shop.refused(run_stage, shop.words(file, unreadable="quarantine"))
    assert failure.reason == "NoRowsLeft"
    assert "prepare.source" in failure.message
    assert not [path for path in run_stage.store.list("shop") if path.endswith("manifest.json")]


def test_scratch_is_cleared_with_the_commit(run_stage: Any, raw: Path) -> None:
    from hone_trainer.stages import AnyStage

    run = shop.words(raw)
    prepared(run_stage, "data", run)
    ctx = run_stage.context(run_stage.task("data", run))
    assert any("/scratch/" in path for path in ctx.store.list(ctx.task.prefix))
    AnyStage.model_validate(run).value.tidy(ctx)
    assert not any("/scratch/" in path for path in ctx.store.list(ctx.task.prefix))


@pytest.mark.parametrize(
    ("divide", "whole"),
    [
        ({"rows": {}}, None),
        ({"group": {"column": "user"}}, "user"),
        ({"segment": {"column": "shop"}}, "shop"),
    ],
)
def test_members_learn_from_rows_of_their_own(
    run_stage: Any, tmp_path: Path, divide: Any, whole: str | None
) -> None:
    file = tmp_path / "raw.csv"
    rows = [f"u{k % 40},s{k % 3},{k % 7},{k % 2}" for k in range(900)]
    file.write_text("\n".join(["user,shop,price,bought", *rows]) + "\n")
    columns = [
        {"name": "user", "id": {}},
        {"name": "shop", "id": {}},
        {"name": "price", "number": {}},
    ]
    run = shop.words(file, columns=columns, clean=[], divide=divide)
    with pieces_of(2048):
        run_stage("data", run)
    dataset = Dataset.of(run_stage.context(run_stage.task("next", {})))
    members = [dataset.read("train", member, 3) for member in range(3)]
    assert sum(map(len, members)) == len(dataset.read("train"))
    if whole is not None:
        owners: list[set[int]] = [set(rows.features[whole].ravel().tolist()) for rows in members]
        assert not owners[0] & owners[1] | owners[0] & owners[2] | owners[1] & owners[2]
    assert min(len(rows) for rows in members) > 100
