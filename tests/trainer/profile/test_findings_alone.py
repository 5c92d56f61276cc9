"""What a column by itself tells of a number, and of a class: leaks are found, and noise is none."""

from typing import Any

import numpy as np
import pytest

from hone_trainer.profile import profile
from hone_trainer.profile.alone import Alone
from hone_trainer.profile.caution import Caution
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.measure import LEAST, labels_of
from hone_trainer.profile.univariate_auc import auc_of_numbers
from hone_trainer.profile.univariate_concordance import concordance
from hone_trainer.tasks.binary import Binary
from hone_trainer.tasks.classes import Classes
from hone_trainer.tasks.number import Number
from hone_trainer.tasks.task import Task
from tests.trainer.blocks import block, columns
from tests.trainer.looked import look

COUNT = 3000
PARTS = np.repeat([0, 1, 2], [2000, 500, 500]).tolist()
NAMES = [f"class {k}" for k in range(7)]
Columns = dict[str, Any]


def paid(draw: Any) -> Any:
    """Draw a number with a long tail, of which two thirds are nought."""
    return np.where(draw.random(COUNT) < 2 / 3, 0.0, draw.lognormal(3, 1, COUNT).round(2))


def wanted(draw: Any) -> Any:
    """Draw classes, one of them far more often than the others."""
    return np.array(NAMES, object)[draw.choice(7, COUNT, p=[0.4, *[0.1] * 6])]


LABELS: dict[str, Any] = {"amount": paid, "category": wanted}
KINDS: dict[str, dict[str, Any]] = {
    "x": {"number": {}},
    "few": {"number": {}},
    "shop": {"id": {}},
    "order": {"id": {}},
    "seen": {"id": {"length": 3}},
    "note": {"text": {"words": {}}},
}


def noise(draw: Any) -> Columns:
    """Draw columns of every kind that know nothing."""
    words = draw.integers(0, 40, (COUNT, 3))
    return {
        "x": draw.normal(size=COUNT),
        "few": np.where(draw.random(COUNT) < 0.1, np.nan, draw.integers(0, 5, COUNT)),
        "shop": [f"s{k}" if k else None for k in draw.integers(0, 30, COUNT)],
        "order": [f"o{k}" for k in draw.permutation(COUNT)],
        "seen": [" ".join(f"i{k}" for k in row) for row in words],
        "note": [" ".join(f"w{k}" for k in row) for row in words[::-1]],
    }


def found(kind: str, /, seed: int = 1, **planted: Any) -> Findings:
    """Look at noise, and columns that a function of labels and chance has made."""
    draw = np.random.default_rng(seed)
    y = LABELS[kind](draw)
    made = noise(draw) | {name: plant(y, draw) for name, plant in planted.items()}
    rows = block(parts=PARTS, **made, y=y)
    return look(columns(**KINDS, y={kind: {}}), rows, rows, {})


def leaks(report: Findings) -> dict[str, Caution]:
    topics = ("leak", "missingLeak")
    return {one.column: one for one in report.cautions if one.topic in topics}


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("seed", range(5))
def test_noise_gives_nothing_away(kind: str, seed: int) -> None:
    report = found(kind, seed)
    assert leaks(report) == {}
    told = {one.column: one.figure for one in report.alone}
    assert set(told) == set(KINDS)
    nothing, most = (0.5, 0.6) if kind == "amount" else (0.0, 0.06)
    assert all(nothing <= (figure or 0) <= most for figure in told.values()), told


def codes(y: Any) -> Any:
    return np.array([NAMES.index(name) for name in y], float)


def some(values: Any, of: Any, draw: Any, share: float = 0.02) -> Any:
    """Put other values into a few places."""
    return np.where(draw.random(COUNT) < share, draw.permutation(of), values)


