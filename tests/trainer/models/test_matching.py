"""Queries against items: what both have in common counts, whoever has asked for it before."""

import csv
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.dataset.schema import Schema
from hone_trainer.models import AnyModel
from hone_trainer.models.network import Network
from hone_trainer.models.search.sides import Sides
from hone_trainer.rows.field import Field
from hone_trainer.tasks.scoring import score
from tests.trainer.conftest import Bench

pytestmark = pytest.mark.tensorflow

WORDS = Field(name="words_words", source="words", kind="id", length=4, size=50)
TITLE = Field(name="title_words", source="title", kind="id", length=6, size=50, like="words_words")
ITEM = Field(name="item", source="item", kind="id", size=20)
BEFORE = Field(name="before", kind="id", length=3, size=20, of="item")
PRICE = Field(name="price", source="price", kind="number")


def overlap(asked: list[int], there: list[int], weights: dict[int, float] | None = None) -> Any:
    """What is found of one set of ids in another; ids count 1 where nothing is said."""
    from hone_trainer.backend.keras import tf
    from hone_trainer.backend.matching_layers import Overlap

    counted = [[(weights or {}).get(each, 1.0) for each in ids] for ids in (asked, there)]
    given = [tf.constant([each], tf.int32) for each in (asked, there)]
    found = Overlap()([*given, *(tf.constant([each], tf.float32) for each in counted)])
    return found.numpy()[0]


@pytest.mark.parametrize(
    ("asked", "there", "expected"),
    [
        ([0, 0, 5, 6], [0, 5, 7, 8], (np.log(2), 1 / 2, 1 / 3, 0)),
        ([0, 0, 5, 6], [6, 5, 7, 8], (np.log(3), 1, 2 / 4, 1)),
        ([0, 0, 0, 0], [6, 5, 7, 8], (0, 0, 0, 0)),
        ([0, 0, 5, 6], [0, 0, 0, 0], (0, 0, 0, 0)),
        ([0, 0, 0, 1], [0, 0, 0, 1], (0, 0, 0, 0)),
        ([0, 0, 1, 5], [0, 0, 1, 5], (np.log(2), 1 / 2, 1 / 2, 0)),
        ([0, 0, 5, 5], [0, 0, 0, 5], (np.log(3), 1, 1, 1)),
    ],
)
def test_what_is_asked_for_counts_where_it_is_found_and_known(
    asked: list[int], there: list[int], expected: tuple[float, ...]
) -> None:
    np.testing.assert_allclose(overlap(asked, there), expected, atol=1e-5)


def test_a_word_counts_as_much_as_it_weighs() -> None:
    weights = {5: 3.0, 6: 1.0}
    heavy, light = (overlap([5, 6], [each, 7], weights) for each in (5, 6))
    assert heavy[1] == pytest.approx(0.75)
    assert light[1] == pytest.approx(0.25)


def test_rare_words_count_for_more_before_anything_is_learned() -> None:
    from hone_trainer.backend.keras import tf
    from hone_trainer.backend.matching_layers import Importance

    ids = tf.constant([[2, 30, 1]], tf.int32)
    counted = Importance(True)([tf.zeros((1, 3, 1)), ids]).numpy()[0]
    assert counted[0] < counted[1] < counted[2], "frequent, rare, never seen"
    assert (Importance(False)([tf.zeros((1, 3, 1)), ids]).numpy() == 1).all()


def test_ids_that_mean_the_same_are_compared_and_share_their_vectors() -> None:
    from hone_trainer.models.graph import open_graph

    fields = (WORDS, TITLE, ITEM, BEFORE, PRICE)
    schema = Schema(fields=fields, rows=100)
    sides = Sides.of(("words", "before"), schema)
    pairs = [(asked.name, there.name) for asked, there in sides.pairs]
    assert pairs == [("words_words", "title_words"), ("before", "item")]
    model = AnyModel.model_validate({"search": {"matching": {"query": ["words", "before"]}}})
    tables = {w.name for w in open_graph(model, schema).body.weights if "embedding_" in w.name}
    assert len(tables) == 2


@pytest.mark.parametrize(
    ("query", "reason", "told"),
    [
        (["wrods"], "ColumnNotFound", "did you mean 'words'?"),
        (["words", "title", "item", "before", "price"], "NothingToMatch", "every column"),
    ],
)
def test_columns_that_divide_nothing_are_refused_by_name(
    query: list[str], reason: str, told: str
) -> None:
    schema = Schema(fields=(WORDS, TITLE, ITEM, BEFORE, PRICE), rows=100)
    with pytest.raises(StageFailure, match=r"search\.matching\.query") as refused:
        Sides.of(query, schema)
    assert refused.value.reason == reason
    assert told in refused.value.message


SEARCHES, LIST = 600, 6


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Searches for a word each that no other is for; one of the items found has it in its title."""
    bench = Bench(tmp_path_factory.mktemp("unseen"))
    draw = np.random.default_rng(5)
    with (bench.folder / "searches.csv").open("w", newline="") as file:
        write = csv.writer(file)
        write.writerow(["search", "words", "title", "relevance"])
        for wanted in range(SEARCHES):
            others = draw.choice(SEARCHES, 2 * LIST, replace=False)
            others = others[others != wanted][: LIST - 1]
            for word in draw.permutation([wanted, *others]).tolist():
                title = f"w{word} of make{draw.integers(5)}"
                write.writerow([f"s{wanted}", f"w{wanted}", title, int(word == wanted)])
    return bench


def _ndcg(bench: Bench, like: bool, model: dict[str, Any]) -> float:
    """NDCG@10 of the test part."""
    path = str(bench.folder / "searches.csv")
    title: dict[str, Any] = {"words": {"length": 4}} | ({"like": "words"} if like else {})
    prepare = {
        "source": {"csv": {"uri": path}},
        "tasks": [{"ranking": {"label": "relevance", "group": "search"}}],
        "columns": [
            {"name": "search", "key": {}},
            {"name": "words", "text": {"words": {"length": 4}}},
            {"name": "title", "text": title},
        ],
        "split": {"by": {"group": {"column": "search"}}},
    }
    here = Bench(bench.folder / f"{like}-{next(iter(model))}")
    here("data", {"prepare": prepare})
    report = here("train", {"train": {"model": model, "epochs": 12, "batchSize": 16}})
    data = Dataset.of(here.context(here.task("read", {})))
    network = Network.load(here.store, here.manifest(report))
    rows, (target,) = data.read("test"), data.schema.targets
    told = [block[target.name] for block in network.answer(rows.features)]
    scored = score(target.how, rows.targets[target.name], told)
    value = next(target.how.metrics()).value(scored)
    assert value is not None
    return value


MATCHING = {"search": {"matching": {"query": ["words"], "layers": [16], "embedding": 8}}}


@pytest.mark.slow
def test_queries_that_nobody_has_asked_before_are_answered(unseen: Bench) -> None:
    chance = sum(1 / np.log2(place + 2) for place in range(LIST)) / LIST
    assert _ndcg(unseen, True, MATCHING) > 0.95
    # What makes it so: texts that can be compared, and a model that does.
    assert _ndcg(unseen, False, MATCHING) < chance + 0.15
    assert _ndcg(unseen, True, {"generic": {"dense": {}}}) < chance + 0.15
