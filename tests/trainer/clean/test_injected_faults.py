"""Faults put into real rows: does each cleaning step find what was put in, and nothing else?"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hone_trainer.clean import AnyCleaning
from hone_trainer.clean.step import Cleaned
from hone_trainer.rows.block import Block, join
from tests.trainer.faulty import (
    COLUMNS,
    DURATIONS,
    IDS,
    MEASURED,
    MONTHS,
    Faulty,
    inject,
    sound,
)

pytestmark = pytest.mark.slow

tell = logging.getLogger("hone").info
"""Shown by ``pytest -o log_cli=true -o log_cli_level=info``."""
SEEDS = (1, 2, 3)
CUT = 4_000
"""Rows of a block."""
RULES: list[dict[str, Any]] = [
    *({"range": {"column": name, "atLeast": 0}} for name in DURATIONS),
    {"allowed": {"column": "Month", "values": list(MONTHS)}},
]


@pytest.fixture(scope="module")
def clear(datasets: Path) -> Any:
    return sound(datasets)


@pytest.fixture(scope="module", params=SEEDS)
def rows(request: pytest.FixtureRequest, clear: Any) -> Faulty:
    return inject(clear, seed=request.param)


def run(data: Block, **step: Any) -> Cleaned:
    """Take a step as a stage does: learned on the training rows, applied block by block."""
    cleaning = AnyCleaning.model_validate(step).value
    cleaning.check(COLUMNS)
    if cleaning.loads:
        learned = cleaning.load(None, COLUMNS)
    elif cleaning.seeks:
        learned = _repeats(data, cleaning.keys(data, COLUMNS))
    else:
        learned = cleaning.learn(data.part(0), COLUMNS, 7)
    done = []
    for first in range(0, len(data), CUT):
        here = (np.arange(len(data)) >= first) & (np.arange(len(data)) < first + CUT)
        mine = learned[here] if cleaning.seeks else learned
        done.append(cleaning.apply(data.keep(here), mine, COLUMNS))
    return _joined(done)


def quality(found: NDArray[np.bool_], truth: NDArray[np.bool_]) -> tuple[float, float]:
    """Return precision and recall."""
    right = (found & truth).sum()
    return right / found.sum(), right / truth.sum()


def test_rows_that_break_a_rule_are_found(rows: Faulty) -> None:
    data = rows.block()
    cleaned = run(data, rules={"hold": RULES})
    aside = np.isin(data.rows, np.concatenate(list(cleaned.quarantined.values())))
    assert quality(aside, rows.impossible) == (1.0, 1.0)
    assert len(cleaned.quarantined) == len(RULES), "each rule was broken by somebody"


def test_copies_are_found(rows: Faulty) -> None:
    data = rows.block()
    cleaned = run(data, duplicates={})
    gone = ~np.isin(data.rows, cleaned.block.rows)
    # What pandas finds, comparing the values themselves, training rows first.
    order = np.argsort(~rows.training, kind="stable")
    truth = np.zeros(len(data), bool)
    truth[order] = rows.frame.iloc[order].duplicated().to_numpy()
    assert quality(gone, truth) == (1.0, 1.0)
    assert cleaned.dropped == {"duplicate": truth.sum()}
    # Of each copy and what it is a copy of, one is gone, beside the rows that were alike before.
    alike = rows.frame[~rows.copies].duplicated().sum()
    assert truth.sum() == rows.copies.sum() + alike
    assert 0 < alike <= 125


def test_all_125_repeated_sessions_are_found(clear: Any) -> None:
    cleaned = run(Faulty(clear, training=np.ones(len(clear), bool)).block(), duplicates={})
    assert cleaned.dropped == {"duplicate": 125}


@pytest.mark.parametrize("fill", ["mean", "median", "mostFrequent"])
def test_gaps_are_filled_with_what_the_training_rows_have(rows: Faulty, fill: str) -> None:
    data = rows.block()
    texts = run(data, missing={"fill": "mostFrequent", "columns": list(IDS)})
    cleaned = run(texts.block, missing={"fill": fill})
    assert len(cleaned.block) == len(data)
    counts = {"filled": {name: int(rows.gaps[name].sum()) for name in rows.gaps}}
    both = {"filled": texts.changed["filled"] | _some(cleaned.changed["filled"])}
    assert {"filled": _some(both["filled"])} == counts
    training = rows.frame[rows.training]
    for name, gaps in rows.gaps.items():
        frequent = training[name].mode()[0]
        figures = {"mostFrequent": frequent} if name in IDS else _figures(training[name], frequent)
        after = np.array(cleaned.block.table.column(name).to_pylist(), object)
        before = rows.frame[name].to_numpy(object)
        assert quality(after != before, gaps) == (1.0, 1.0)
        assert set(after[gaps]) == {figures.get(fill, frequent)} or np.allclose(
            after[gaps].astype(float), figures[fill], rtol=1e-12
        )


METHODS: dict[str, Callable[[int], dict[str, Any]]] = {
    "deviation": lambda factor: {"deviation": {"factor": factor}},
    "iqr": lambda factor: {"iqr": {"factor": factor}},
}


@pytest.fixture(scope="module")
def factors(clear: Any) -> dict[tuple[str, str], int]:
    """Choose factors without any outlier at hand: the least that leaves one row in 1000 outside.

    Natural extremes then cost at most a tenth of the precision at 1 % outliers, whatever the seed.
    """
    data = Faulty(clear, training=np.ones(len(clear), bool)).block()

    def outside(name: str, method: str, factor: int) -> int:
        words = {**METHODS[method](factor), "columns": [name]}
        step = AnyCleaning.model_validate({"outliers": words}).value
        low, high = step.learn(data, COLUMNS, 0)[name]
        values = data.numbers(name)
        return int(((values < low) | (values > high)).sum())

    return {
        (name, method): next(
            factor for factor in range(2, 20) if outside(name, method, factor) <= len(data) / 1000
        )
        for name in MEASURED
        for method in METHODS
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", MEASURED)
def test_outliers_are_found(
    rows: Faulty, factors: dict[tuple[str, str], int], name: str, method: str
) -> None:
    data, factor = rows.block(), factors[name, method]
    step = {**METHODS[method](factor), "columns": [name], "action": "blank"}
    cleaned = run(data, outliers=step)
    found = cleaned.block.missing(name) & ~data.missing(name)
    precision, recall = quality(found, rows.far[name])
    tell("%s %d of %s: precision %.3f, recall %.3f", method, factor, name, precision, recall)
    assert recall >= 0.99
    assert precision >= 0.9
    assert cleaned.changed == {"blanked": {name: found.sum()}}


@pytest.mark.parametrize(("samples", "floor"), [(256, 0.55), (4096, 0.9)])
def test_a_forest_finds_more_the_more_each_tree_sees(
    rows: Faulty, samples: int, floor: float
) -> None:
    truth = np.any([rows.far[name] for name in MEASURED], axis=0)
    data = rows.block()
    forest = {"contamination": round(float(truth.mean()), 3), "samples": samples}
    cleaned = run(data, outliers={"isolationForest": forest, "columns": list(MEASURED)})
    precision, recall = quality(~np.isin(data.rows, cleaned.block.rows), truth)
    tell("isolationForest %d: precision %.3f, recall %.3f", samples, precision, recall)
    assert precision >= floor
    assert recall >= floor


def test_all_steps_one_after_the_other_leave_sound_rows(
    rows: Faulty, clear: Any, factors: dict[tuple[str, str], int]
) -> None:
    data = rows.block()
    methods = {name: {"deviation": {"factor": factors[name, "deviation"]}} for name in MEASURED}
    steps: list[dict[str, Any]] = [
        {"rules": {"hold": RULES}},
        {"duplicates": {}},
        *(
            {"outliers": {**method, "columns": [name], "action": "blank"}}
            for name, method in methods.items()
        ),
        {"missing": {"fill": "mostFrequent", "columns": list(IDS)}},
        {"missing": {}},
    ]
    left = data
    for step in steps:
        left = run(left, **step).block
    kept = rows.frame[~rows.impossible]
    order = np.argsort(~rows.training[~rows.impossible], kind="stable")
    repeated = kept.iloc[order].duplicated()
    expected = np.sort(repeated.index[~repeated.to_numpy()])
    assert left.rows.tolist() == expected.tolist(), "the rows that no rule and no copy costs"
    assert not any(left.missing(column.name).any() for column in COLUMNS)
    for name in MEASURED:
        low, high = clear[name].min(), clear[name].max()
        values = left.numbers(name)
        assert ((values < low) | (values > high)).sum() <= 0.01 * rows.far[name].sum()


def _figures(values: Any, frequent: Any) -> dict[str, Any]:
    return {"mean": values.mean(), "median": values.median(), "mostFrequent": frequent}


def _some(counts: dict[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def _repeats(data: Block, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Say which rows go: of equal keys all but the first, training rows before others."""
    order = np.lexsort((data.rows, data.parts, keys))
    repeats = np.zeros(len(data), bool)
    repeats[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return repeats


def _joined(done: list[Cleaned]) -> Cleaned:
    dropped: dict[str, int] = {}
    changed: dict[str, dict[str, int]] = {}
    quarantined: dict[str, list[Any]] = {}
    for each in done:
        for why, count in each.dropped.items():
            dropped[why] = dropped.get(why, 0) + count
        for what, counts in each.changed.items():
            total = changed.setdefault(what, {})
            for name, count in counts.items():
                total[name] = total.get(name, 0) + count
        for why, numbers in each.quarantined.items():
            quarantined.setdefault(why, []).append(numbers)
    aside = {why: np.concatenate(numbers) for why, numbers in quarantined.items()}
    return Cleaned(join([each.block for each in done]), dropped, changed, aside)