LEAKS: list[tuple[str, str, Any]] = [
    ("amount", "x", lambda y, draw: y * -3 + 7),
    ("amount", "x", lambda y, draw: some(np.sqrt(y), np.sqrt(y), draw)),
    ("amount", "x", lambda y, draw: np.where(draw.random(COUNT) < 0.05, np.nan, y)),
    ("amount", "shop", lambda y, draw: [f"about {round(np.log1p(v), 1)}" for v in y]),
    (
        "amount",
        "seen",
        lambda y, draw: [f"a{2 * np.log1p(v):.0f} b c{k % 9}" for k, v in enumerate(y)],
    ),
    ("category", "x", lambda y, draw: codes(y) * 2 - 9),
    ("category", "x", lambda y, draw: codes(y) + draw.random(COUNT) / 2),
    ("category", "x", lambda y, draw: some(codes(y), codes(y), draw)),
    ("category", "shop", lambda y, draw: [f"desk of {name}" for name in y]),
    ("category", "shop", lambda y, draw: [f"{n} {k % 9}" for k, n in enumerate(y)]),
    ("category", "seen", lambda y, draw: [f"a{k % 3} {n[-1]} c{k % 4}" for k, n in enumerate(y)]),
    ("category", "note", lambda y, draw: [f"we thank, {n[-1]}" for n in y]),
]


@pytest.mark.parametrize(("kind", "column", "plant"), LEAKS)
def test_a_planted_leak_is_found_and_nothing_else(kind: str, column: str, plant: Any) -> None:
    (one,) = leaks(found(kind, **{column: plant})).values()
    assert (one.column, one.topic, one.severity) == (column, "leak", "high")
    measure = "concordance" if kind == "amount" else "gain in accuracy"
    assert one.text.startswith(f"{column} predicts y alone: {measure} 0.9") or " 1.000 " in one.text


HONEST: list[tuple[str, str, Any]] = [
    ("amount", "x", lambda y, draw: np.log1p(y) + draw.normal(size=COUNT)),
    ("amount", "shop", lambda y, draw: [f"{v > 0}{k % 5}" for k, v in enumerate(y)]),
    ("category", "x", lambda y, draw: codes(y) + draw.normal(size=COUNT)),
    ("category", "shop", lambda y, draw: some(y, y, draw, 0.3).tolist()),
]


@pytest.mark.parametrize(("kind", "column", "plant"), HONEST)
def test_a_column_that_tells_much_is_no_leak(kind: str, column: str, plant: Any) -> None:
    report = found(kind, **{column: plant})
    assert leaks(report) == {}
    figure = next(one.figure for one in report.alone if one.column == column)
    assert figure is not None
    assert figure > (0.7 if kind == "amount" else 0.2)


@pytest.mark.parametrize(
    ("kind", "gone"),
    [
        ("amount", lambda y: y == 0),
        ("amount", lambda y: y > 0),
        ("category", lambda y: y == NAMES[3]),
        ("category", lambda y: y != NAMES[0]),
    ],
)
def test_a_gap_that_gives_it_away_is_found(kind: str, gone: Any) -> None:
    hide = {"x": lambda y, draw: np.where(gone(y), np.nan, draw.normal(size=COUNT))}
    (one,) = leaks(found(kind, 1, **hide)).values()
    assert (one.topic, one.column) == ("missingLeak", "x")
    assert one.text.startswith("x gives y away by being missing: AUC 1.000")


@pytest.mark.parametrize("rows", [40, 300])
def test_concordance_counts_pairs(rows: int) -> None:
    draw = np.random.default_rng(rows)
    values: Any = draw.integers(0, 30, rows) * 1.0  # whole numbers, so that there are ties
    labels: Any = draw.integers(0, 9, rows) + (values / 5).round()
    larger = (labels[:, None] > labels).astype(float)
    right = (values[:, None] > values) + 0.5 * (values[:, None] == values)
    area = float((larger * right).sum() / larger.sum())
    near = pytest.approx(area, abs=1e-9 if rows <= 100 else 1e-3)  # of more rows, by groups
    assert concordance(values, labels) == near
    assert concordance(-values, labels) == near
    assert concordance(values, -labels) == near


