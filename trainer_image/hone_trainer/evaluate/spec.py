"""Evaluate: the figures of the model on the test part, and the gates they must pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.compress.spec import FLOAT_MODEL, MODEL
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule, Words
from hone_trainer.contract.stage import Product, Stage, latest, several
from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.gates import judge
from hone_trainer.evaluate.page import render
from hone_trainer.metrics.unknowns import say

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.pod.context import Context
    from hone_trainer.rows.dataset import Rows
    from hone_trainer.store.manifest import Manifest


class Gate(Words):
    """A bound that a figure must keep."""

    rules = (Rule("has(self.atLeast) != has(self.atMost)", "set exactly one of atLeast, atMost"),)

    metric: Literal["accuracy", "auc", "logLoss"]
    """The figure."""
    at_least: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Its lower bound."""
    at_most: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Its upper bound."""

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("set exactly one of atLeast, atMost")
        return self


class Evaluate(Stage):
    """The figures of the model on the test part, and the gates they must pass."""

    needs: ClassVar[tuple[Product, ...]] = ("dataset", "model")

    require: Annotated[tuple[Gate, ...], Field(max_length=16)] = ()
    """Gates: the job fails where one is not passed."""

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that one model comes in."""
        source = latest(earlier, "model")
        if source and (message := several("evaluate", len(source.gangs()))):
            yield message

    def run(self, ctx: Context) -> Report:
        """Measure the file that ships, on the test part; write the report; judge the gates.

        Where no compress stage came before, the network itself is measured.

        Raises:
            StageFailure: a gate was not passed (GateFailed), or there are several models.
        """
        from hone_trainer.rows.dataset import Dataset

        manifest = self._only(ctx)
        rows = Dataset.of(ctx).read("test")
        ctx.progress(0.2, f"measuring {manifest.stage} on {len(rows)} test rows")
        evaluation = self._measure(ctx, manifest, rows)
        files = (
            ctx.write("report.html", render(evaluation).encode(), "html"),
            ctx.write("evaluation.json", json.dumps(evaluation.row(), indent=1).encode(), "json"),
        )
        if evaluation.failed:
            # No manifest: a committed output would make the next attempt succeed.
            failed = "; ".join(str(verdict) for verdict in evaluation.failed)
            raise StageFailure("GateFailed", f"{failed}. The report is at {files[0].uri}")
        return ctx.commit(
            files=files,
            facts={"evaluation": evaluation.row()},
            metrics=evaluation.metrics(),
            message=f"{len(self.require)} of {len(self.require)} gates passed",
            cautions=say(evaluation.gaps),
            show=tuple(file.name for file in files),
        )

    def _only(self, ctx: Context) -> Manifest:
        sources = ctx.sources("model")
        if message := several("evaluate", len(sources)):
            raise StageFailure("SeveralModels", message)
        return ctx.manifest(sources[0])

    def _measure(self, ctx: Context, manifest: Manifest, rows: Rows) -> Evaluation:
        from hone_trainer.metrics.paired_intervals import accuracy_difference
        from hone_trainer.metrics.scores import measure, unknown
        from hone_trainer.models.litert import LiteModel
        from hone_trainer.models.network import Network

        labels = rows.labels[:, 0]
        known: dict[str, Any] = {"job": ctx.task.job, "rows": len(rows), "history": _history(ctx)}
        if MODEL in {file.name for file in manifest.files}:
            shipped, before = (
                LiteModel(ctx.store.fetch(manifest.file(name))).predict(rows.features)
                for name in (MODEL, FLOAT_MODEL)
            )
            known |= {
                "shipped": MODEL,
                "float_figures": measure(labels, before),
                "compression": manifest.facts.get("compression"),
            }
            if change := accuracy_difference(labels, before, shipped):
                known["accuracy_change"] = (change.estimate, change.low, change.high)
        else:
            shipped = Network.load(ctx.store, manifest).predict(rows.features)
            known["shipped"] = f"the float network of stage {manifest.stage}"
        figures, gaps = measure(labels, shipped), unknown(labels, shipped, "test")
        verdicts = judge(self.require, figures, gaps)
        return Evaluation(figures=figures, gaps=gaps, verdicts=verdicts, **known)


def _history(ctx: Context) -> tuple[tuple[float, ...], ...]:
    """Read what the train stages noted after each epoch; empty where they noted nothing."""
    manifests = (ctx.manifest(source) for source in ctx.task.sources if source.kind == "train")
    histories = (manifest.facts.get("history", ()) for manifest in manifests)
    lines = (tuple(e["valAccuracy"] for e in epochs if "valAccuracy" in e) for epochs in histories)
    return tuple(line for line in lines if line)
