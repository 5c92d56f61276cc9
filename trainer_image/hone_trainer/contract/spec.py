"""The base of every word a user may say.

Operator and trainer share one schema because both build it from these classes: camelCase outside,
snake_case inside, unknown keys refused, nothing mutable. Docstrings under the fields become the
text of ``kubectl explain``. This module imports nothing but pydantic, so that the operator can
read the parameters of a stage without the libraries that run it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


@dataclass(frozen=True)
class Rule:
    """A check that the API server makes with CEL, and what the user reads when it fails."""

    cel: str
    message: str


class Spec(BaseModel):
    """A frozen record of user-facing parameters."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )

    rules: ClassVar[tuple[Rule, ...]] = ()
    gone: ClassVar[dict[str, str]] = {}
    """Word that people write and no record knows -> what to write in its place."""

    @classmethod
    def admit(cls, given: Any) -> Self:
        """Read what somebody wrote as the API server would admit it.

        No type is bent to fit, words are in camelCase only, and null says nothing.

        Raises:
            pydantic.ValidationError: it does not keep the schema.
        """
        # Of Python's own values, strict pydantic would refuse lists, which are no tuples.
        text = json.dumps(given)
        if "null" in text:
            text = json.dumps(_said(given, cls))
        return cls.model_validate_json(text, strict=True, by_alias=True, by_name=False)

    def dump(self) -> dict[str, Any]:
        """Return the JSON form, without what was left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class OneOf(Spec):
    """A union in the Kubernetes manner: the key is the kind, and exactly one key is set.

    The fields of the class that names ``OneOf`` as its base are the kinds; classes below it may
    add ordinary fields beside them.
    """

    kinds: ClassVar[dict[str, str]] = {}
    """Key as the user writes it -> name of the field."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Note which fields are kinds."""
        super().__pydantic_init_subclass__(**kwargs)
        if OneOf in cls.__bases__:
            cls.kinds = {
                field.alias or to_camel(name): name for name, field in cls.model_fields.items()
            }

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, which may be of another kind."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("kind", "value"):
            copied.__dict__.pop(name, None)
        return copied

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        found = [key for key, name in self.kinds.items() if getattr(self, name) is not None]
        if len(found) != 1:
            none = "found none; behind a key without fields write {}"
            given = f"found {' and '.join(found)}" if found else none
            raise ValueError(f"set exactly one of {', '.join(self.kinds)}; {given}")
        return self

    @cached_property
    def kind(self) -> str:
        """The key that is set."""
        return next(k for k, name in self.kinds.items() if getattr(self, name) is not None)

    @cached_property
    def value(self) -> Any:
        """What stands under that key."""
        return getattr(self, self.kinds[self.kind])


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Return the models inside an annotation: optional, in a list, or as it is."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def keys(annotation: Any) -> dict[str, Any]:
    """Return the keys that may stand in a record of this annotation, each with its own."""
    return {
        field.alias or name: field.annotation
        for model in models(annotation)
        for name, field in model.model_fields.items()
    }


def _said(given: Any, annotation: Any) -> Any:
    """Return what is left without nulls; one under an unknown key is a wrong word still."""
    if isinstance(given, list):
        return [_said(each, annotation) for each in given]
    if not isinstance(given, dict):
        return given
    known, closed = keys(annotation), any(True for _ in models(annotation))
    return {
        key: _said(value, known.get(key))
        for key, value in given.items()
        if value is not None or (closed and key not in known)
    }