def test_of_two_labels_it_is_the_area_under_the_curve() -> None:
    draw = np.random.default_rng(3)
    labels: Any = (draw.random(400) < 0.2).astype(float)
    values: Any = draw.integers(0, 50, 400) + 20 * labels
    assert concordance(values, labels) == pytest.approx(auc_of_numbers(values, labels))


@pytest.mark.parametrize("ones", [0, 1, LEAST - 1])
def test_of_numbers_that_hardly_differ_nothing_is_said(ones: int) -> None:
    labels: Any = (np.arange(500) < ones) * 9.5
    assert concordance(labels, labels) is None


@pytest.mark.parametrize("kind", LABELS)
@pytest.mark.parametrize("held", [0, 3])
def test_of_too_few_rows_nothing_is_said(kind: str, held: int) -> None:
    y = LABELS[kind](np.random.default_rng(1))[:100]
    parts = [0] * (100 - held) + [1] * held
    names = [str(value) for value in y]
    rows = block(parts=parts, x=np.arange(100.0), shop=names, y=y)
    report = look(columns(x={"number": {}}, shop={"id": {}}, y={kind: {}}), rows, rows, {})
    assert [one.figure for one in report.alone] == [None, None]


@pytest.mark.parametrize("kind", LABELS)
def test_rows_without_a_label_can_be_looked_at(kind: str) -> None:
    empty: list[Any] = [None] * COUNT
    made = noise(np.random.default_rng(1))
    for y in (empty, [*empty[1:], 1.0]):
        given = [None if v is None else str(v) for v in y] if kind == "category" else y
        rows = block(parts=PARTS, **made, y=text(given) if kind == "category" else given)
        report = look(columns(**KINDS, y={kind: {}}), rows, rows, {})
        assert not any(one.figure for one in report.alone)


def text(values: list[str | None]) -> Any:
    import pyarrow as pa

    return pa.array(values, pa.string()).dictionary_encode()


def two(tasks: tuple[Task, ...], **made: Any) -> list[Alone]:
    kinds: dict[str, Any] = {
        "clicked": {"label": {}},
        "bought": {"label": {}},
        "worth": {"amount": {}},
    }
    rows = block(parts=PARTS, **made)
    listed = columns(**{name: kinds.get(name, {"number": {}}) for name in made})
    return list(profile.look(listed, tasks, rows, rows, {}).alone)


def test_each_task_is_looked_at_where_it_has_a_target_and_none_for_its_own_columns() -> None:
    draw = np.random.default_rng(2)
    clicked = (draw.random(COUNT) < 0.4).astype(float)
    bought = clicked * (draw.random(COUNT) < 0.5)
    tasks = (Binary(label="clicked"), Binary(label="bought", where="clicked", weight="worth"))
    shown = clicked + draw.normal(size=COUNT) / 20
    found = two(tasks, seen=shown, clicked=clicked, bought=bought, worth=1 + bought)
    assert [(one.column, one.label) for one in found] == [("seen", "clicked"), ("seen", "bought")]
    first, second = (one.figure or 0 for one in found)
    assert first > 0.99
    assert second < 0.6, "among the clicked it tells nothing"


def test_a_label_is_numbered_by_the_alphabet_whatever_the_dictionary() -> None:
    task = Classes(label="y")
    one = labels_of(task, block(y=["b", "a", None, "c", "b"]))
    two = labels_of(task, block(y=["c", "b", "a", None, "c", "b"]))
    assert one.tolist()[:2] == [1, 0]
    assert np.array_equal(two[1:], one, equal_nan=True)


def test_a_drifting_number_that_is_predicted_is_told() -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=COUNT)
    rows = block(parts=PARTS, x=x, y=draw.normal(size=COUNT) + 3 * (np.array(PARTS) == 2))
    listed = columns(x={"number": {}}, y={"amount": {}})
    found = profile.look(listed, (Number(label="y"),), rows, rows, {})
    assert [(one.topic, one.column) for one in found.cautions] == [("drift", "y")]
