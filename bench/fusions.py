"""Fusions of a finished job beside what people use on the same members: one table.

    python -m bench.fusions STATE JOB [--members filters,wide]

``STATE`` is what ``hone run --state`` was told, ``JOB`` the name of a job with several ``train``
stages, or one with members, and any number of ``fuse`` stages; what has not ended is left out.
Members answer the validation part, on which everything is fitted, and the test part, on which
everything is judged:

- scikit-learn's ``VotingClassifier``, soft and hard, and ``StackingClassifier`` with a logistic
  regression, on the members' answers;
- greedy selection with replacement by the leading figure (Caruana et al. 2004), 25 members at most,
  the best prefix, as AutoGluon's ``WeightedEnsemble`` does (Erickson et al. 2020).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

PICKS = 25


@dataclass(frozen=True)
class Answers:
    """What a model said of both parts: name of the answer -> (rows, …)."""

    validation: dict[str, Any]
    test: dict[str, Any]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("state", type=Path)
    parser.add_argument("job")
    parser.add_argument("--members", default="", help="train stages; all where nothing is said")
    words = parser.parse_args()
    job = Job.open(words.state, words.job, tuple(filter(None, words.members.split(","))))
    members: dict[str, Answers] = {}
    fused: dict[str, Answers] = {}
    for stage, kind in job.stages:
        for name, answers in job.answers(stage):
            (members if kind == "train" else fused)[name] = answers
    rows = {**members, **{f"Hone: {name}": each for name, each in fused.items()}}
    for name, test in alternatives(job, list(members.values())):
        rows[name] = Answers({}, test)
    metrics = list(job.task.metrics())[:2]
    print(f"{'test part':44}" + "".join(f"{each.heading:>12}" for each in metrics))
    for name, each in rows.items():
        told = job.judge(each.test)
        print(f"{name:44}" + "".join(f"{told[m.name]:12.4f}" for m in metrics), flush=True)


@dataclass(frozen=True)
class Job:
    """A finished job's stages, and the rows that they are judged on."""

    store: Any
    stages: tuple[tuple[str, str], ...]
    """Name and kind of each that made a network."""
    folders: dict[str, list[str]]
    """Stage -> where each of its networks is, of the attempt that was committed."""
    rows: dict[str, Any]
    task: Any
    target: str

    @classmethod
    def open(cls, state: Path, job: str, wanted: tuple[str, ...]) -> Job:
        """Open it."""
        from hone_trainer.contract.assignment import Store
        from hone_trainer.dataset.dataset import Dataset
        from hone_trainer.store.artifact_store import open_store
        from hone_trainer.store.manifest import parse

        store = open_store(Store(uri=str(state / "artifacts")))
        record = json.loads((state / "default" / job / "job.json").read_text())
        stages = record["status"]["stages"]
        kinds = [(s["name"], s["kind"]) for s in stages if s["state"] == "Succeeded"]
        made = tuple(
            (name, kind)
            for name, kind in kinds
            if kind == "fuse" or (kind == "train" and name in (wanted or (name,)))
        )
        folders = {
            stage["name"]: [
                gang["manifest"]["uri"].rpartition("/")[0]
                for gang in stage["gangs"]
                if "manifest" in gang
            ]
            for stage in stages
        }
        (data,) = (folders[name][0] for name, kind in kinds if kind == "prepare")
        path = f"{data}/manifest.json".removeprefix(f"{store.root}/")
        dataset = Dataset.load(store, parse(store.get(path), path))
        rows = {part: dataset.read(part) for part in ("validation", "test")}
        target = dataset.schema.targets[0]
        return cls(store, made, folders, rows, target.how, target.name)

    def answers(self, stage: str) -> Iterator[tuple[str, Answers]]:
        """Yield what each network of a stage answers."""
        from hone_trainer.train.earlier import Earlier

        places = self.folders[stage]
        for member, folder in enumerate(places):
            (network,) = Earlier.find(folder, self.store).networks()
            blocks = {
                part: [block[self.target] for block in network.answer(rows.features)]
                for part, rows in self.rows.items()
            }
            found = {
                part: {name: np.concatenate([each[name] for each in told]) for name in told[0]}
                for part, told in blocks.items()
            }
            yield stage if len(places) == 1 else f"{stage} {member}", Answers(**found)

    def judge(self, answers: dict[str, Any], part: str = "test") -> dict[str, float]:
        """Return the figures of answers to a part."""
        from hone_trainer.tasks.scoring import figures, score

        targets = self.rows[part].targets[self.target]
        found = figures(self.task, score(self.task, targets, [answers]))
        return {name: float("nan") if e.value is None else e.value for name, e in found.items()}


