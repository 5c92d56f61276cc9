"""That a graph of raw rows says what the bundle says: asked both, before it is written."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.models.answers import NOT_FINITE, Answers, finite, output_name
from hone_trainer.tasks.learned import Asked
from hone_trainer.transform.encoding import encode

if TYPE_CHECKING:
    from hone_trainer.bundle.saved_model import RawModel
    from hone_trainer.models.network import Network
    from hone_trainer.transform.transform import Transform

CLOSE = 1e-5
"""How far two answers of one network may be apart, as a share of the largest."""
STRANGE: dict[str, tuple[Any, ...]] = {
    "text": (None, "", " never met ", "é\u3000"),
    "number": (None, 0.0, -1e30, 1e30),
    "time": (None, 0, -1, 1_772_323_199_999_999),
}
"""Values that each column is asked about besides those of training rows."""


def prove(raw: RawModel, files: Mapping[str, bytes], network: Network) -> None:
    """See that a SavedModel, loaded as a server would, answers as the transform and the network do.

    Raises:
        StageFailure: it does not (GraphDiffers).
    """
    transform = raw.graph.transform
    rows = list(_rows(transform))
    given, expected = raw.graph.arrays(rows), _told(transform, network, rows)
    found = _ask(files, {raw.names[name]: values for name, values in given.items()})
    for name, values in expected.items():
        for row in _differing(found[name], values):
            told = (
                f"the SavedModel says {name} {found[name][row]} where the bundle says {values[row]}"
            )
            remedy = "leave savedModel out of evaluate.formats, and tell those who make Hone"
            raise StageFailure("GraphDiffers", f"{told}, of {rows[row]}: {remedy}")


def _rows(transform: Transform) -> Iterator[dict[str, Any]]:
    """Yield rows of the training part, and such with one strange value."""
    yield from transform.examples
    for column in transform.columns:
        if column.name not in transform.absent and not column.value.derived:
            for value in STRANGE[column.value.form]:
                yield transform.examples[0] | {column.name: value}


def _told(transform: Transform, network: Network, rows: Any) -> dict[str, list[Any]]:
    """Return the numbers that are said of rows, and why others are refused, by output."""
    encoded = encode(transform, rows)
    derived = [column for column in transform.read if column.value.derived]
    asked = Asked(seen={column.value.of: encoded.met(column.name) for column in derived})
    refused = [encoded.refused.get(row, "") for row in range(encoded.count)]
    found: dict[str, list[Any]] = {"refused": refused}
    if not len(encoded.block.rows):
        return found
    answers = _answers(network, encoded.features)
    sound = finite(values for each in answers.values() for values in each.values())
    odd = encoded.block.rows[~sound].tolist()
    found["refused"] = [NOT_FINITE if row in odd else why for row, why in enumerate(refused)]
    for target in network.schema.targets:
        fitted = network.calibration(target.name)
        told = target.how.told(answers[target.name], target.facts, fitted, asked)
        for name, said in target.how.says.items():
            ours = output_name(network.schema, target, name)
            if said == "number":
                values = {ours: [each[name] for each in told]}
            elif said == "list":
                numbers = numbers_of([each[name] for each in told])
                values = {f"{ours}_{k}": [[v[k] for v in t[name]] for t in told] for k in numbers}
            else:
                continue
            for output, each in values.items():
                whole: list[Any] = [None] * encoded.count
                for row, value, ok in zip(encoded.block.rows.tolist(), each, sound, strict=True):
                    whole[row] = value if ok else None
                found[output] = whole
    return found


def numbers_of(lists: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Return the fields of lists that are numbers; some are empty, of users who have met all."""
    first: Mapping[str, Any] = next((each[0] for each in lists if each), {})
    return [name for name, value in first.items() if isinstance(value, float)]


def _answers(network: Network, features: Mapping[str, Any]) -> Answers:
    """Return the answers to all of a few rows: of a wide answer, they come in parts."""
    parts = list(network.answer(dict(features)))
    return {
        target: {n: np.concatenate([part[target][n] for part in parts]) for n in answers}
        for target, answers in parts[0].items()
    }


def _ask(files: Mapping[str, bytes], given: Mapping[str, Any]) -> dict[str, Any]:
    from hone_trainer.backend.keras import tf
    from hone_trainer.bundle.saved_model import SAVED_MODEL, SIGNATURE, VERSION

    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        served = tf.saved_model.load(f"{folder}/{SAVED_MODEL}/{VERSION}").signatures[SIGNATURE]
        found = served(**{name: tf.constant(values) for name, values in given.items()})
    return {name: values.numpy() for name, values in found.items()}


def _differing(found: Any, expected: list[Any]) -> list[int]:
    """Return the rows of which another thing is said."""
    if found.dtype == object:
        pairs = zip(found, expected, strict=True)
        return [row for row, (ours, theirs) in enumerate(pairs) if ours.decode() != theirs]
    wide = found.reshape(len(found), -1)
    ours = np.full(wide.shape, np.nan)
    for row, values in enumerate(expected):
        if values is not None:
            values = np.atleast_1d(values)
            ours[row, : len(values)] = values
    largest = max(1.0, float(np.abs(ours[np.isfinite(ours)]).max(initial=0.0)))
    close = np.isclose(wide, ours, rtol=0, atol=CLOSE * largest, equal_nan=True)
    rows: list[int] = np.flatnonzero(~close.all(axis=1)).tolist()
    return rows
