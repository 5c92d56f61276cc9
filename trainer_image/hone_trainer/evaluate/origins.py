"""What led to a model: what it learned from, how its trainings went, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isfinite
from posixpath import dirname, relpath
from typing import TYPE_CHECKING, Any

from hone_trainer.html.picture import Point
from hone_trainer.runs.versions import versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hone_trainer.pod.context import Context
    from hone_trainer.store.manifest import Manifest

TRAINING, VALIDATION = "loss", "valLoss"
"""What an epoch's record calls its losses."""
JUDGE, UNOPPOSED = "valJudge", "valUnopposed"
"""What it calls the judge of an adversarial fusion, and the figure without one."""


@dataclass(frozen=True)
class Course:
    """How one training went: (epoch from 1, value) of every epoch that has one."""

    name: str
    training: tuple[Point, ...]
    """The loss on training rows."""
    validation: tuple[Point, ...]
    """The loss on the validation part."""
    leading: tuple[Point, ...]
    """The leading figure of the validation part."""
    kept: int = 0
    """The epoch whose weights were kept; 0 where that is not known."""
    begun: str = ""
    """What it started from, in a sentence; empty where that was chance."""
    judge: tuple[Point, ...] = ()
    """How often a judge told its answers from those of others, where there was one."""
    unopposed: tuple[Point, ...] = ()
    """The leading figure of the same model without a judge."""


@dataclass(frozen=True)
class Origins:
    """What led to a model."""

    courses: tuple[Course, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    """Part -> rows of the data set."""
    columns: dict[str, str] = field(default_factory=dict)
    """What a model reads: field -> its kind."""
    data_report: str = ""
    """Where the report of the data set is."""
    data_link: str = ""
    """The same, relative to the report of the evaluation; empty where it lies elsewhere."""
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Stage -> what was asked of it, with defaults filled in; it names Secrets and holds none."""
    seed: int = 0
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, ctx: Context) -> Origins:
        """Read what earlier stages committed."""
        made = [(source, ctx.manifest(source)) for source in ctx.task.sources]
        data = next((m for source, m in reversed(made) if source.makes == "dataset"), None)
        trained = [m for s, m in made if s.kind == "train" or "history" in m.facts]
        report = "" if data is None else _report(data)
        return cls(
            courses=tuple(_course(manifest, trained) for manifest in trained),
            rows={} if data is None else dict(data.facts.get("rows", {})),
            columns={} if data is None else _columns(data),
            data_report=report,
            data_link=link(report, ctx.store.uri(f"{ctx.folder}/report.html"), ctx.store.root),
            stages={m.stage: m.run for _, m in made if m.run} | {ctx.task.stage: ctx.task.run},
            seed=ctx.task.seed,
            versions=versions(),
        )


def link(target: str, page: str, root: str) -> str:
    """Return the way from a page to a file; empty where they do not lie in one store."""
    if not (target and target.startswith(f"{root}/") and page.startswith(f"{root}/")):
        return ""
    return relpath(target, dirname(page))


def _course(manifest: Manifest, trained: Sequence[Manifest]) -> Course:
    stages = {each.stage for each in trained}
    alike = [each for each in trained if each.stage == manifest.stage]
    called = [manifest.stage] if len(stages) > 1 else []
    called += [f"member {manifest.member}"] if len(alike) > 1 else []
    facts = manifest.facts
    history = [epoch for epoch in facts.get("history", ()) if isinstance(epoch, dict)]

    def points(name: str) -> tuple[Point, ...]:
        found = ((number, epoch.get(name)) for number, epoch in enumerate(history, 1))
        return tuple(
            (float(number), float(value))
            for number, value in found
            if isinstance(value, int | float) and isfinite(value)
        )

    leading = str(facts.get("headline", ""))
    return Course(
        name=" ".join(called) or "model",
        training=points(TRAINING),
        validation=points(VALIDATION),
        leading=points(leading),
        kept=int(facts.get("keptEpoch") or 0),
        begun=str(dict(facts.get("start") or {}).get("told", "")),
        judge=points(JUDGE),
        unopposed=points(f"{UNOPPOSED}{leading.removeprefix('val')}"),
    )


def _report(data: Manifest) -> str:
    name = next((name for name in data.show if name.endswith(".html")), None)
    return "" if name is None else data.file(name).uri


def _columns(data: Manifest) -> dict[str, str]:
    fields = data.facts.get("schema", {}).get("fields", ())
    return {each["name"]: each["kind"] for each in fields}
