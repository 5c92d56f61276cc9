"""Pruning: the zeros that were promised, where they were promised."""

import numpy as np
import pytest

from hone_trainer.compress.techniques import prune
from hone_trainer.compress.techniques.prune import Prune
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.metrics.scores import log_loss
from tests.trainer.networks import Drawn, fresh, quiet, trained

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@pytest.mark.parametrize("sparsity", [0.3, 0.8])
def test_recurrent_kernels_are_sparse_and_the_rest_is_not(sparsity: float) -> None:
    network = trained(parts=2)
    before = [array.copy() for part in network.parts for array in part.arrays]
    told: list[float] = []
    pruned = Prune(sparsity=sparsity, epochs=2).apply(
        network, Drawn(), lambda fraction, message: told.append(fraction)
    )
    after = pruned.build()
    for layer in after.layers:
        weights = layer.get_weights()
        if layer.__class__.__name__ == "LSTM":
            zeros = [1 - np.count_nonzero(kernel) / kernel.size for kernel in weights[:2]]
            assert zeros == pytest.approx([sparsity] * 2, abs=0.01)
        elif layer.__class__.__name__ == "Embedding":
            assert np.array_equal(
                weights[0], network.build().get_layer(layer.name).get_weights()[0]
            )
        elif layer.name == "average":
            assert weights[0][:, 0] == pytest.approx(network.shares)
    unchanged = [array for part in network.parts for array in part.arrays]
    assert all(np.array_equal(a, b) for a, b in zip(before, unchanged, strict=True))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def test_pruning_heals() -> None:
    network, rows = trained(epochs=8), Drawn().read("train")
    labels = rows.labels[:, 0]
    pruned = Prune(sparsity=0.5, epochs=3).apply(network, Drawn(), quiet)
    before = log_loss(labels, network.predict(rows.features))
    assert log_loss(labels, pruned.predict(rows.features)) < before + 0.05


def test_a_schedule_that_misses_its_steps_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorflow_model_optimization.sparsity import keras as sparsity

    late = sparsity.ConstantSparsity(0.9, begin_step=10_000)
    monkeypatch.setattr(sparsity, "PolynomialDecay", lambda *_, **__: late)
    with pytest.raises(StageFailure) as caught:
        Prune(sparsity=0.9, epochs=1).apply(fresh(), Drawn(rows=100), quiet)
    assert caught.value.reason == "SparsityNotReached"


def test_a_diverged_loss_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prune, "LEARNING_RATE", float("nan"))
    with pytest.raises(StageFailure) as caught:
        Prune(epochs=1).apply(fresh(), Drawn(rows=100), quiet)
    assert caught.value.reason == "TrainingDiverged"
