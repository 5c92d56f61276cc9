"""A bundle at work: raw rows to features, features to outputs, outputs to answers.

The three steps are apart so that a server can put the features of several requests into one call.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hone_serving import Runtime
from hone_serving.graph import Graph
from hone_serving.onnx_graph import OnnxGraph, package
from hone_serving.vector_graph import VectorGraph
from hone_trainer.bundle.description import ITEMS, MODEL, QUERY, Description
from hone_trainer.bundle.reading import Bundle
from hone_trainer.contract.assignment import StageFailure
from hone_trainer.dataset.dataset import TABLES, TRANSFORM
from hone_trainer.models.answers import NOT_FINITE, by_target, finite
from hone_trainer.models.item_vectors import ItemVectors
from hone_trainer.tasks.learned import Array, Asked, Calibration
from hone_trainer.transform.encoding import encode
from hone_trainer.transform.saving import restore
from hone_trainer.transform.transform import Transform

Features = dict[str, NDArray[np.generic]]
"""Input of the graph -> (rows, …)."""
Outputs = dict[str, NDArray[np.generic]]
"""Output of the graph -> (rows, …)."""
Answer = dict[str, Any]
"""What is said of a row: JSON values by name; ``refused`` alone, with the reason, where no answer
can be given. Of several targets, each has its own under its name."""
REFUSED = "refused"


@dataclass(frozen=True)
class Encoded:
    """Rows as the graph reads them."""

    count: int
    """Rows that were given."""
    features: Features
    """Of the rows that can be answered, in their order."""
    rows: NDArray[np.int64]
    """Which of the given rows they are."""
    refused: Mapping[int, str] = field(default_factory=dict)
    """Index of a row -> why it cannot be answered."""
    seen: Mapping[str, list[list[str]]] = field(default_factory=dict)
    """Column of items -> those that each of the answered rows' users has met."""
    lists: Mapping[str, Array] = field(default_factory=dict)
    """Column -> a number for the list that each of the answered rows is in."""


class Model:
    """A bundle that answers; may be called from several threads."""

    def __init__(
        self,
        description: Description,
        transform: Transform,
        graph: bytes,
        runtime: Callable[[bytes], Graph | OnnxGraph | VectorGraph] = Graph,
    ) -> None:
        self.description = description
        self._transform, self._content, self._runtime = transform, graph, runtime
        self._calibrations = {t.name: Calibration(**t.calibration) for t in description.targets}
        self._own = threading.local()
        tasks = [target.how for target in transform.targets]
        self._histories = {
            column.value.of: column.name for column in transform.read if column.value.derived
        }
        self._lists = [task.group for task in tasks if task.listed and task.group is not None]
        self._named = {column.name for column in transform.columns}

    @classmethod
    def load(
        cls,
        uri: str,
        endpoint: str | None = None,
        region: str | None = None,
        runtime: Runtime = "litert",
    ) -> Model:
        """Read a bundle; see ``hone_serving.load``."""
        bundle = Bundle.open(uri, endpoint, region)
        transform = restore(bundle.read(TRANSFORM), bundle.read(TABLES))
        about = bundle.description
        if runtime == "litert":
            return cls(about, transform, bundle.read(MODEL))
        place = next((each.place for each in about.formats if each.name == runtime), None)
        if place is None:
            message = f"the bundle holds no {runtime} file"
            remedy = f"set evaluate.formats: [{runtime}], or leave the runtime out"
            raise StageFailure("NoSuchFormat", f"{message}: {remedy}")
        if runtime == "vectors":
            items = ItemVectors.unpack(bundle.read(ITEMS))
            return cls(about, transform, bundle.read(QUERY), partial(VectorGraph, items=items))
        package()  # whoever lacks it learns so now, and not at the first row
        return cls(about, transform, bundle.read(place), OnnxGraph)

    @property
    def says(self) -> Mapping[str, str]:
        """What is said of a row, name -> ``tasks.task.Said``; of several targets, with the target's
        name and an underscore before it.
        """
        targets = self._transform.targets
        found: dict[str, str] = {
            n if len(targets) == 1 else f"{t.name}_{n}": said
            for t in targets
            for n, said in t.how.says.items()
        }
        return found | {REFUSED: "text"}

    def predict(self, rows: Any, top: int = 10) -> list[Answer]:
        """Return the answer to each row, in their order.

        Args:
            rows: a list of dicts, a dict of lists, an Arrow table or a data frame. What a dict
                lacks counts as missing.
            top: how many classes or items an answer names.

        Raises:
            StageFailure: RowsUnreadable, ColumnNotFound, WrongColumnKind.
        """
        encoded = self.encode(rows)
        return self.answer(self.infer(encoded.features), encoded, top)

    def encode(self, rows: Any) -> Encoded:
        """Return rows as the graph reads them; what cannot be read is refused row by row.

        Raises:
            StageFailure: the rows as a whole cannot be read, such as columns of several lengths.
        """
        found = encode(self._transform, rows)
        return Encoded(
            found.count,
            found.features,
            found.block.rows,
            found.refused,
            {of: found.met(name) for of, name in self._histories.items()},
            {
                name: found.block.texts(name).codes.astype(np.int64)
                for name in self._lists
                if name in self._named
            },
        )

    def infer(self, features: Features) -> Outputs:
        """Run the graph; rows of several requests may be put one after the other."""
        return self._graph.run(features) if _count(features) else {}

    def answer(self, outputs: Outputs, encoded: Encoded, top: int = 10) -> list[Answer]:
        """Return what is said of each row; those whose answer is no number are refused, too."""
        outputs, encoded = _sound(outputs, encoded)
        found: list[Answer] = [{} for _ in range(encoded.count)]
        for row, why in encoded.refused.items():
            found[row] = {REFUSED: why}
        if not len(encoded.rows):
            return found
        schema, asked = self._transform.schema, Asked(top, encoded.seen, encoded.lists)
        answers = by_target(schema, outputs)
        for target in schema.targets:
            fitted = self._calibrations[target.name]
            told = target.how.told(answers[target.name], target.facts, fitted, asked)
            for row, answer in zip(encoded.rows.tolist(), told, strict=True):
                found[row] |= answer if len(schema.targets) == 1 else {target.name: answer}
        return found

    @property
    def _graph(self) -> Graph | OnnxGraph:
        """One of this thread alone: an interpreter may not be called by two at a time."""
        if not hasattr(self._own, "graph"):
            self._own.graph = self._runtime(self._content)
        found: Graph | OnnxGraph = self._own.graph
        return found


def _sound(outputs: Outputs, encoded: Encoded) -> tuple[Outputs, Encoded]:
    """Return the same, with rows refused to which the graph answers with what is no number."""
    if all(np.isfinite(values).all() for values in outputs.values()):
        return outputs, encoded
    good = finite(outputs.values())
    why = dict.fromkeys(encoded.rows[~good].tolist(), NOT_FINITE)
    kept = replace(
        encoded,
        features={name: values[good] for name, values in encoded.features.items()},
        rows=encoded.rows[good],
        refused={**encoded.refused, **why},
        seen={
            n: [met for met, ok in zip(v, good, strict=True) if ok] for n, v in encoded.seen.items()
        },
        lists={name: codes[good] for name, codes in encoded.lists.items()},
    )
    return {name: values[good] for name, values in outputs.items()}, kept


def _count(features: Features) -> int:
    return len(next(iter(features.values()), ()))
