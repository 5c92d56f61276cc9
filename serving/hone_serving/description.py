"""What a model reads and answers, in words that any client understands.

The metadata of the Open Inference Protocol are made of it, and servers check requests against it
before a model sees them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

Kind = Literal["text", "number", "time", "sequence"]
"""How a column is written: a sequence is a list of texts, the last one the latest; a time is a
text, or a whole number."""
Datatype = Literal["BOOL", "INT64", "FP64", "BYTES"]
"""Of the protocol's, those that answers are made of."""
DATATYPES: Mapping[type, Datatype] = {bool: "BOOL", int: "INT64", float: "FP64", str: "BYTES"}


@dataclass(frozen=True)
class Input:
    """A column of raw rows."""

    name: str
    kind: Kind
    required: bool = True
    """Whether a row without it is refused."""
    example: Any = None
    """A value as a row may hold it."""


@dataclass(frozen=True)
class Output:
    """A part of what is said of each row."""

    name: str
    path: tuple[str, ...]
    """Where an answer holds it; beyond a list, of each of its members."""
    datatype: Datatype
    shape: tuple[int, ...] = (-1,)
    """Of many rows; -1 where it is known with the answers alone."""


@dataclass(frozen=True)
class Description:
    """A model, seen from outside."""

    name: str
    """Letters, digits, ``-``, ``_`` and ``.``: it stands in addresses."""
    version: str
    """As ``name``."""
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]

    @cached_property
    def columns(self) -> dict[str, Input]:
        """The inputs by their names."""
        return {each.name: each for each in self.inputs}

    @cached_property
    def required(self) -> tuple[Input, ...]:
        """The inputs without which a row is refused."""
        return tuple(each for each in self.inputs if each.required)

    @property
    def example(self) -> dict[str, Any]:
        """A row that the model answers."""
        return {each.name: each.example for each in self.inputs if each.example is not None}

    def without_examples(self) -> Description:
        """Return the same without values of training rows."""
        inputs = tuple(replace(each, example=None) for each in self.inputs)
        return replace(self, inputs=inputs)


def outputs(answer: Mapping[str, Any]) -> tuple[Output, ...]:
    """Return the outputs of a model that answers like this.

    No table says what each task answers: a new one needs no line here.
    """
    return tuple(_outputs(answer, (), (-1,)))


def _outputs(value: Any, path: tuple[str, ...], shape: tuple[int, ...]) -> Iterator[Output]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _outputs(each, (*path, name), shape)
    elif isinstance(value, list):
        yield from _outputs(value[0] if value else "", path, (*shape, -1))
    else:
        yield Output(".".join(path), path, DATATYPES[type(value)], shape)
