"""The steps of a preparation one by one, as tables."""

from typing import Any

import numpy as np
import pytest

COLUMNS: list[dict[str, Any]] = [
    {"name": "user", "id": {}},
    {"name": "price", "number": {}},
    {"name": "bought", "label": {}},
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a b c d", [3, 4, 5]), ("b", [0, 0, 3]), ("", [0, 0, 0]), ("a  z", [0, 2, 1])],
)
def test_sequences_keep_their_last_ids(text: str, expected: list[int]) -> None:
    import pandas as pd

    from hone_trainer.columns import IdColumn
    from hone_trainer.encoding import Vocabulary

    column = IdColumn(length=3)
    vocabulary = Vocabulary.learn(pd.Series(["a b c d", "a b c", "a b", "a"]), column)
    assert vocabulary.known == ("a", "b", "c", "d")
    assert vocabulary.encode(pd.Series([text]), column).tolist() == [expected]


@pytest.mark.parametrize(
    ("fill", "dropped", "filled", "learned"),
    [
        ("mean", {"no user": 1, "no bought": 1}, {"price": 1}, {"price": 2.0}),
        ("median", {"no user": 1, "no bought": 1}, {"price": 1}, {"price": 1.5}),
        ("drop", {"no user": 1, "no price": 1, "no bought": 1}, {}, {}),
    ],
)
def test_missing(
    fill: Any, dropped: dict[str, int], filled: dict[str, int], learned: dict[str, float]
) -> None:
    import pandas as pd

    from hone_trainer.cleaning.missing import Missing
    from hone_trainer.columns import Column

    frame = pd.DataFrame(
        {
            "user": ["a", "b", None, "d", "e", "f", "g"],
            "price": [1.0, 1.5, 9.0, np.nan, 3.5, 9.0, 90.0],
            "bought": [0.0, 1.0, 0.0, 1.0, 0.0, np.nan, 1.0],
        }
    )
    training = pd.Series([True] * 5 + [False] * 2)
    columns = tuple(Column.model_validate(column) for column in COLUMNS)
    cleaned = Missing(fill=fill).clean(frame, training, columns)
    assert (cleaned.dropped, cleaned.filled, cleaned.learned) == (dropped, filled, learned)
    assert not cleaned.frame.isna().to_numpy().any()


@pytest.mark.parametrize(("key", "left"), [((), [0, 1, 3]), (("user",), [0, 1])])
def test_duplicates(key: tuple[str, ...], left: list[int]) -> None:
    import pandas as pd

    from hone_trainer.cleaning.duplicates import Duplicates
    from hone_trainer.columns import Column

    frame = pd.DataFrame(
        {"user": ["a", "b", "a", "a"], "price": [1.0, 1, 1, 2], "bought": [0.0, 0, 0, 0]}
    )
    columns = tuple(Column.model_validate(column) for column in COLUMNS)
    cleaned = Duplicates(key=key).clean(frame, pd.Series([True] * 4), columns)
    assert list(cleaned.frame.index) == left
    assert cleaned.dropped == {"duplicate": 4 - len(left)}


@pytest.mark.parametrize("rows", [10, 999, 135_000])
def test_the_split_is_exact_and_depends_on_the_seed(rows: int) -> None:
    from hone_trainer.splitting import assign

    parts = assign(rows, 0.1, 0.2, seed=3)
    assert (parts == 1).sum() == round(rows * 0.1)
    assert (parts == 2).sum() == round(rows * 0.2)
    assert (parts == assign(rows, 0.1, 0.2, seed=3)).all()
    assert (parts != assign(rows, 0.1, 0.2, seed=4)).any()
