"""Networks whose tables are not held in memory: stored in pieces, mapped, cut to what is asked."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import Rows
from hone_trainer.models import table_subset, weight_inventory
from hone_trainer.models.network import Network
from hone_trainer.pod import memory
from hone_trainer.store import chunked_storage
from hone_trainer.store.chunked_array import InMemory
from tests.trainer import taught
from tests.trainer.networks import CLICKS, SEQUENCE, Drawn, answers, fresh

pytestmark = pytest.mark.tensorflow


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every table counts as large, and is cut into several pieces."""
    monkeypatch.setattr("hone_trainer.store.chunked_storage.LARGE", 500)
    monkeypatch.setattr("hone_trainer.store.chunked_array.spans.__defaults__", (256,))


def saved(bench: Any, network: Network) -> Any:
    ctx = bench.context(bench.task("train", {"train": {"model": {"recommendation": {"lstm": {}}}}}))
    report = ctx.commit(network.save(ctx))
    return bench.manifest(report)


@pytest.mark.parametrize("schema", [CLICKS, SEQUENCE])
def test_a_wide_network_comes_back_as_it_was(
    run_stage: Any, small_pieces: None, schema: Any
) -> None:
    network = fresh(schema)
    manifest = saved(run_stage, network)
    again = Network.load(run_stage.store, manifest)
    assert sum(file.name.endswith(".bin") for file in manifest.files) > 4
    for one, two in zip(network.parts[0].weights, again.parts[0].weights, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(two))
    assert any(isinstance(array, np.memmap) for array in again.parts[0].weights)
    assert again.chunked
    assert again.nonzero == network.nonzero


@pytest.mark.parametrize("schema", [CLICKS, SEQUENCE])
@pytest.mark.parametrize("parts", [1, 2])
def test_a_narrowed_network_predicts_the_same(schema: Any, parts: int) -> None:
    network, rows = fresh(schema, parts), Drawn(schema, 40).read("test")
    narrowed, features = table_subset.narrow(network, rows.features)
    smaller = narrowed.schema.ids[0].size
    assert smaller <= len(np.unique(rows.features[schema.ids[0].name])) + 1
    expected = answers(network, rows.features)
    assert answers(narrowed, features) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("tasks", "kind"), [("two heads", "din"), ("classes", "encoder")])
def test_columns_that_share_a_table_are_narrowed_together(tasks: str, kind: str) -> None:
    here, _, network = taught.learned(tasks, kind)
    few = {name: values[:2] for name, values in here.read("test").features.items()}
    narrowed, features = table_subset.narrow(network, few)
    assert narrowed.schema.ids[1].size < network.schema.ids[1].size
    expected = taught.answers(network, Rows(few, {}))
    for name, values in taught.answers(narrowed, Rows(features, {})).items():
        np.testing.assert_allclose(values, expected[name], atol=1e-6)


def test_padding_stays_padding() -> None:
    network, rows = fresh(SEQUENCE), Drawn(SEQUENCE, 30).read("test")
    features = {
        **rows.features,
        "basket": np.where(np.asarray(rows.features["basket"], int) > 20, 0, 25),
    }
    narrowed, cut = table_subset.narrow(network, features)
    assert set(np.unique(cut["basket"])) == {0, 1}
    expected = answers(network, features)
    assert answers(narrowed, cut) == pytest.approx(expected, abs=1e-6)


def test_a_wide_network_predicts_without_building_its_tables(
    run_stage: Any, small_pieces: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    network, rows = fresh(), Drawn(CLICKS, 5).read("test")
    expected = fresh().with_weights_of(network.assemble().parts)
    again = Network.load(run_stage.store, saved(run_stage, network))
    built: list[int] = []
    build = Network.build

    def watched(self: Network) -> Any:
        built.append(self.schema.ids[0].size)
        return build(self)

    monkeypatch.setattr(Network, "build", watched)
    monkeypatch.setattr("hone_trainer.store.chunked_storage.LARGE", 500)
    got = answers(again, rows.features)
    assert max(built) <= 6
    monkeypatch.setattr("hone_trainer.store.chunked_storage.LARGE", 1 << 30)
    assert got == pytest.approx(answers(expected, rows.features), abs=1e-6)


def test_slabs_count_as_arrays(run_stage: Any, small_pieces: None) -> None:
    from dataclasses import replace

    network = fresh()
    chunked_arrays = tuple(InMemory(np.asarray(array)) for array in network.parts[0].weights)
    same = replace(network, parts=(replace(network.parts[0], weights=chunked_arrays),))
    again = Network.load(run_stage.store, saved(run_stage, same))
    for one, two in zip(network.parts[0].weights, again.parts[0].weights, strict=True):
        assert np.array_equal(np.asarray(one), np.asarray(two))


def test_rows_are_found_over_pieces(small_pieces: None) -> None:
    array = np.arange(400, dtype=np.float32).reshape(100, 4)
    chosen = np.array([0, 3, 15, 16, 17, 99])
    for kind in (array, InMemory(array)):
        assert np.array_equal(chunked_storage.rows(kind, chosen), array[chosen])


@pytest.mark.parametrize("schema", [CLICKS, SEQUENCE])
def test_the_tables_of_a_model_are_found_and_measured(schema: Any) -> None:
    network = fresh(schema)
    found = weight_inventory.weights_of(network.parts[0].model, schema)
    shapes = [tuple(np.asarray(array).shape) for array in network.parts[0].weights]
    assert [weight.shape for weight in found] == shapes
    assert [w.column for w in found if w.column] == [field.name for field in schema.ids]
    elements = sum(np.asarray(array).size for array in network.parts[0].weights)
    assert weight_inventory.training_bytes(network.parts[0].model, schema) == elements * 4 * 3


@pytest.mark.parametrize(("size", "most", "fits"), [(10, 10, True), (11, 10, False)])
def test_a_model_that_does_not_fit_is_refused_with_the_remedy(
    size: int, most: int, fits: bool
) -> None:
    if fits:
        memory.require(size, most)
        return
    with pytest.raises(StageFailure, match="parameterServer") as caught:
        memory.require(size << 30, most << 30)
    assert caught.value.reason == "ModelTooLarge"
    assert "11.0 GiB" in caught.value.message


@pytest.mark.parametrize(("text", "bytes_"), [("1073741824\n", 1 << 30), ("max\n", None)])
def test_the_limit_is_that_of_the_control_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, bytes_: int | None
) -> None:
    (tmp_path / "limit").write_text(text)
    monkeypatch.setattr(memory, "LIMITS", (str(tmp_path / "none"), str(tmp_path / "limit")))
    assert memory.limit() == bytes_


def test_without_control_groups_there_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    from hone_trainer.train.strategies.single_device import SingleDevice

    monkeypatch.setattr(memory, "LIMITS", ())
    assert memory.limit() is None
    SingleDevice().require_room(pytest.fail)  # and nobody asks for the size
