"""Weights that share few values: as few as promised, and no zero is lost."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone_trainer.compress.techniques.cluster import Cluster
from hone_trainer.compress.techniques.prune import Prune
from hone_trainer.compress.tied_weights import TiedWeights, labelled
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.metrics.log_loss import LogLoss
from hone_trainer.models.network import Network
from tests.trainer.compress.test_prune import loss_of
from tests.trainer.networks import CLICKS, Drawn, quiet, trained


@given(st.lists(st.floats(-3, 3, width=16), min_size=1, max_size=60), st.integers(2, 8))
def test_numbers_go_to_as_many_clusters_and_equal_ones_to_the_same(
    values: list[float], clusters: int
) -> None:
    drawn = np.array(values, np.float32)
    labels = labelled(drawn, clusters)
    assert set(labels) <= set(range(clusters + 1))
    assert len(set(labels)) <= clusters
    for value in set(values):
        assert len(set(labels[drawn == np.float32(value)])) == 1
    if len(set(values)) < clusters:
        assert len(set(labels)) == len({float(v) for v in drawn})


@given(st.integers(13, 40), st.integers(2, 8))
def test_zeros_of_pruning_are_a_cluster_that_stays(zeros: int, clusters: int) -> None:
    drawn = np.concatenate([np.zeros(zeros * clusters), np.linspace(-1, 1, 12)])
    labels = labelled(drawn, clusters)
    assert ((labels == 0) == (drawn == 0)).all()


@pytest.mark.tensorflow
def test_tying_gives_each_cluster_its_mean() -> None:
    from hone_trainer.backend.keras import tf

    variable = tf.Variable([[0.0, 1.0], [1.2, 0.0], [0.0, -3.0]])
    tied = TiedWeights.of(variable, 3)
    tied.tie()
    np.testing.assert_allclose(variable.numpy(), np.array([[0, 1.1], [1.1, 0], [0, -3]]), atol=1e-6)
    variable.assign_add([[5.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    tied.tie()
    np.testing.assert_allclose(variable.numpy(), np.array([[0, 1.6], [1.6, 0], [0, -3]]), atol=1e-6)


def kernels(network: Network, kind: str) -> list[Any]:
    layers = (layer for layer in network.build().layers if type(layer).__name__ == kind)
    return [array for layer in layers for array in layer.get_weights() if array.ndim > 1]


@pytest.mark.tensorflow
@pytest.mark.slow
@pytest.mark.parametrize("tables", [False, True])
def test_kernels_take_as_few_values_as_promised_and_heal(tables: bool) -> None:
    network = trained(epochs=8)
    told: list[float] = []
    clustered = Cluster(clusters=8, epochs=3, tables=tables).apply(
        network, Drawn(), lambda fraction, message: told.append(fraction)
    )
    assert all(len(np.unique(kernel)) <= 8 for kernel in kernels(clustered, "LSTM"))
    before, after = kernels(network, "Embedding"), kernels(clustered, "Embedding")
    for old, new in zip(before, after, strict=True):
        assert len(np.unique(new)) <= 8 if tables else np.array_equal(old, new)
    lost = loss_of(clustered, LogLoss(), CLICKS) - loss_of(network, LogLoss(), CLICKS)
    assert lost < 0.1
    assert told == sorted(told)
    assert told[-1] == pytest.approx(1)


@pytest.mark.tensorflow
@pytest.mark.slow
def test_what_was_pruned_before_stays_so() -> None:
    pruned = Prune(sparsity=0.6, epochs=2).apply(trained(), Drawn(), quiet)
    clustered = Cluster(clusters=4, epochs=2).apply(pruned, Drawn(), quiet)
    for old, new in zip(kernels(pruned, "LSTM"), kernels(clustered, "LSTM"), strict=True):
        assert (new[old == 0] == 0).all()
        assert len(np.unique(new)) <= 4


@pytest.mark.tensorflow
def test_a_model_without_kernels_is_refused() -> None:
    from hone_trainer.models import AnyModel
    from hone_trainer.models.network import Part

    linear = AnyModel.model_validate({"generic": {"linear": {}}})
    with pytest.raises(StageFailure) as caught:
        Cluster(epochs=1).apply(Network(CLICKS, (Part(linear),)), Drawn(rows=100), quiet)
    assert caught.value.reason == "NothingToCluster"
