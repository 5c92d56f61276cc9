"""Compress: a model to a smaller one, within a budget of accuracy."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from hone_trainer.compress.candidate_selection import Trial, choose, explain, summarize
from hone_trainer.compress.techniques import AnyTechnique
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Words
from hone_trainer.contract.stage import Product, Stage, latest, several

if TYPE_CHECKING:
    from hone_trainer.compress.candidates import Export
    from hone_trainer.contract.assignment import Report
    from hone_trainer.models.network import Network
    from hone_trainer.pod.context import Context

MODEL = "model.tflite"
"""The file that ships."""
FLOAT_MODEL = "float.tflite"
"""The model that came in, in the same format: what the shipped one is compared with."""
TABLE = "compression.json"
"""Before and after, for every candidate."""
MAKING = 0.9
"""Share of the time that goes into candidates; the rest measures them."""


class Budget(Words):
    """What compression may cost, measured on the validation part."""

    metric: Literal["accuracy", "auc"] = "accuracy"
    """The figure that is watched."""
    max_drop: Annotated[float, Field(ge=0, le=1)] = 0.005
    """How far it may fall below that of the model that came in."""


class Candidate(Words):
    """Techniques that are applied one after the other."""

    techniques: Annotated[tuple[AnyTechnique, ...], Field(min_length=1, max_length=8)]
    """Techniques, in this order."""

    @property
    def name(self) -> str:
        """What people call it: ``prune(sparsity=0.8, epochs=2) + quantize(mode=int8)``."""
        return " + ".join(
            f"{t.kind}({', '.join(f'{key}={value}' for key, value in t.value.dump().items())})"
            for t in self.techniques
        )


class Compress(Stage):
    """A model to the best of several smaller ones, within a budget of accuracy."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"

    budget: Budget = Budget()
    """What compression may cost."""
    candidates: Annotated[tuple[Candidate, ...], Field(min_length=1, max_length=64)]
    """What is tried."""
    prefer: Literal["size", "latency"] = "size"
    """What makes a candidate within the budget the best one."""

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that one model comes in."""
        source = latest(earlier, "model")
        if source and (message := several("compress", len(source.gangs()))):
            yield message

    def run(self, ctx: Context) -> Report:
        """Export the model as it came and each candidate; measure all; keep the best that may be.

        Where no candidate is within the budget the float model goes on, and the message says why.

        Raises:
            StageFailure: the model itself cannot be exported.
        """
        from hone_trainer.compress.candidates import compare, export
        from hone_trainer.models.network import Network
        from hone_trainer.rows.dataset import Dataset

        network, data = self._only(Network.members(ctx)), Dataset.of(ctx)
        named = [(c.name, tuple(t.value for t in c.techniques)) for c in self.candidates]

        def making(fraction: float, message: str) -> None:
            ctx.progress(MAKING * fraction, message)

        def measuring(fraction: float, message: str) -> None:
            ctx.progress(MAKING + (1 - MAKING) * fraction, message)

        exports = export([("float", ()), *named], network, data, making)
        if exports[0].failure:
            raise exports[0].failure
        rows = data.read("validation")
        trials = compare(exports, rows, self.budget.metric, measuring)
        chosen = choose(trials[1:], self.budget.max_drop, self.prefer) + 1
        return self._commit(ctx, exports, trials, chosen)

    def _only(self, networks: tuple[Network, ...]) -> Network:
        if message := several("compress", len(networks)):
            raise StageFailure("SeveralModels", message)
        if networks[0].wide:
            message = "the tables are stored in pieces: no single LiteRT file holds them"
            remedy = "leave compress out, or lower embedding or prepare.columns[].id.buckets"
            raise StageFailure("ModelTooLarge", f"{message}; {remedy}")
        return networks[0]

    def _commit(
        self, ctx: Context, exports: list[Export], trials: list[Trial], chosen: int
    ) -> Report:
        message = explain(trials[1:], chosen - 1, self.budget.metric, self.budget.max_drop)
        table = {
            "metric": self.budget.metric,
            "maxDrop": self.budget.max_drop,
            "prefer": self.prefer,
            "chosen": trials[chosen].name,
            "message": message,
            "float": trials[0].row(),
            "candidates": [trial.row() for trial in trials[1:]],
        }
        files = (
            ctx.write(MODEL, exports[chosen].content, "tflite"),
            ctx.write(FLOAT_MODEL, exports[0].content, "tflite"),
            *exports[chosen].network.save(ctx),
            ctx.write(TABLE, json.dumps(table, indent=1).encode(), "json"),
        )
        return ctx.commit(
            files=files,
            facts={"compression": table},
            metrics=summarize(trials[0], trials[chosen]),
            message=message,
            cautions=() if chosen else (f"{message}.",),
            show=(MODEL, TABLE),
        )
