"""Answers of models that were never trained: random ones, and odd ones."""

from typing import Any

import numpy as np

from hone_trainer.metrics.scored import Scored

Draw = np.random.Generator


def binary(draw: Draw, rows: int = 300, *, ties: bool = False, weights: Any = None) -> Scored:
    probability = draw.random(rows)
    if ties:
        probability = np.round(probability, 1)
    truth = (draw.random(rows) < probability).astype(float)
    return scored_binary(truth, probability, weights)


def scored_binary(truth: Any, probability: Any, weights: Any = None, **more: Any) -> Scored:
    truth, probability = np.asarray(truth, float), np.asarray(probability, float)
    columns = {
        "truth": truth,
        "probability": probability,
        "likelihood": np.where(truth > 0, probability, 1 - probability),
        "decision": (probability >= 0.5).astype(float),
        "forecast": probability,
        "outcome": truth,
    }
    columns |= {name: np.asarray(more.pop(name)) for name in ("group",) if name in more}
    weights = np.ones(len(truth)) if weights is None else np.asarray(weights, float)
    return Scored(columns, weights, **more)


def classes(draw: Draw, rows: int = 300, count: int = 5, weights: Any = None) -> Scored:
    truth = draw.integers(0, count, rows)
    decision = np.where(draw.random(rows) < 0.6, truth, draw.integers(0, count, rows))
    likelihood = draw.random(rows)
    weights = np.ones(rows) if weights is None else weights
    return Scored(
        {"truth": truth, "decision": decision, "likelihood": likelihood}, weights, answers=count
    )


def numbers(draw: Draw, rows: int = 300, weights: Any = None) -> Scored:
    truth = draw.normal(3, 2, rows)
    value = truth + draw.normal(0, 1, rows)
    return Scored({"truth": truth, "value": value}, np.ones(rows) if weights is None else weights)


def lists(relevance: Any, scores: Any) -> Scored:
    """Lists of the same or of different lengths: relevance and score of each item."""
    better, equal, relevant, unit = [], [], [], []
    for number, (grades, given) in enumerate(zip(relevance, scores, strict=True)):
        grades, given = np.asarray(grades, float), np.asarray(given, float)
        for place in np.flatnonzero(grades > 0):
            better.append((given > given[place]).sum())
            equal.append((given == given[place]).sum() - 1)
            relevant.append(grades[place])
            unit.append(number)
    weight = np.array([float((np.asarray(grades) > 0).any()) for grades in relevance])
    columns = {"better": better, "equal": equal, "relevance": relevant}
    named = {name: np.asarray(values, float) for name, values in columns.items()}
    return Scored(named, weight, unit=np.asarray(unit, np.int64))
