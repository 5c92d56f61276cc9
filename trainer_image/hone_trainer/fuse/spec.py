"""Fuse: several models to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from hone_trainer.contract.stage import Product, Stage
from hone_trainer.fuse.fusions import AnyFusion

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.ensemble_weights import Settled
    from hone_trainer.pod.context import Context


class Fuse(AnyFusion, Stage):
    """Several models to one: never worse than the best of them on the validation part."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"

    def run(self, ctx: Context) -> Report:
        """Learn each member's share on the validation part and join the members to one network.

        Where the best member alone is more accurate than all together, it goes on alone.

        Raises:
            StageFailure: the members were trained on different columns (SchemaMismatch).
        """
        import numpy as np

        from hone_trainer.fuse.ensemble_weights import settle
        from hone_trainer.metrics.scores import accuracy, measure, unknown
        from hone_trainer.models.network import Network, join
        from hone_trainer.rows.dataset import Dataset

        members = Network.members(ctx)
        rows = Dataset.of(ctx).read("validation")
        labels = rows.labels[:, 0]
        predictions = np.empty((len(members), len(labels)))
        for k, member in enumerate(members):
            ctx.progress(k / len(members), f"predicting with member {k} of {len(members)}")
            predictions[k] = member.predict(rows.features)
        settled = settle(self.value.fit(predictions, labels), predictions, labels)
        accuracies = [accuracy(labels, predicted) for predicted in predictions]
        joint = settled.join(predictions)
        figures = measure(labels, joint)
        network = join(members, settled.shares)
        return ctx.commit(
            files=network.save(ctx),
            facts={
                "shares": list(settled.shares),
                "memberValAccuracy": accuracies,
                "unknown": unknown(labels, joint, "validation"),
            },
            metrics={
                **{
                    f"val{name[0].upper()}{name[1:]}": value
                    for name, value in figures.items()
                    if value is not None
                },
                **{f"member{k}ValAccuracy": value for k, value in enumerate(accuracies)},
            },
            message=_explain(settled, accuracies, accuracy(labels, joint)),
        )


def _explain(settled: Settled, accuracies: list[float], fused: float) -> str:
    if len(accuracies) == 1:
        return "one member only: it goes on as it is"
    if settled.alone is not None:
        return (
            f"together the members are less accurate than member {settled.alone} "
            f"({max(accuracies):.4f}), which goes on alone"
        )
    shares = ", ".join(f"{share:.3f}" for share in settled.shares)
    return (
        f"{len(accuracies)} members with shares {shares}: validation accuracy {fused:.4f}, "
        f"best member {max(accuracies):.4f}"
    )
