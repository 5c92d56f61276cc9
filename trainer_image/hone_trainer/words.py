"""The base of every word a user may say.

Operator and trainer share one schema because both build it from these classes: camelCase outside,
snake_case inside, unknown keys refused, nothing mutable. Docstrings under the fields become the
text of ``kubectl explain``. This module imports nothing but pydantic, so that the operator can
read the parameters of a stage without the libraries that run it.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel


@dataclass(frozen=True)
class Rule:
    """A check that the API server makes with CEL, and what the user reads when it fails."""

    cel: str
    message: str


class Words(BaseModel):
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

    def dump(self) -> dict[str, Any]:
        """Give the JSON form, without what was left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class OneOf(Words):
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

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        found = [key for key, name in self.kinds.items() if getattr(self, name) is not None]
        if len(found) != 1:
            given = f"found {' and '.join(found)}" if found else "found none"
            raise ValueError(f"set exactly one of {', '.join(self.kinds)}; {given}")
        return self

    @property
    def kind(self) -> str:
        """The key that is set."""
        return next(k for k, name in self.kinds.items() if getattr(self, name) is not None)

    @property
    def value(self) -> Any:
        """What stands under that key."""
        return getattr(self, self.kinds[self.kind])
