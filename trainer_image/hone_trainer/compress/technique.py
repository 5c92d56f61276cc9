"""What every technique of compression is: parameters, and what it does at one of three moments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hone_trainer.contract.spec import Spec
from hone_trainer.contract.stage import Tell

if TYPE_CHECKING:
    from hone_trainer.dataset.dataset import Dataset
    from hone_trainer.models.network import Network


class Technique(Spec):
    """A way to make a model smaller or faster.

    It may act at three moments and leaves alone those that do not concern it: on the network,
    where it may train; on the Keras graph, on its way to a file; on the LiteRT converter.
    """

    def training(self) -> float:
        """Say how many epochs of training it takes, for whoever reckons the time that is left."""
        return 0.0

    def apply(self, network: Network, data: Dataset, tell: Tell) -> Network:  # noqa: ARG002
        """Return the compressed network; the one that came in stays as it was.

        Args:
            network: what is compressed.
            data: rows to train on, where training is needed.
            tell: called in long loops.

        Raises:
            StageFailure: the technique did not reach what it promises.
        """
        return network

    def rewrite(self, model: Any) -> Any:
        """Return the Keras graph to export: the same inputs and outputs, cheaper inside."""
        return model

    def configure(self, converter: Any) -> None:  # noqa: ARG002
        """Set options of the ``tf.lite.TFLiteConverter``."""
        return