def alternatives(job: Job, members: list[Answers]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what others make of the members: their answers to the test part."""
    chosen = greedy(job, members)
    yield "greedy selection (AutoGluon)", mean(members, chosen, "test")
    if job.task.mixes_in != "mixture" or job.task.ranks:
        return
    yield from classifiers(job, members)


def greedy(job: Job, members: list[Answers]) -> list[int]:
    """Return the members that were taken, some of them more than once."""
    metric = next(job.task.metrics())
    sign = 1 if metric.higher_is_better else -1
    taken: list[int] = []
    best: tuple[float, list[int]] = (-np.inf, [])
    for _ in range(PICKS):
        tried = []
        for k in range(len(members)):
            told = job.judge(mean(members, [*taken, k], "validation"), "validation")
            tried.append((sign * told[metric.name], -k))
        value, place = max(tried)
        taken.append(-place)
        if value > best[0]:
            best = (value, list(taken))
    return best[1]


def mean(members: list[Answers], taken: list[int], part: str) -> dict[str, Any]:
    """Return the plain mean of answers."""
    each = [getattr(members[k], part) for k in taken]
    return {name: np.mean([one[name] for one in each], axis=0) for name in each[0]}


def classifiers(job: Job, members: list[Answers]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield scikit-learn's; what a member is asked about is the number of a row."""
    from sklearn.ensemble import StackingClassifier, VotingClassifier
    from sklearn.linear_model import LogisticRegression

    (name,) = job.task.answers
    truth = np.asarray(job.rows["validation"].targets[job.target].values).reshape(-1)
    known = np.flatnonzero(truth >= 0)
    count = len(job.rows["validation"])
    numbers = np.arange(count + len(job.rows["test"]))[:, None]
    told = [np.concatenate([m.validation[name], m.test[name]]) for m in members]
    wide = [np.hstack([1 - each, each]) if each.shape[1] == 1 else each for each in told]
    classes = np.arange(wide[0].shape[1])
    if len(np.unique(truth[known])) < len(classes):
        print("not every class is in the validation part: scikit-learn's are left out")
        return
    estimators = [(f"m{k}", given(each, classes)) for k, each in enumerate(wide)]
    of = {
        "VotingClassifier(soft)": VotingClassifier(estimators, voting="soft"),
        "VotingClassifier(hard)": VotingClassifier(estimators, voting="hard"),
        "StackingClassifier(LogisticRegression)": StackingClassifier(
            estimators, LogisticRegression(max_iter=1000), cv="prefit"
        ),
    }
    for title, ensemble in of.items():
        ensemble.fit(numbers[:count][known], truth[known].astype(int))
        asked = numbers[count:]
        if "hard" in title:
            found = np.eye(len(classes))[np.searchsorted(classes, ensemble.predict(asked))]
        else:
            found = np.zeros((len(asked), len(classes)))
            found[:, ensemble.classes_.astype(int)] = ensemble.predict_proba(asked)
        yield title, {name: found[:, 1:] if told[0].shape[1] == 1 else found}


def given(answers: Any, classes: Any) -> Any:
    """Return a classifier that is fitted already, and looks its answers up."""
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
        classes_ = classes

        def fit(self, asked: Any, truth: Any) -> Any:
            return self

        def predict_proba(self, asked: Any) -> Any:
            return answers[np.asarray(asked)[:, 0]]

        def predict(self, asked: Any) -> Any:
            return classes[self.predict_proba(asked).argmax(1)]

        def __sklearn_is_fitted__(self) -> bool:
            return True

    return Given()


if __name__ == "__main__":
    main()
