"""A training that starts from an earlier network: with its answers, by key, held fast at first."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import Exit, StageFailure
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.stages import AnyStage
from hone_trainer.store.manifest import Manifest
from tests.trainer.gangs import GangOfTwo
from tests.trainer.halves import FIRST, SECOND, TRAIN, Halves
from tests.trainer.interruptions import interrupted, save_at_once

pytestmark = pytest.mark.tensorflow


@pytest.fixture(scope="module")
def halves(tmp_path_factory: pytest.TempPathFactory) -> Halves:
    return Halves(tmp_path_factory.mktemp("halves"))


def begun(halves: Halves, shop: str, wish: dict[str, Any], **words: Any) -> Any:
    """What a training would begin with, its weights called by their places."""
    from hone_trainer.models.weight_inventory import weights_of
    from hone_trainer.train.beginning import beginning

    ctx = halves.open(shop).context(halves.bench.task("train", {}))
    data = Dataset.of(ctx)
    stage: Any = AnyStage.model_validate({"train": TRAIN | words | wish}).value
    stage = stage.model_copy(update={"model": stage.model.settled(data.schema, ctx.store)})
    names = [weight.place for weight in weights_of(stage.model, data.schema)]
    return beginning(stage, data, ctx.store, names)


def weights(halves: Halves, manifest: Manifest) -> dict[str, Any]:
    """The committed arrays, by their places."""
    from hone_trainer.models.network import Network
    from hone_trainer.models.weight_inventory import weights_of

    network = Network.load(halves.bench.store, manifest)
    (part,) = network.parts
    named = weights_of(part.model, network.schema)
    return {w.place: a for w, a in zip(named, part.arrays, strict=True)}


def items(halves: Halves, shop: str) -> list[str]:
    """The items of a shop, in the order of their rows."""
    from hone_trainer.dataset.vocabularies import vocabularies

    ctx = halves.open(shop).context(halves.bench.task("train", {}))
    return list(vocabularies(ctx.store, Dataset.of(ctx).manifest)["item"].to_pylist())


def test_where_nothing_changed_it_begins_with_the_answers_of_the_earlier_model(
    halves: Halves,
) -> None:
    made = halves.run("first", epochs=1, **halves.start())
    kept = halves.trained.facts["keptEpoch"]
    earlier = halves.trained.facts["history"][kept - 1]
    figures = made.facts["start"]["figures"]
    assert figures
    assert figures == {name: earlier[name] for name in figures}
    assert made.facts["start"]["new"] == made.facts["start"]["left"] == []
    assert "started from shop/first/train: 7 of 7 weights taken over" in made.message
    assert "before the first step" in made.message


def test_rows_of_tables_and_of_heads_move_by_item(halves: Halves) -> None:
    from hone_trainer.store.chunked_storage import plain

    found = begun(halves, "second", halves.start())
    there = weights(halves, halves.trained)
    then, now = items(halves, "first"), items(halves, "second")
    assert (set(then), set(now)) == ({f"i{n}" for n in FIRST}, {f"i{n}" for n in SECOND})
    table, bias = (
        plain(found.given[n]) for n in ("embedding_before/embeddings", "item_logits/bias")
    )
    old_table, old_bias = there["embedding_before/embeddings"], there["item_logits/bias"]
    assert table[:2].tolist() == old_table[:2].tolist()  # padding, and what was never seen
    both = [item for item in now if item in then]
    mean = np.mean([old_table[2 + then.index(item)] for item in both], axis=0, dtype=np.float64)
    schema = Dataset.of(halves.bench.context(halves.bench.task("train", {}))).schema
    (target,) = schema.targets
    prior = target.how.bias(target.facts).astype(np.float32)
    for place, item in enumerate(now):
        if item in both:
            assert table[2 + place].tolist() == old_table[2 + then.index(item)].tolist()
        else:
            np.testing.assert_allclose(table[2 + place], mean, rtol=1e-6)
        code = target.facts.codes[item]
        expected = old_bias[then.index(item)] if item in both else prior[code]
        assert bias[code] == expected
    assert np.array_equal(plain(found.given["gru/kernel"]), there["gru/kernel"])
    assert found.facts["rows"] == {"before": [8, 12], "item": [8, 12]}
    assert "before: 8 of 12 rows by key" in found.facts["told"]


def same(one: dict[str, Any], two: dict[str, Any], layer: str) -> bool:
    names = [name for name in one if name.startswith(f"{layer}/")]
    assert names
    return all(one[name].tobytes() == two[name].tobytes() for name in names)


def test_what_is_frozen_stays_bit_for_bit_and_then_learns_too(
    halves: Halves, undisturbed: Manifest
) -> None:
    there = weights(halves, halves.trained)
    wish = halves.start(freeze={"epochs": 2})
    short = halves.run("second", epochs=2, **wish)
    held, after = weights(halves, short), weights(halves, undisturbed)
    assert short.facts["start"]["frozenLayers"] == ["gru", "summary"]
    assert "; frozen at first: gru, summary" in short.message
    for layer in ("gru", "summary"):
        assert same(held, there, layer)
        assert not same(after, there, layer)
    names = [name for name in held if held[name].shape == there[name].shape]
    learned = [name for name in names if not np.array_equal(held[name], there[name])]
    assert learned == ["embedding_before/embeddings", "item_logits/bias"]


@pytest.fixture(scope="module")
def undisturbed(halves: Halves) -> Manifest:
    return halves.run("second", **halves.start(freeze={"epochs": 2}))


@pytest.mark.parametrize("after", [0.5, 1.5, 2, 2.5])
def test_who_resumes_while_layers_are_frozen_or_after_it_ends_with_the_same_weights(
    halves: Halves, undisturbed: Manifest, monkeypatch: pytest.MonkeyPatch, after: float
) -> None:
    save_at_once(monkeypatch)
    run = halves.start(freeze={"epochs": 2})
    bench = halves.open("second")
    job = f"cut-{after}"
    interrupted(bench, TRAIN | run, after, job=job)
    resumed = halves.run("second", job=job, attempt=1, **run)
    assert undisturbed.file("weights.npz").sha256 == resumed.file("weights.npz").sha256
    assert undisturbed.facts["start"] == resumed.facts["start"]


@pytest.mark.slow
def test_two_workers_begin_and_go_on_as_one_does(
    halves: Halves, undisturbed: Manifest, tmp_path: Path
) -> None:
    gang = GangOfTwo(halves.open("second"), tmp_path)
    strategy = {"strategy": {"multiWorkerMirrored": {"workers": 2}}}
    run = TRAIN | strategy | halves.start(freeze={"epochs": 2})
    assert gang.codes(gang.start(run)) == [Exit.OK, Exit.OK]
    assert gang.manifest.facts["start"] == undisturbed.facts["start"]
    alone = weights(halves, undisturbed)
    for name, array in weights(halves, gang.manifest).items():
        assert array == pytest.approx(alone[name], abs=1e-4)


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    (
        {},
        {"model": {"recommendation": {"gru": {"embedding": 16, "units": 6}}}},
        "layer 'embedding_before' (embeddings) is 14 x 8 there and 14 x 16 here: give the model "
        "the same widths in train.model, or name the layer in train.startFrom.fresh",
    ),
    (
        {},
        {"model": {"generic": {"linear": {}}}},
        "train.startFrom.uri: nothing of the recommendation.gru there fits the generic.linear "
        "here: name a run of the same model, or leave it out",
    ),
    (
        {"fresh": ["gruu"]},
        {},
        "train.startFrom.fresh names 'gruu', and the model has no such layer (did you mean 'gru'?)",
    ),
    (
        {"freeze": {"epochs": 1, "layers": ["item_logit"]}},
        {},
        "train.startFrom.freeze.layers names 'item_logit', of which nothing was taken over",
    ),
    (
        {"freeze": {"epochs": 1}, "fresh": ["gru", "summary"]},
        {},
        "train.startFrom.freeze: nothing but heads was taken over whole, so nothing would stay as "
        "it is: name layers in freeze.layers, or leave it out",
    ),
    ({"part": 1}, {}, "train.startFrom.part: shop/first/train has 1 models: choose one"),
]


@pytest.mark.parametrize(("wish", "words", "says"), REFUSED)
def test_what_does_not_fit_is_refused_before_a_step_with_the_remedy(
    halves: Halves, wish: dict[str, Any], words: dict[str, Any], says: str
) -> None:
    with pytest.raises(StageFailure) as failure:
        begun(halves, "second", halves.start(**wish), **words)
    assert says in failure.value.message


def test_a_layer_may_start_by_chance_all_the_same(halves: Halves) -> None:
    found = begun(halves, "second", halves.start(fresh=["gru"]))
    assert [name for name in found.facts["new"] if name.startswith("gru/")] == found.facts["new"]
    assert len(found.facts["new"]) == 3
    assert found.facts["left"] == found.facts["new"]


def test_another_kind_of_model_takes_over_tables_alone(halves: Halves) -> None:
    model = {"recommendation": {"transformer": {"embedding": 8, "blocks": 1}}}
    found = begun(halves, "second", halves.start(), model=model)
    assert found.facts["taken"] == ["embedding_before/embeddings"]


def test_where_all_is_frozen_nothing_can_be_trained(halves: Halves) -> None:
    layers = ["embedding_before", "gru", "summary", "item_logits"]
    with pytest.raises(StageFailure, match="leaves nothing to train"):
        halves.run("first", **halves.start(freeze={"epochs": 1, "layers": layers}))


def test_a_file_that_is_not_what_was_committed_is_refused(halves: Halves) -> None:
    file = halves.trained.file("weights.npz")
    path = Path(file.uri)
    content = path.read_bytes()
    try:
        path.write_bytes(content[:-1])
        with pytest.raises(StageFailure, match=r"digest differs; name another in train.startFrom"):
            begun(halves, "second", halves.start())
        path.unlink()
        with pytest.raises(StageFailure, match=r"was removed since.*name another in train.start"):
            begun(halves, "second", halves.start())
    finally:
        path.write_bytes(content)
