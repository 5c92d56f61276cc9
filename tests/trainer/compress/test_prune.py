"""Pruning: the zeros that were promised, where they were promised."""

import numpy as np
import pytest

from hone_trainer.compress import retraining
from hone_trainer.compress.techniques.prune import Prune
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.schema import Schema
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.metrics.metric import Metric
from hone_trainer.metrics.squared_errors import Rmse
from hone_trainer.models.network import Network
from hone_trainer.tasks.scoring import score
from tests.trainer.networks import BOTH, CLICKS, SPENDING, Drawn, fresh, quiet, trained

pytestmark = [pytest.mark.tensorflow, pytest.mark.slow]


@pytest.mark.parametrize("sparsity", [0.3, 0.8])
def test_recurrent_kernels_are_sparse_and_the_rest_is_not(sparsity: float) -> None:
    from hone_trainer.tasks.head import is_head

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
        elif is_head(layer):
            assert np.count_nonzero(weights[0]) == weights[0].size
    assert pruned.shares == network.shares
    unchanged = [array for part in network.parts for array in part.arrays]
    assert all(np.array_equal(a, b) for a, b in zip(before, unchanged, strict=True))
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


def loss_of(network: Network, metric: Metric, schema: Schema) -> float:
    """The figure on the rows that it was trained on."""
    rows, target = Drawn(schema).read("train"), network.schema.targets[0]
    blocks = (block[target.name] for block in network.answer(rows.features))
    return metric.value(score(target.how, rows.targets[target.name], blocks))


@pytest.mark.parametrize(("schema", "metric"), [(CLICKS, LogLoss()), (SPENDING, Rmse())])
def test_pruning_heals(schema: Schema, metric: Metric) -> None:
    network = trained(schema, epochs=8)
    pruned = Prune(sparsity=0.5, epochs=3).apply(network, Drawn(schema), quiet)
    before = loss_of(network, metric, schema)
    assert loss_of(pruned, metric, schema) < before + 0.05
    assert before < 0.6


def test_pruning_trains_for_all_targets() -> None:
    network, told = fresh(BOTH), list[float]()

    def tell(fraction: float, message: str) -> None:
        told.append(float(message.rpartition(" ")[2]))

    pruned = Prune(sparsity=0.5, epochs=6).apply(network, Drawn(BOTH), tell)
    assert np.mean(told[-20:]) < np.mean(told[:20])
    answered = list(pruned.answer(Drawn(BOTH).read("test").features))
    assert set(answered[0]) == {"clicked", "spent"}


def test_a_schedule_that_misses_its_steps_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorflow_model_optimization.sparsity import keras as sparsity

    late = sparsity.ConstantSparsity(0.9, begin_step=10_000)
    monkeypatch.setattr(sparsity, "PolynomialDecay", lambda *_, **__: late)
    with pytest.raises(StageFailure) as caught:
        Prune(sparsity=0.9, epochs=1).apply(fresh(), Drawn(rows=100), quiet)
    assert caught.value.reason == "SparsityNotReached"


def test_a_diverged_loss_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retraining, "LEARNING_RATE", float("nan"))
    with pytest.raises(StageFailure) as caught:
        Prune(epochs=1).apply(fresh(), Drawn(rows=100), quiet)
    assert caught.value.reason == "TrainingDiverged"
