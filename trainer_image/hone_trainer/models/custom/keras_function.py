"""A model of your own: a function of your package that builds Keras layers, for any task.

What it builds is copied layer by layer, under names of its own, with the dropout of this product in
the place of Keras': so several of them fit into one graph, techniques of compression can walk them,
and their chance is a function of the step.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.contract.patterns import FUNCTION_PATTERN, VARIABLE_PATTERN
from hone_trainer.models.model import Model

if TYPE_CHECKING:
    from hone_trainer.dataset.schema import Schema
    from hone_trainer.store.artifact_store import ArtifactStore

REASON = "CustomModel"
FIELD = "train.model.custom.keras"
Parameter = Annotated[str, Field(min_length=1, max_length=63, pattern=VARIABLE_PATTERN)]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class KerasFunction(Model):
    """What a function of your own image makes of the columns.

    It is called with the Keras inputs by column name, as ``Model.features`` describes them, with
    the schema of the data set and with the parameters by name. It gives a Keras tensor (batch,
    width) that heads are put on.
    """

    function: Annotated[str, Field(max_length=255, pattern=FUNCTION_PATTERN)]
    """Where it is, such as ``shop.models:build``; its package is in the image of the stages."""
    parameters: Annotated[dict[Parameter, Number], Field(max_length=64)] = {}
    """Numbers that it is called with; whole ones come as ``int``."""

    def features(self, inputs: dict[str, Any], schema: Schema, prefix: str = "") -> dict[str, Any]:
        """See ``Model.features``.

        Raises:
            StageFailure: there is no such function, or what it makes cannot go through the stages.
        """
        from hone_trainer.models.custom.copied_layers import copied
        from hone_trainer.models.inputs import open_inputs

        fresh = open_inputs(schema)
        given = {
            name: int(value) if value.is_integer() else value
            for name, value in self.parameters.items()
        }
        build = self._function()
        try:
            made = build(dict(fresh), schema, **given)
        except StageFailure:
            raise
        except Exception as error:
            told = f"{type(error).__name__}: {error}"[:500]
            raise self.refusal(f"{self.function} failed: {told}", "correct it") from error
        try:
            return {"vector": copied(made, fresh, inputs, prefix)}
        except ValueError as odd:
            raise self.refusal(f"{self.function}: {odd}", "correct it") from odd

    def refusal(self, message: str, remedy: str) -> StageFailure:
        """Return why it cannot be trained."""
        return StageFailure(REASON, f"{FIELD}.function: {message}: {remedy}")

    def reads(self, store: ArtifactStore) -> tuple[str, ...]:  # noqa: ARG002
        """See ``Model.reads``: the SHA-256 digest of the package that the function is in.

        Raises:
            StageFailure: there is no such package.
        """
        found = hashlib.sha256()
        for path in self._files():
            found.update(path.name.encode() + b"\0" + path.read_bytes())
        return (found.hexdigest(),)

    def _files(self) -> Iterator[Path]:
        top = self.function.partition(":")[0].partition(".")[0]
        spec = find_spec(top)
        if spec is None:
            raise self.refusal(f"there is no package {top!r}", "put it into the image of the stage")
        for folder in spec.submodule_search_locations or ():
            yield from sorted(Path(folder).rglob("*.py"))
        if not spec.submodule_search_locations and spec.origin:
            yield Path(spec.origin)

    def _function(self) -> Callable[..., Any]:
        module, _, name = self.function.partition(":")
        try:
            found = getattr(import_module(module), name, None)
        except ModuleNotFoundError as missing:
            remedy = "put it into the image of the stage"
            raise self.refusal(f"there is no module {missing.name!r}", remedy) from missing
        except Exception as error:
            told = f"importing {module} failed: {type(error).__name__}: {error}"[:500]
            raise self.refusal(told, "correct it") from error
        if not callable(found):
            told = f"module {module} has no function {name!r}"
            raise self.refusal(told, f"it is read from {sys.modules[module].__file__}")
        function: Callable[..., Any] = found
        return function
