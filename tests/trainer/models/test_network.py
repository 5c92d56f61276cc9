"""Networks: one graph of several parts, stored as numbers only."""

import io
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.joining import join
from hone_trainer.models.network import WEIGHTS, Network
from tests.trainer.conftest import Bench
from tests.trainer.networks import BOTH, CLICKS, SEQUENCE, SPENDING, Drawn, answers, fresh

pytestmark = pytest.mark.tensorflow

TRAIN: dict[str, Any] = {"train": {"model": {"recommendation": {"lstm": {}}}}}


def same(one: Network, other: Network) -> bool:
    return one.shares == other.shares and all(
        np.array_equal(a, b)
        for p, q in zip(one.parts, other.parts, strict=True)
        for a, b in zip(p.arrays, q.arrays, strict=True)
    )


def test_the_prediction_is_the_weighted_average_of_the_parts() -> None:
    network, rows = fresh(parts=3), Drawn().read("test")
    alone = [answers(Network(CLICKS, (part,)), rows.features) for part in network.parts]
    expected = np.asarray(network.shares) @ np.stack(alone)
    assert answers(network, rows.features) == pytest.approx(expected, abs=1e-6)
    assert not np.allclose(alone[0], alone[1])


def test_layers_of_part_k_carry_its_prefix_and_inputs_are_shared() -> None:
    network = fresh(parts=2)
    model = network.build()
    assert sorted(model.input_names) == ["item", "user"]
    own = {layer.name for layer in model.layers if layer.weights}
    assert {name[:3] for name in own} == {"m0_", "m1_"}
    assert {layer.__class__.__name__ for layer in model.layers} == {
        "InputLayer", "Embedding", "Concatenate", "LSTM", "Dense",
        "Activation", "Rescaling", "Add",
    }  # fmt: skip
    # The shares are constants: nothing has weights but the parts.
    assert len(model.weights) == sum(len(part.weights) for part in network.parts)


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        (CLICKS, ["probability"]),
        (SPENDING, ["value"]),
        (BOTH, ["clicked_probability", "spent_value"]),
    ],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_answers_are_called_by_their_task_where_there_are_several(
    schema: Any, names: list[str], parts: int
) -> None:
    network, rows = fresh(schema, parts), Drawn(schema, 9).read("test")
    assert sorted(network.build().output_names) == names
    (answered,) = network.answer(rows.features)
    assert list(answered) == [target.name for target in schema.targets]
    assert all(len(a) == 9 for each in answered.values() for a in each.values())


def test_a_single_part_is_not_averaged() -> None:
    kinds = {layer.__class__.__name__ for layer in fresh().build().layers}
    assert not kinds & {"Rescaling", "Add"}


def test_weights_come_back_from_clones_of_the_parts() -> None:
    from hone_trainer.backend.keras import keras

    network = fresh(parts=2)
    clones = []
    for model in network.assemble().parts:
        clones.append(keras.models.clone_model(model))
        clones[-1].set_weights(model.get_weights())
    assert same(network, network.with_weights_of(clones))


@pytest.mark.parametrize("schema", [CLICKS, SEQUENCE, BOTH])
def test_save_and_load(run_stage: Bench, schema: Any) -> None:
    network = fresh(schema, parts=2)
    report = committed(run_stage, network)
    loaded = Network.load(run_stage.store, run_stage.manifest(report))
    assert same(network, loaded)
    assert loaded.schema == schema


def test_other_weights_than_the_committed_ones_are_refused(run_stage: Bench) -> None:
    report = committed(run_stage, fresh())
    manifest = run_stage.manifest(report)
    path = Path(manifest.file(WEIGHTS).uri.removeprefix("file://"))
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(StageFailure):
        Network.load(run_stage.store, manifest)


def test_pickled_weights_are_refused(run_stage: Bench) -> None:
    ctx = run_stage.context(run_stage.task("train", TRAIN))
    parameters, _ = fresh().save(ctx, prefix="good/")
    packed = io.BytesIO()
    arrays: Any = {"0.0": np.array([Trap()], dtype=object)}
    np.savez(packed, **arrays)
    files = (
        parameters.model_copy(update={"name": "network.json"}),
        ctx.write(WEIGHTS, packed.getvalue(), "npz"),
    )
    manifest = run_stage.manifest(ctx.commit(files))
    with pytest.raises((ValueError, StageFailure)):
        Network.load(run_stage.store, manifest)
    assert not Trap.sprung


def test_joining_multiplies_shares_and_leaves_out_the_rest() -> None:
    pair, single = fresh(parts=2), fresh()
    joined = join((pair, single, single), (0.5, 0.5, 0.0))
    assert joined.shares == pytest.approx((1 / 6, 1 / 3, 0.5))
    assert joined.parts == (*pair.parts, *single.parts)


def test_members_of_different_columns_are_not_joined() -> None:
    with pytest.raises(StageFailure, match="different data sets"):
        join((fresh(CLICKS), fresh(SEQUENCE)), (0.5, 0.5))


def test_zero_weights_are_not_counted() -> None:
    network = fresh()
    (model,) = network.assemble().parts
    layer = model.get_layer("m0_lstm")
    layer.set_weights([np.zeros_like(array) for array in layer.get_weights()])
    zeros = sum(array.size for array in layer.get_weights())
    total = sum(np.count_nonzero(array) for array in network.parts[0].arrays)
    biases_of_zero = 3 * 8  # all but the forget gate's
    assert network.with_weights_of([model]).nonzero == total - zeros + biases_of_zero


def committed(bench: Bench, network: Network) -> Any:
    ctx = bench.context(bench.task("train", TRAIN))
    return ctx.commit(network.save(ctx))


class Trap:
    """Would run code when unpickled."""

    sprung = False

    def __reduce__(self) -> Any:
        return (setattr, (Trap, "sprung", True))


def test_the_trap_works() -> None:
    pickle.loads(pickle.dumps(Trap()))
    assert Trap.sprung
    Trap.sprung = False
