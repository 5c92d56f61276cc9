"""The average of members: their answers to the validation part, and what came of joining them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.figures import decimal
from hone_trainer.dataset.dataset import Dataset
from hone_trainer.fuse.ensemble_weights import Settled, settle
from hone_trainer.fuse.fusion import NO_VOTES, Answered
from hone_trainer.models.joining import join
from hone_trainer.models.network import Network
from hone_trainer.tasks.scoring import NotFinite, finite, joined, score

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from hone_trainer.contract.assignment import Report
    from hone_trainer.dataset.dataset import Rows
    from hone_trainer.fuse.fusion import Fusion, Member
    from hone_trainer.pod.context import Context
    from hone_trainer.tasks.task import Task

CLOCK = "fitSeconds"
"""The fact that says what fitting took."""
DIGITS = 4
"""Of a share with which a training starts: pods whose last bits differ start alike."""


@dataclass(frozen=True)
class Average:
    """Members, how they answered, and the share of each that is used."""

    members: tuple[Network, ...]
    rows: Rows
    """The validation part."""
    answered: Answered
    fitted: tuple[float, ...]
    """What the fusion has learned."""
    settled: Settled
    """The same, where it does no harm."""
    seconds: float = 0.0
    """What answering and fitting took."""

    @classmethod
    def of(cls, fusion: Fusion, members: tuple[Network, ...], ctx: Context) -> Average:
        """Let members answer the validation part, and learn their shares on it.

        Raises:
            StageFailure: one answers with something that is no number (AnswersNotFinite); votes
                are to be counted, and answers are none (NothingToVoteOn).
        """
        began = time.monotonic()
        rows = Dataset.of(ctx).read("validation")
        target = members[0].schema.targets[0]
        answers = []
        for k, member in enumerate(members):
            ctx.progress(k / len(members), f"answering with member {k} of {len(members)}")
            blocks = (block[target.name] for block in member.answer(rows.features))
            with finite(f"member {k}"):
                answers.append(_kept(blocks, len(rows), ctx.work / f"member{k}"))
        voting = fusion.counts
        if voting in NO_VOTES and voting not in target.how.votings:
            raise StageFailure("NothingToVoteOn", NO_VOTES[voting].format(target.name))
        told = target.how, rows.targets[target.name], tuple(answers), voting
        answered = Answered(*told)
        with finite("a member"):
            fitted = fusion.fit(answered)
            settled = settle(fitted, answered)
        return cls(members, rows, answered, fitted, settled, time.monotonic() - began)

    def on(self, chosen: NDArray[np.intp]) -> Average:
        """Return the same of some of the rows, with the shares as they are."""
        answered = replace(
            self.answered,
            targets=self.answered.targets.take(chosen),
            members=tuple({n: v[chosen] for n, v in m.items()} for m in self.answered.members),
        )
        task, targets, shares = answered.task, answered.targets, np.asarray(self.settled.shares)
        each = tuple(score(task, targets, answered.alone(k)) for k in range(len(self.members)))
        joint = score(task, targets, answered.joint(shares))
        settled = replace(self.settled, scored=joint, each=each)
        return replace(self, rows=self.rows.take(chosen), answered=answered, settled=settled)

    @property
    def start(self) -> Network:
        """The network that a training starts from: all members, whatever each is worth."""
        kept = self.answered.scaled(np.maximum(self.fitted, 10.0**-DIGITS))
        return join(self.members, [round(share, DIGITS) for share in kept])

    @property
    def best(self) -> Settled:
        """The best member alone."""
        return self.settled.best

    @property
    def network(self) -> Network:
        """The network that is best on the validation part without training."""
        shares = self.answered.scaled(np.asarray(self.settled.shares))
        network = join(self.members, shares, voting=self.answered.voting)
        task, target = self.answered.task, network.schema.targets[0]
        if self.settled.alone is not None or len(self.members) == 1 or not task.calibrates:
            return network
        (joint,) = joined(self.answered.joint(np.asarray(self.settled.shares)))
        return network.calibrated(self.rows, {target.name: joint})

    def commit(self, ctx: Context) -> Report:
        """Write that network, and say how it came about."""
        return ctx.commit(
            files=self.network.save(ctx),
            facts=self.facts,
            metrics=self.metrics,
            message=explain(self.settled, self.answered.task),
            aside=(CLOCK,),
        )

    @property
    def facts(self) -> dict[str, object]:
        """The share of each member, why figures of all together are not defined, and a clock."""
        unknown = {n: each.reason for n, each in self.settled.joint.items() if each.value is None}
        shares = list(self.settled.shares)
        return {"shares": shares, "undefined": unknown, CLOCK: self.seconds}

    @property
    def metrics(self) -> dict[str, float]:
        """The figures of all together, and the leading one of each member."""
        settled = self.settled
        found = {figure_name("val", name): each.value for name, each in settled.joint.items()}
        return {n: v for n, v in found.items() if v is not None} | self.alone

    @property
    def alone(self) -> dict[str, float]:
        """The leading figure of each member."""
        leading = next(iter(self.settled.joint))
        each = (member[leading].value for member in self.settled.members)
        named = {figure_name(f"member{k}Val", leading): value for k, value in enumerate(each)}
        return {name: value for name, value in named.items() if value is not None}


def _kept(blocks: Iterator[Member], rows: int, folder: Path) -> Member:
    """Keep a member's answers in files: of many items, they are larger than memory.

    Raises:
        NotFinite: one of them is no number.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found: Member = {}
    start = 0
    for block in blocks:
        for name, values in block.items():
            if not np.isfinite(values).all():
                raise NotFinite(f"its {name}")
            if name not in found:
                shape = (rows, *values.shape[1:])
                found[name] = np.lib.format.open_memmap(
                    folder / f"{name}.npy", mode="w+", dtype=np.float32, shape=shape
                )
            found[name][start : start + len(values)] = values
        start += len(next(iter(block.values())))
    return found


def figure_name(prefix: str, figure: str) -> str:
    """Return what a figure is called in a status."""
    return f"{prefix}{figure[0].upper()}{figure[1:]}"


def explain(settled: Settled, task: Task) -> str:
    """Say in a sentence what came of joining the members."""
    metric = next(task.metrics())
    values = [member[metric.name].value for member in settled.members]
    if len(values) == 1:
        return "one member only: it goes on as it is"
    if settled.alone is not None:
        return (
            f"together the members are worse than member {settled.alone} "
            f"({metric.heading} {figure(values[settled.alone])}), which goes on alone"
        )
    shares = ", ".join(f"{share:.3f}" for share in settled.shares)
    best = settled.best
    worth, most = (each.joint[metric.name].value for each in (settled, best))
    said = (
        f"{len(values)} members with shares {shares}: validation {metric.heading} "
        f"{figure(worth)}, best member {figure(most)}"
    )
    if worth is None or most is None or metric.harm(most, worth) <= 0:
        return said
    other = next(m for m in task.metrics() if m.chooses and m.name != metric.name)
    old, new = (each.joint[other.name].value for each in (best, settled))
    apart = f"{other.heading} {figure(new)} against {figure(old)}"
    return f"{said}: a difference within the noise; {apart}"


def figure(value: float | None) -> str:
    """Return a figure as a sentence has it."""
    return "not defined" if value is None else decimal(value)
