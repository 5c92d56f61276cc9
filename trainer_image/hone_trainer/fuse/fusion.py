"""What every fusion is: a way to make one prediction from those of several members."""

from typing import Any

from hone_trainer.contract.spec import Words


class Fusion(Words):
    """A way to make one prediction from those of several members."""

    def fit(self, predictions: Any, labels: Any) -> tuple[float, ...]:
        """Learn one weight per member.

        Args:
            predictions: array (members, rows) of probabilities on the validation part.
            labels: array (rows,) of 0 and 1.

        Returns:
            Weights, not negative, of sum 1.
        """
        raise NotImplementedError
