"""Compress: a model to a smaller one, within a budget of quality."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.compress.candidate_selection import (
    Limit,
    Trial,
    choose,
    explain,
    summarize,
)
from hone_trainer.compress.search import CandidateSearch, Plan, following
from hone_trainer.compress.techniques import AnyTechnique
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.contract.stage import Product, Stage, latest, several
from hone_trainer.metrics import MetricName, named
from hone_trainer.metrics.fitting import PERCENT, misfit

if TYPE_CHECKING:
    from hone_trainer.compress.technique import Technique
    from hone_trainer.compress.trials import Trials
    from hone_trainer.contract.assignment import Report
    from hone_trainer.metrics.fitting import Targets
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.models.network import Network
    from hone_trainer.pod.context import Context

MODEL = "model.tflite"
"""The file that ships."""
FLOAT_MODEL = "float.tflite"
"""The model that came in, in the same format: what the shipped one is compared with."""
TABLE = "compression.json"
"""Before and after, for every candidate."""
ONE = "set one of candidates, search"
RELATIVE = 0.005
"""Share of a figure that may be lost where nothing is said."""


SEARCHED = 6
"""Candidates that a search tries, about."""


class Budget(Spec):
    """What compression may cost, measured on the validation part."""

    rules = (
        Rule(
            "!has(self.maxDrop) || !has(self.maxRelativeDrop)",
            "set one of maxDrop, maxRelativeDrop",
        ),
    )

    metric: MetricName | None = None
    """The figure that is watched; the task's leading one where nothing is said."""
    max_drop: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    """By how much it may get worse, in its own unit."""
    max_relative_drop: Annotated[float, Field(ge=0, le=1)] | None = None
    """By which share of its value it may get worse; .005 where neither is said."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.max_drop is not None and self.max_relative_drop is not None:
            raise ValueError("set one of maxDrop, maxRelativeDrop")
        return self

    def unbounded(self, metric: Metric) -> str:
        """Say why all could be lost within the budget; empty where it could not."""
        low, high = metric.limits
        most = self.max_drop
        if most is None or most < high - low:
            return ""
        percent = f"for {most:g} % write {most / PERCENT:g}"
        remedy = percent if most < PERCENT else "set a smaller one"
        message = (
            f"{metric.name} lies between {low:g} and {high:g}, so {most:g} would allow any loss"
        )
        return f"compress.budget.maxDrop: {message}: {remedy}"

    def limit(self, metric: Metric, value: float) -> Limit:
        """Return the bound for a float model with such a figure."""
        share = RELATIVE if self.max_relative_drop is None else self.max_relative_drop
        most = share * abs(value) if self.max_drop is None else self.max_drop
        return Limit(metric, most)


class Candidate(Spec):
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

    @property
    def named(self) -> tuple[str, tuple[Technique, ...]]:
        """Its name, and its techniques as they are applied."""
        return self.name, tuple(each.value for each in self.techniques)


class Compress(Stage):
    """A model to the best of several smaller ones, within a budget of quality."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")
    makes: ClassVar[Product | None] = "model"
    rules = (Rule("has(self.candidates) != has(self.search)", ONE),)

    budget: Budget = Budget()
    """What compression may cost."""
    candidates: Annotated[tuple[Candidate, ...], Field(min_length=1, max_length=64)] | None = None
    """What is tried, all of it."""
    search: CandidateSearch | None = None
    """Let what is tried follow from what was found so far, instead of ``candidates``."""
    prefer: Literal["size", "latency"] = "size"
    """What makes a candidate within the budget the best one."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.candidates is None) == (self.search is None):
            raise ValueError(ONE)
        return self

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that one model comes in, and that it has the figure that is watched."""
        source = latest(earlier, "model")
        if source and (message := several("compress", len(source.gangs()))):
            yield message
        dataset = latest(earlier, "dataset")
        targets = dataset.targets() if dataset else None
        if targets is not None and (message := self._misfit(targets)):
            yield message

    def _misfit(self, targets: Targets) -> str:
        """Say why the figure of the budget cannot be watched; empty where it can."""
        if self.budget.metric is None:
            return ""
        message = misfit("compress.budget", self.budget.metric, None, targets)
        return message or self.budget.unbounded(named(self.budget.metric))

    def usual_seconds(self) -> float:
        """Return what the candidates take, and the converter to start."""
        return 8.0 + 5.0 * (len(self.candidates) if self.candidates else SEARCHED)

    def run(self, ctx: Context) -> Report:
        """Export the model as it came and candidates; measure all; keep the best that may be.

        Where no candidate is within the budget the float model goes on, and the message says why.

        Raises:
            StageFailure: the model itself cannot be exported, or answers with something that is
                no number (AnswersNotFinite).
        """
        from hone_trainer.compress.trials import Trials
        from hone_trainer.dataset.dataset import Dataset
        from hone_trainer.models.network import Network

        network, data = self._only(Network.members(ctx)), Dataset.of(ctx)
        target = network.schema.targets[0]
        if message := self._misfit({target.name: target.how.figured}):
            raise StageFailure("WrongFigure", message)
        metric = named(self.budget.metric) if self.budget.metric else next(target.how.metrics())
        tried = Trials(network, data, metric, ctx.progress)
        tried.attempt([each.named for each in self.candidates or ()])
        limit = self.budget.limit(metric, (tried.trials[0].figures or {}).get(metric.name, 0.0))
        if self.search is not None:
            self._search(self.search, tried, network, limit)
        chosen = choose(tried.trials[1:], limit, self.prefer) + 1
        return self._commit(ctx, tried, chosen, limit)

    def _search(
        self, search: CandidateSearch, tried: Trials, network: Network, limit: Limit
    ) -> None:
        """Try what follows from what was found, as long as anything does."""
        from hone_trainer.compress.kernels import shares_of

        found: dict[Plan, Trial] = {}
        how = shares_of(network), search, self.prefer
        while plans := following(found, tried.trials[0], limit, *how):
            candidates = [
                Candidate.model_validate({"techniques": plan.techniques(search.epochs)})
                for plan in plans
            ]
            found |= zip(plans, tried.attempt([each.named for each in candidates]), strict=True)
        tried.race()

    def _only(self, networks: tuple[Network, ...]) -> Network:
        if message := several("compress", len(networks)):
            raise StageFailure("SeveralModels", message)
        if networks[0].chunked:
            message = "the tables are stored in pieces: no single LiteRT file holds them"
            remedy = "leave compress out, or lower embedding or prepare.columns[].id.buckets"
            raise StageFailure("ModelTooLarge", f"{message}; {remedy}")
        return networks[0]

    def _commit(self, ctx: Context, tried: Trials, chosen: int, limit: Limit) -> Report:
        trials, exports = tried.trials, tried.exports
        message = explain(trials[1:], chosen - 1, limit)
        table = {
            "metric": limit.metric.name,
            "title": limit.metric.heading,
            "maxDrop": limit.most,
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
            metrics=summarize(trials[0], trials[chosen], limit.metric),
            message=message,
            cautions=() if chosen else (f"{message}.",),
            show=(MODEL, TABLE),
        )
