"""Evaluate: the figures of the model on the test part, and the gates they must pass."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hone_trainer.compress.spec import FLOAT_MODEL, MODEL, Compress
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.spec import Rule, Spec
from hone_trainer.contract.stage import Product, Stage, latest, several
from hone_trainer.evaluate.course import MEASURED, READ, TRAINED, Answered
from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.gates import COSTS, NO_FILE, costs_of, judge
from hone_trainer.evaluate.origins import Origins
from hone_trainer.evaluate.page import render
from hone_trainer.metrics import MetricName, named
from hone_trainer.metrics.fitting import misfit, out_of_reach
from hone_trainer.metrics.unknowns import say
from hone_trainer.tasks.task import ColumnName

if TYPE_CHECKING:
    from hone_trainer.contract.assignment import Report
    from hone_trainer.dataset.dataset import Dataset, Rows
    from hone_trainer.evaluate.measuring import Beside
    from hone_trainer.metrics.fitting import Targets
    from hone_trainer.metrics.metric import Metric
    from hone_trainer.models.answers import Answers
    from hone_trainer.models.network import Network
    from hone_trainer.pod.context import Context
    from hone_trainer.store.manifest import Manifest


class Gate(Spec):
    """A bound that a figure must keep."""

    rules = (Rule("has(self.atLeast) != has(self.atMost)", "set exactly one of atLeast, atMost"),)

    metric: MetricName
    """The figure, as the status names it: ``auc``, ``ndcg@10``, …; or ``sizeBytes``,
    ``latencyP95Microseconds`` of the file that ships."""
    task: Annotated[str, Field(min_length=1, max_length=63)] | None = None
    """Of which task, where there are several; the first where nothing is said."""
    at_least: Annotated[float, Field(ge=-1e12, le=1e12)] | None = None
    """Its lower bound."""
    at_most: Annotated[float, Field(ge=-1e12, le=1e12)] | None = None
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
    baseline: Literal["linear"] | None = None
    """Train such a model on the same rows, and hold the one that ships against it."""
    by: Annotated[tuple[ColumnName, ...], Field(max_length=4)] = ()
    """Id columns of length 1: tell the leading figure for each of their values, too."""

    formats: Annotated[
        tuple[Literal["savedModel", "onnx", "vectors"], ...],
        Field(max_length=3, json_schema_extra={"x-kubernetes-list-type": "set"}),
    ] = ()
    """What the bundle holds besides: ``savedModel`` answers raw rows in TensorFlow Serving,
    ``onnx`` encoded ones; ``vectors`` are those of the items of a ``nextItem``, and a graph that
    gives that of a row."""

    def check(self, earlier: Sequence[Stage]) -> Iterator[str]:
        """See that one model comes in, and that it has what the gates ask for."""
        source = latest(earlier, "model")
        if source and (message := several("evaluate", len(source.gangs()))):
            yield message
        dataset = latest(earlier, "dataset")
        targets = dataset.targets() if dataset else None
        if targets is not None:
            yield from self._misfits(targets)
        for column in self.by:
            if dataset is not None and dataset.segments(column) is False:
                message = f"evaluate.by names {column!r}, which is no id column of length 1"
                yield f"{message} with a vocabulary in prepare.columns: name another"
        if dataset is not None and "savedModel" in self.formats:
            yield from dataset.no_graph()
        for gate in self.require:
            if gate.metric in COSTS and not any(isinstance(each, Compress) for each in earlier):
                message = f"evaluate.require[].metric: {gate.metric} cannot be known"
                yield f"{message}: {NO_FILE}; put one before it, or leave the gate out"

    def _misfits(self, targets: Targets) -> Iterator[str]:
        """Say which gates ask for figures that cannot be had."""
        for gate in self.require:
            if gate.metric not in COSTS:
                message = misfit("evaluate.require[]", gate.metric, gate.task, targets)
                message = message or _out_of_reach(gate)
                if message:
                    yield message

    def usual_seconds(self) -> float:
        """Return what the test part takes, and a model beside."""
        return 4.0 if self.baseline is None else 8.0

    def run(self, ctx: Context) -> Report:
        """Measure the file that ships, on the test part; write the report; judge the gates.

        Where no compress stage came before, the network itself is measured.

        Raises:
            StageFailure: a gate was not passed (GateFailed), there are several models, or the one
                answers with something that is no number (AnswersNotFinite).
        """
        from hone_trainer.bundle.description import DESCRIPTION
        from hone_trainer.dataset.dataset import Dataset
        from hone_trainer.evaluate.bundling import bundle

        manifest = self._only(ctx)
        data = Dataset.of(ctx)
        rows = data.read("test")
        ctx.progress(READ, f"measuring {manifest.stage} on {len(rows)} test rows")
        evaluation = self._measure(ctx, manifest, data, rows)
        files = (
            ctx.write("report.html", render(evaluation).encode(), "html"),
            ctx.write("evaluation.json", json.dumps(evaluation.row(), indent=1).encode(), "json"),
        )
        cautions = (*evaluation.defeats(), *say(evaluation.gaps()))[:4]
        if evaluation.failed:
            # No manifest: a committed output would make the next attempt succeed.
            failed = "; ".join(str(verdict) for verdict in evaluation.failed)
            found = ctx.found(files, evaluation.metrics(), cautions)
            message = f"{failed}. The report is at {files[0].uri}"
            raise StageFailure("GateFailed", message, found=found)
        ctx.progress(MEASURED, "writing the bundle")
        bundled, why_not = bundle(ctx, manifest, data, evaluation, self.formats)
        cautions = (*cautions, *why_not)
        gates = len(self.require)
        described = [file.name for file in bundled if file.name.endswith(f"/{DESCRIPTION}")]
        return ctx.commit(
            files=(*files, *bundled),
            facts={"evaluation": evaluation.row()},
            metrics=evaluation.metrics(),
            message=f"{gates} of {gates} gates passed" if gates else "measured; no gate is set",
            cautions=cautions,
            show=(*described, *(file.name for file in files)),
        )

    def _beside(self, ctx: Context, data: Dataset, rows: Rows) -> Beside:
        """Make what the model is held against."""
        from hone_trainer.evaluate.measuring import Beside
        from hone_trainer.evaluate.segments import codes_of

        segments = {column: codes_of(data, rows, column) for column in self.by}
        if self.baseline is None:
            return Beside(segments=segments)
        # Only here: it brings TensorFlow, which a file that ships is measured without.
        from hone_trainer.models import AnyModel
        from hone_trainer.train.baseline import train_baseline

        model = AnyModel.model_validate({"generic": {self.baseline: {}}})

        def tell(fraction: float, message: str) -> None:
            ctx.progress(READ + (TRAINED - READ) * fraction, message)

        baseline = train_baseline(model, data, ctx.task.seed, tell)
        return Beside(baseline, self.baseline, segments)

    def _only(self, ctx: Context) -> Manifest:
        sources = ctx.sources("model")
        if message := several("evaluate", len(sources)):
            raise StageFailure("SeveralModels", message)
        return ctx.manifest(sources[0])

    def _measure(self, ctx: Context, manifest: Manifest, data: Dataset, rows: Rows) -> Evaluation:
        from hone_trainer.evaluate.fused_answers import fused_models, lineage
        from hone_trainer.evaluate.measuring import measure
        from hone_trainer.models.answers import by_target
        from hone_trainer.models.litert import LiteModel
        from hone_trainer.models.network import Network
        from hone_trainer.tasks.scoring import finite

        network = Network.load(ctx.store, manifest)
        known: dict[str, Any] = {"job": ctx.task.job, "rows": len(rows)}
        known["baseline"], given = self.baseline or "", rows.features
        shipped: Iterator[Answers]
        before: Iterator[Answers] | None
        asked = self._asked(network)
        beside = replace(self._beside(ctx, data, rows), asked=asked)
        if MODEL in {file.name for file in manifest.files}:
            contents = (ctx.store.fetch(manifest.file(name)) for name in (MODEL, FLOAT_MODEL))
            shipped, before = (
                (by_target(network.schema, each) for each in LiteModel(content).answer(given))
                for content in contents
            )
            table = manifest.facts.get("compression")
            known |= {"shipped": MODEL, "compression": table, "costs": costs_of(table)}
        else:
            known["shipped"] = f"the float network of stage {manifest.stage}"
            shipped, before = network.answer(given), None
        begun = READ if self.baseline is None else TRAINED
        files = (1 if before is None else 2) + len(lineage(ctx))
        answered = Answered(ctx.progress, begun, files * len(rows))
        shipped, before = answered.count(shipped), before and answered.count(before)
        with finite("the model"):
            targets = measure(network, rows, shipped, before, beside)
            known["fused"] = fused_models(ctx, rows, answered.count)
        evaluation = Evaluation(targets=targets, origins=Origins.of(ctx), **known)
        figures = {name: judged.shipped for name, judged in targets.items()}
        return replace(evaluation, verdicts=judge(self.require, figures, evaluation.costs))

    def _asked(self, network: Network) -> dict[str, tuple[Metric, ...]]:
        """Return the figures that gates ask for, by target.

        Raises:
            StageFailure: one cannot be had (WrongFigure).
        """
        targets = {target.name: target.how.figured for target in network.schema.targets}
        for message in self._misfits(targets):
            raise StageFailure("WrongFigure", message)
        first = next(iter(targets))
        gates = [gate for gate in self.require if gate.metric not in COSTS]
        return {
            name: tuple(named(gate.metric) for gate in gates if (gate.task or first) == name)
            for name in targets
        }


def _out_of_reach(gate: Gate) -> str:
    """Say why the bound of a gate would tell nothing; empty where it would."""
    word, bound = ("atMost", gate.at_most) if gate.at_least is None else ("atLeast", gate.at_least)
    return out_of_reach(f"evaluate.require[].{word}", gate.metric, bound or 0.0)
