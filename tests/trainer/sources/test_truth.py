"""What sources know of their rows is so: whoever counts enough rows reaches it, and no more."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.sources import question_model, search_model
from tests.trainer.sources.made_up import columns_of, draw


def mean_by(cells: Any, values: Any) -> Any:
    """The mean of the rows of each cell, (rows,) or (rows, k); NaN counts nowhere."""
    if values.ndim == 2:
        return np.stack([mean_by(cells, column) for column in values.T], axis=1)
    there = ~np.isnan(values)
    sums, counts = (np.bincount(cells[there], w) for w in (values[there], there[there]))
    return (sums / counts)[cells]


def test_what_is_known_of_clicks_is_what_pairs_show(tmp_path: Path) -> None:
    """Of few users and items, how often each pair clicks and buys can be counted."""
    drawn = draw("clickModel", columns_of("clickModel"), tmp_path, rows=40_000, users=5, items=4)
    table, known = drawn.table, drawn.known
    pair = np.unique(np.char.add(table["user"], table["item"]), return_inverse=True)[1]
    for label in ("clicked", "bought"):
        truth = table[label]
        there = ~np.isnan(truth)
        chance = mean_by(pair, truth)
        likelihood = np.where(truth == 1, chance, 1 - chance)[there]
        shown = {
            "accuracy": np.maximum(chance, 1 - chance)[there].mean(),
            "logLoss": -np.log(likelihood).mean(),
            "auc": _auc(chance[there], truth[there]),
        }
        for figure, value in shown.items():
            told = known[label][figure][there]
            assert np.nanmean(told) == pytest.approx(value, abs=0.01), (label, figure)
    spent = table["spent"]
    means = mean_by(pair, spent)
    there = ~np.isnan(spent)
    error = known["spent"]["rmse"][there].mean() ** 0.5
    assert error == pytest.approx(np.nanmean((spent - means) ** 2) ** 0.5, rel=0.02)


def _auc(scores: Any, truth: Any) -> float:
    """How often a row with label 1 stands above one with 0, by counting; ties count one half."""
    levels, at = np.unique(scores, return_inverse=True)
    ones, zeros = (np.bincount(at[truth == label], minlength=len(levels)) for label in (1, 0))
    below = np.cumsum(zeros) - zeros / 2
    return float(ones @ below / (ones.sum() * zeros.sum()))


def test_what_is_known_of_the_next_item_is_what_steps_show(tmp_path: Path) -> None:
    """Of few items, how often each follows each can be counted."""
    parameters = {"users": 3000, "length": 6, "items": 20, "groups": 3}
    drawn = draw("sessionModel", columns_of("sessionModel"), tmp_path, **parameters)
    item = np.unique(drawn.table["item"], return_inverse=True)[1]
    later = drawn.table["step"] > 0
    before, truth = np.roll(item, 1)[later], item[later]
    chance = mean_by(before, np.eye(20)[truth])
    own = chance[np.arange(len(truth)), truth]
    place = 1 + (chance > own[:, None]).sum(axis=1)
    shown = {
        "ndcg@10": np.where(place <= 10, 1 / np.log2(place + 1), 0).mean(),
        "recall@10": (place <= 10).mean(),
        "mrr": (1 / place).mean(),
        "logLoss": -np.log(own).mean(),
    }
    known = drawn.known["item"]
    assert known.keys() == shown.keys()
    for figure, value in shown.items():
        assert known[figure][later].mean() == pytest.approx(value, rel=0.02), figure


def test_the_first_item_follows_nothing(tmp_path: Path) -> None:
    drawn = draw("sessionModel", columns_of("sessionModel"), tmp_path, users=500)
    first = drawn.table["step"] == 0
    losses = drawn.known["item"]["logLoss"]
    assert len(np.unique(losses[first])) == 1
    assert losses[first].mean() > losses[~first].mean()


@pytest.mark.slow
def test_what_is_known_of_searches_is_what_items_show(tmp_path: Path) -> None:
    """Of few items, how relevant each is to what is searched for can be counted."""
    drawn = draw("searchModel", columns_of("searchModel"), tmp_path, searches=12_000, items=72)
    table, size = drawn.table, search_model.LIST
    item = np.unique(table["item"], return_inverse=True)[1]
    searched = [_meant(words) for words in table["words"][::size]]
    cell = np.repeat(np.unique(searched, return_inverse=True)[1] * 72, size) + item
    wanted = (2 ** table["relevance"] - 1).reshape(-1, size)
    order = np.argsort(-mean_by(cell, wanted.reshape(-1)).reshape(wanted.shape), axis=1)
    discount = 1 / np.log2(np.arange(10) + 2)
    there = wanted.max(axis=1) > 0
    found = np.take_along_axis(wanted, order, axis=1)[:, :10] @ discount
    ideal = -np.sort(-wanted, axis=1)[:, :10] @ discount
    known = drawn.known["relevance"]["ndcg@10"].reshape(wanted.shape)
    assert (np.isnan(known).all(axis=1) == ~there).all()
    shown = (found[there] / ideal[there]).mean()
    assert np.nanmean(known) == pytest.approx(shown, abs=0.01)


def _meant(words: str) -> str:
    """What a search is for, read off its words."""
    price = next((w for w in ("CHEAP", "GOOD") if _has(getattr(search_model, w), words)), "")
    return price + next(topic for topic in search_model.TOPICS if _has(topic, words))


def _has(some: str, words: str) -> bool:
    return bool(set(some.split()) & set(words.split()))


def test_a_search_finds_nothing_twice_and_half_of_what_it_means(tmp_path: Path) -> None:
    for items in (72, 77, 300):
        drawn = draw("searchModel", columns_of("searchModel"), tmp_path, searches=400, items=items)
        number = np.array([int(item[1:]) for item in drawn.table["item"]]).reshape(400, -1)
        assert (np.diff(np.sort(number, axis=1), axis=1) > 0).all()
        assert number.max() < items
        topic = np.array(
            [next(k for k, t in enumerate(search_model.TOPICS) if _has(t, words))
             for words in drawn.table["words"][:: search_model.LIST]]
        )  # fmt: skip
        own = number % len(search_model.TOPICS) == topic[:, None]
        assert (own.sum(axis=1) == search_model.LIST // 2).all()


def test_what_is_known_of_questions_is_what_their_words_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of few words, how often each pair of them goes with each intent can be counted."""
    monkeypatch.setattr(question_model, "ACTIONS", question_model.ACTIONS[:2])
    monkeypatch.setattr(question_model, "THINGS", question_model.THINGS[:2])
    parameters = {"rows": 20_000, "intents": 3, "typos": 0, "wrong": 0.2}
    drawn = draw("questionModel", columns_of("questionModel"), tmp_path, **parameters)
    told = set(" ".join(question_model.ACTIONS + question_model.THINGS).split())
    words = [" ".join(sorted(told & set(text.split()))) for text in drawn.table["text"]]
    cell = np.unique(words, return_inverse=True)[1]
    assert cell.max() + 1 == 36
    truth = np.unique(drawn.table["intent"], return_inverse=True)[1]
    chance = mean_by(cell, np.eye(3)[truth])
    known = drawn.known["intent"]
    assert known["accuracy"].mean() == pytest.approx(chance.max(axis=1).mean(), abs=0.01)
    own = chance[np.arange(len(truth)), truth]
    assert known["logLoss"].mean() == pytest.approx(-np.log(own).mean(), rel=0.02)


def test_so_many_words_are_misspelt_as_is_said(tmp_path: Path) -> None:
    """The words that tell are found in a text just as often as they are written right."""
    drawn = draw("questionModel", columns_of("questionModel"), tmp_path, rows=2000, typos=0.25)
    told = set(" ".join(question_model.ACTIONS).split())
    right = [bool(told & set(text.split())) for text in drawn.table["text"]]
    assert np.mean(right) == pytest.approx(0.75, abs=0.03)


def test_words_that_say_nothing_are_none_that_tell() -> None:
    model = question_model
    around = " ".join((*model.OPENINGS, *model.BEFORE, *model.BETWEEN, *model.ENDINGS)).split()
    told = " ".join((*model.ACTIONS, *model.THINGS)).split()
    assert not set(around) & set(told)
    assert len(set(told)) == len(told) == 72
