"""Fuse: several models to one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from hone_trainer.contract.figures import decimal
from hone_trainer.contract.stage import Product, Stage
from hone_trainer.fuse.fusions import AnyFusion
from hone_trainer.fuse.members import FIELD, Members, opened

if TYPE_CHECKING:
    from pathlib import Path

    from hone_trainer.contract.assignment import Report
    from hone_trainer.fuse.ensemble_weights import Settled
    from hone_trainer.fuse.fusion import Member
    from hone_trainer.pod.context import Context
    from hone_trainer.tasks.task import Task


class Fuse(AnyFusion, Stage):
    """Several models to one: never worse than the best of them on the validation part."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"

    members: Members | None = None
    """What is fused: stages of this job and earlier runs, in any number and of any model. Where
    nothing is said, all members of the latest stage that made any."""

    def takes(self) -> tuple[str, ...]:
        """See ``Stage.takes``."""
        return tuple(member.stage for member in self.members or () if member.stage is not None)

    def paths(self) -> tuple[str, ...]:
        """Return where the earlier runs are."""
        return tuple(member.uri for member in self.members or () if member.uri is not None)

    def reads(self, store: Any) -> Sequence[str]:
        """Say what the earlier runs hold that are fused."""
        from hone_trainer.train.earlier import Earlier

        return tuple(Earlier.find(uri, store, FIELD).content for uri in self.paths())

    def look(self, store: Any) -> None:
        """See that the earlier runs are there."""
        self.reads(store)

    def run(self, ctx: Context) -> Report:
        """Learn each member's share on the validation part and join the members to one network.

        Where the best member alone is better than all together, it goes on alone.

        Raises:
            StageFailure: the members were trained on different columns (SchemaMismatch), or one
                answers with something that is no number (AnswersNotFinite).
        """
        import numpy as np

        from hone_trainer.dataset.dataset import Dataset
        from hone_trainer.fuse.ensemble_weights import settle
        from hone_trainer.fuse.fusion import Answered
        from hone_trainer.models.network import join
        from hone_trainer.tasks.scoring import finite, joined

        members = opened(self.members, ctx)
        rows = Dataset.of(ctx).read("validation")
        target = members[0].schema.targets[0]
        answers = []
        for k, member in enumerate(members):
            ctx.progress(k / len(members), f"answering with member {k} of {len(members)}")
            blocks = (block[target.name] for block in member.answer(rows.features))
            answers.append(_kept(blocks, len(rows), ctx.work / f"member{k}"))
        answered = Answered(target.how, rows.targets[target.name], tuple(answers))
        with finite("a member"):
            settled = settle(self.value.fit(answered), answered)
        network = join(members, settled.shares)
        if settled.alone is None and len(members) > 1 and target.how.calibrates:
            (joint,) = joined(answered.joint(np.asarray(settled.shares)))
            network = network.calibrated(rows, {target.name: joint})
        return ctx.commit(
            files=network.save(ctx),
            facts={"shares": list(settled.shares), "undefined": _undefined(settled)},
            metrics=_metrics(settled),
            message=_explain(settled, target.how),
        )


def _kept(blocks: Iterator[Member], rows: int, folder: Path) -> Member:
    """Keep a member's answers in files: of many items, they are larger than memory."""
    import numpy as np

    folder.mkdir(parents=True, exist_ok=True)
    found: Member = {}
    start = 0
    for block in blocks:
        for name, values in block.items():
            if name not in found:
                shape = (rows, *values.shape[1:])
                found[name] = np.lib.format.open_memmap(
                    folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=shape
                )
            found[name][start : start + len(values)] = values
        start += len(next(iter(block.values())))
    return found


def _metrics(settled: Settled) -> dict[str, float]:
    """Return the figures of the fused network, and the leading one of each member."""
    found = {_name("val", name): each.value for name, each in settled.joint.items()}
    leading = next(iter(settled.joint))
    for k, member in enumerate(settled.members):
        found[_name(f"member{k}Val", leading)] = member[leading].value
    return {name: value for name, value in found.items() if value is not None}


def _undefined(settled: Settled) -> dict[str, str]:
    """Return why figures of the fused network are not defined, by their names."""
    return {name: each.reason for name, each in settled.joint.items() if each.value is None}


def _name(prefix: str, figure: str) -> str:
    return f"{prefix}{figure[0].upper()}{figure[1:]}"


def _explain(settled: Settled, task: Task) -> str:
    metric = next(task.metrics())
    values = [member[metric.name].value for member in settled.members]
    if len(values) == 1:
        return "one member only: it goes on as it is"
    if settled.alone is not None:
        return (
            f"together the members are worse than member {settled.alone} "
            f"({metric.heading} {_figure(values[settled.alone])}), which goes on alone"
        )
    shares = ", ".join(f"{share:.3f}" for share in settled.shares)
    known = [value for value in values if value is not None]
    best = (max if metric.higher_is_better else min)(known) if known else None
    return (
        f"{len(values)} members with shares {shares}: validation {metric.heading} "
        f"{_figure(settled.joint[metric.name].value)}, best member {_figure(best)}"
    )


def _figure(value: float | None) -> str:
    return "not defined" if value is None else decimal(value)
