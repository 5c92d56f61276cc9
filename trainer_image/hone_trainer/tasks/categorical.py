"""One of the words that training rows hold, classes or items: what such targets have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

from hone_trainer.tasks.task import Reading, Space, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hone_trainer.rows.block import Block
    from hone_trainer.tasks.learned import Array, Calibration, Learned, Targets


class Categorical(Task):
    """One of several words, each with a code. The answer is a probability for each.

    A word that no training row has is code -1: it counts as wrong and is no answer.
    """

    reads: ClassVar[Reading] = "category"
    answers: ClassVar[tuple[str, ...]] = ("probabilities",)
    votings: ClassVar[frozenset[str]] = frozenset({"hard", "ranks"})
    mixes_in: ClassVar[Space] = "mixture"

    objective: Literal["crossEntropy", "squaredError"] = "crossEntropy"
    """What training minimises: softmax cross-entropy, or the squared distance of the probabilities
    from what came (Brier 1950), which forgives a wrong label more and learns more slowly."""

    def summarize(self, block: Block) -> Any:
        """See ``Task.summarize``: the weight of each word."""
        from hone_trainer.tasks.counts import count
        from hone_trainer.tasks.rows import weights_of

        return count(block, self.label, weights_of(self, block))

    def encode(self, block: Block, learned: Learned) -> tuple[Array, Array]:
        """See ``Task.encode``: codes into the words, -1 for one that is none of them."""
        from hone_trainer.tasks.counts import codes
        from hone_trainer.tasks.rows import weights_of

        return codes(block, self.label, learned), weights_of(self, block)

    def bias(self, learned: Learned) -> Array:
        """See ``Task.bias``: the log of each word's share."""
        import numpy as np

        shares: Array = np.log(learned.frequencies)
        return shares

    def outputs(self, logits: Any, learned: Learned, calibration: Calibration) -> dict[str, Any]:  # noqa: ARG002
        """See ``Task.outputs``: ``probabilities`` (batch, words)."""
        from hone_trainer.backend.keras import keras

        if calibration.temperature != 1.0:
            scale = 1 / calibration.temperature
            logits = keras.layers.Rescaling(scale, dtype="float32")(logits)
        return {"probabilities": keras.layers.Softmax(dtype="float32")(logits)}

    def answer(self, logits: Array, learned: Learned, calibration: Calibration) -> dict[str, Array]:  # noqa: ARG002
        """See ``Task.answer``."""
        from hone_trainer.tasks.logits import softmax

        return {"probabilities": softmax(logits / calibration.temperature)}

    def prior(self, learned: Learned, targets: Targets) -> dict[str, Array]:
        """See ``Task.prior``: the shares of the words; rows share the memory of one."""
        import numpy as np

        shares = learned.frequencies
        return {"probabilities": np.broadcast_to(shares, (len(targets.weight), len(shares)))}

    def likelihood(self, targets: Targets, answers: dict[str, Array]) -> Array:
        """See ``Task.likelihood``: 0 for a word that is no answer."""
        import numpy as np

        truth = np.asarray(targets.values).reshape(-1)
        told = answers["probabilities"][np.arange(len(truth)), np.maximum(truth, 0)]
        result: Array = np.where(truth >= 0, told.astype(np.float64), 0.0)
        return result


def first(shares: Array, most: int) -> Iterator[tuple[list[int], list[float]]]:
    """Yield the codes of the largest shares of each row (rows, words), the largest first, and them.

    Of equal shares, the lower code comes first.
    """
    import numpy as np

    most = max(1, min(most, shares.shape[1]))
    if most < shares.shape[1]:
        chosen = np.sort(np.argpartition(-shares, most - 1, axis=1)[:, :most], axis=1)
    else:
        chosen = np.broadcast_to(np.arange(most), shares.shape)
    found = np.take_along_axis(shares, chosen, axis=1)
    order = np.argsort(-found, axis=1, kind="stable")
    chosen, found = (np.take_along_axis(each, order, axis=1) for each in (chosen, found))
    yield from zip(chosen.tolist(), found.tolist(), strict=True)


def first_tensors(shares: Any, learned: Learned, most: int) -> tuple[Any, Any]:
    """Return the words of the largest shares, and these, (rows, most): what ``first`` yields."""
    from hone_trainer.backend.keras import tf

    found, codes = tf.math.top_k(shares, max(1, min(most, shares.shape[1])))
    return tf.gather(tf.constant(learned.keys), codes), found
