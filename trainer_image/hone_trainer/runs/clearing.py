"""What may go from a store, and what has to stay: pure.

A run that is old, that has ended, and that is not the latest of its job is trimmed: rows, weights,
checkpoints and litter go. What people come back for stays: its record, its reports, its bundle, and
where it has none the last that it made. Where bundles are to go, so does all of it. But nothing
goes that a manifest which stays refers to, nor a part of a bundle that stays, nor what is none of a
run's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from posixpath import basename, dirname
from typing import TYPE_CHECKING, Literal

from hone_trainer.runs.inventory import Inventory, own
from hone_trainer.runs.naming import BUNDLE, SHORT
from hone_trainer.runs.record import ENDED, RUN, STARTED

if TYPE_CHECKING:
    from hone_trainer.runs.inventory import Output
    from hone_trainer.runs.reading import Stored

Action = Literal["keep", "trim", "remove"]


@dataclass(frozen=True)
class Policy:
    """What is asked for."""

    now: datetime
    older: timedelta
    """Since anything of a run was written."""
    unfinished: bool = False
    """Whether runs go, too, that may still go on."""
    bundles: bool = False
    """Whether bundles, reports and records go, too."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of a run."""

    run: Stored
    action: Action
    why: str
    goes: frozenset[str] = frozenset()
    """Paths below the store."""

    @property
    def frees(self) -> int:
        """Bytes."""
        return sum(entry.size for entry in self.run.entries if entry.path in self.goes)


@dataclass(frozen=True)
class Clearing:
    """What becomes of a store."""

    verdicts: tuple[Verdict, ...]
    signposts: tuple[str, ...]
    """They lead to what goes, so they go before it."""
    order: tuple[str, ...]
    """All that goes: what refers to something before what it refers to, records last. So whoever is
    interrupted leaves nothing that refers to what is gone."""


def decide(there: Inventory, policy: Policy) -> Clearing:
    """Decide what goes."""
    kept = dict(_kept(there.runs, policy))
    wanted = {
        each.run.home: frozenset() if each.run.home in kept else _wanted(each, there, policy)
        for each in there.runs
    }
    while True:
        needed = _needed(there, wanted)
        torn = [
            each
            for each in there.runs
            if (goes := wanted[each.run.home]) & needed.keys() and f"{each.run.home}/{RUN}" in goes
        ]
        if not torn:
            break
        for each in torn:  # a part stays, so its record does: files of no run would stay for ever
            wanted[each.run.home] = _trimmed(each, there)
    verdicts = tuple(
        _verdict(each, wanted[each.run.home], needed, kept.get(each.run.home, ""), policy)
        for each in there.runs
    )
    gone = {path for verdict in verdicts for path in verdict.goes}
    signposts = (there.outputs[path].signpost for path in gone if path in there.outputs)
    return Clearing(
        verdicts,
        tuple(sorted(filter(None, signposts))),
        tuple(sorted(gone, key=lambda path: (_turn(path, there), path))),
    )


def _kept(runs: Iterable[Stored], policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield the runs that stay as they are, each with the reason."""
    complete = [each for each in runs if each.run.state == "Complete"]
    latest = {
        (each.run.namespace, each.run.job): each
        for each in sorted(complete, key=lambda each: (str(each.run.ended_at), each.run.home))
    }
    for each in runs:
        run = each.run
        if policy.now - each.touched < policy.older:
            yield run.home, f"not yet {_days(policy.older)} old"
        elif run.state == "Unfinished" and not policy.unfinished:
            yield run.home, "unfinished: it may go on; --unfinished clears it, too"
        elif latest.get((run.namespace, run.job)) is each:
            yield run.home, "the latest complete run of its job"


def _wanted(run: Stored, there: Inventory, policy: Policy) -> frozenset[str]:
    """Return what of a run is to go, whoever may need it."""
    return frozenset(own(run)) if policy.bundles else _trimmed(run, there)


def _trimmed(run: Stored, there: Inventory) -> frozenset[str]:
    every = frozenset(own(run))
    return every - frozenset(_lasting(run, every, there.outputs))


def _lasting(run: Stored, every: frozenset[str], outputs: Mapping[str, Output]) -> Iterator[str]:
    """Yield what stays of a run that is trimmed."""
    foreign = {stage.name for stage in run.run.stages if not stage.reports}
    bundles = {dirname(path) for path in every if basename(path) == BUNDLE}
    made = [outputs[path] for path in every if path in outputs]
    last = _last(run, made) if run.run.state == "Complete" and not bundles else ""
    for output in made:
        if output.makes is None or output.stage == last:
            yield from (output.path, *output.files)
    for path in every:
        told = basename(path) in (RUN, STARTED, ENDED) or path.endswith(".html")
        if told or path.split("/")[3] in foreign or dirname(path) in bundles:
            yield path
    for step in run.run.last():
        if step.word is not None and not step.succeeded:  # all that is left of it, and small
            home = f"{run.run.home}/{step.stage}/{step.member}/{step.attempt}"
            yield from (f"{home}/{each.name}" for each in step.word.artifacts)


def _last(run: Stored, made: Iterable[Output]) -> str:
    """Return the last stage that made anything."""
    stages = {output.stage for output in made}
    return next((each.name for each in reversed(run.run.stages) if each.name in stages), "")


def _needed(there: Inventory, wanted: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Return path -> the run that needs it, of all that is referred to by what stays."""
    going = frozenset[str]().union(*wanted.values())
    bundles = {
        dirname(entry.path)
        for entry in there.entries
        if basename(entry.path) == BUNDLE and entry.path not in going
    }
    needed = {path: _home(path) for path in going if dirname(path) in bundles}
    ahead = [path for path in there.outputs if path not in going]
    while ahead:
        output = there.outputs[ahead.pop()]
        by = needed.get(output.path, _home(output.path))
        for path in filter(None, (*output.files, output.reused)):
            if path not in needed:
                needed[path] = by
                ahead += [path] if path in there.outputs else []
    return needed


def _verdict(
    run: Stored, wanted: frozenset[str], needed: Mapping[str, str], kept: str, policy: Policy
) -> Verdict:
    goes = wanted - needed.keys()
    if not goes:
        return Verdict(run, "keep", kept or "all that could go is gone, or used by others")
    users = defaultdict(set)
    for path in wanted & needed.keys():
        users[path.split("/")[3]].add(needed[path].split("/")[2][:SHORT])
    stays = (f"; {stage} stays for {', '.join(sorted(by))}" for stage, by in sorted(users.items()))
    whole = f"{run.run.home}/{RUN}" in goes
    why = f"{_days(policy.older)} old{''.join(stays)}"
    return Verdict(run, "remove" if whole else "trim", why, goes)


def _turn(path: str, there: Inventory) -> int:
    """Return when a file goes."""
    output = there.outputs.get(path)
    if output is not None:
        return 0 if output.reused else 1
    if basename(path) == BUNDLE:
        return 1
    return 3 if basename(path) == RUN else 2


def _home(path: str) -> str:
    return "/".join(path.split("/")[:3])


def _days(span: timedelta) -> str:
    days = span.total_seconds() / 86_400
    return f"{days:.4g} day{'' if days == 1 else 's'}"
