"""YAML as kubectl reads it: there every manifest of ours goes, and from there people come.

YAML has versions, and readers that follow none of them. PyYAML takes ``1e-4`` and ``y`` for texts;
kubectl's reader (go-yaml 2) takes the one for a number and the other for true. So we read as it
does, and write nothing that it would read otherwise.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

Scalar = str | int | float | bool | None

TAG = "tag:yaml.org,2002:"
CONSTANTS: Mapping[str, Scalar] = {
    form: value
    for words, value in (
        ("y yes on true", True),
        ("n no off false", False),
        ("null", None),
        ("+.inf .inf", math.inf),
        ("-.inf", -math.inf),
    )
    for word in words.split()
    for form in (word, word.upper(), re.sub("[a-z]", lambda first: first[0].upper(), word, count=1))
} | {"": None, "~": None, ".nan": math.nan, ".NaN": math.nan, ".NAN": math.nan}
WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
FRACTION = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def meaning(text: str) -> Scalar:
    """Say what a plain scalar is to kubectl: ``012`` is ten, ``12:30`` and dates stay texts."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    between = r"(?<=[0-9])_(?=[0-9])" if text[0] == "." else "(?<!^)_"
    plain = re.sub(between, "", text)
    if found := WHOLE.fullmatch(plain):
        sign, *digits = found.groups()
        bases = zip(digits, (16, 2, 8, 10), strict=True)
        value = int(sign + next(str(int(each, base)) for each, base in bases if each))
        if -(2**63) <= value < 2**64:
            return value
    if FRACTION.fullmatch(plain) and math.isfinite(number := float(plain)):
        # JSON knows one kind of numbers: 1.0 becomes 1.
        return int(number) if number.is_integer() and abs(number) < 2**63 else number
    return text


def _tag(text: str) -> str:
    kinds = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}
    return TAG + kinds[type(meaning(text))]


class Misread(yaml.constructor.ConstructorError):
    """It is YAML, but not what anybody means; the problem has the remedy."""


class Reader(yaml.SafeLoader):
    """Reads as kubectl does, and refuses a key that stands twice, of which it drops the first."""

    def __init__(self, stream: str | bytes) -> None:
        """Begin to read."""
        super().__init__(stream)
        self._around: list[str | None] = []
        """Anchors of what is being read, from the outermost on."""

    def compose_node(self, parent: Any, index: Any) -> yaml.Node | None:
        """Read a node; refuse one that holds itself, which has no end in JSON."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        alias = isinstance(event, yaml.AliasEvent)
        if alias and event.anchor in self._around:
            raise _wrong(event, f"*{event.anchor} stands within &{event.anchor}: write it out")
        self._around.append(None if alias else event.anchor)
        node: yaml.Node | None = super().compose_node(parent, index)
        self._around.pop()
        return node

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Return the tag of a node that has none."""
        if kind is yaml.ScalarNode and implicit[0]:
            return f"{TAG}merge" if value == "<<" else _tag(value)
        default = super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]
        return str(default)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Read one mapping."""
        seen: set[str] = set()
        for key, _ in node.value:
            if key.tag == f"{TAG}merge":
                continue
            name = self._key(key)
            if name in seen:
                raise _wrong(key, f"{name!r} is set twice; keep one of them")
            seen.add(name)
        self.flatten_mapping(node)
        return {self._key(key): self.construct_object(each, deep=deep) for key, each in node.value}

    def _key(self, node: yaml.Node) -> str:
        key = self.construct_object(node, deep=True)
        if isinstance(key, str):
            return key
        if isinstance(key, bool | int):
            return str(key).lower()
        raise _wrong(node, "a key must be text; put it in quotes")

    def scalar(self, node: yaml.ScalarNode) -> Scalar:
        """Read one value that is no text.

        Raises:
            Misread: JSON, which is what the API server gets, has no such value.
        """
        text = str(self.construct_scalar(node))
        value = meaning(text)
        if isinstance(value, float) and not math.isfinite(value):
            raise _wrong(node, f"{text} is a number that JSON has not; put it in quotes")
        return value

    def text(self, node: yaml.ScalarNode) -> str:
        """Read one text.

        Raises:
            Misread: half a character is none.
        """
        halves = str(self.construct_scalar(node)).encode("utf-16", "surrogatepass")
        try:
            return halves.decode("utf-16")
        except UnicodeDecodeError:
            raise _wrong(node, "half a character; write it whole") from None


Reader.yaml_constructors = {
    **{TAG + kind: Reader.scalar for kind in ("bool", "int", "float", "null")},
    f"{TAG}str": Reader.text,
    **{
        tag: how
        for tag, how in yaml.SafeLoader.yaml_constructors.items()
        if tag in (f"{TAG}seq", f"{TAG}map", None)
    },
}
"""JSON has no dates and no bytes."""


class ByHand(Reader):
    """Reads what a person wrote, and refuses a key that kubectl would not take for text."""

    def _key(self, node: yaml.Node) -> str:
        name = super()._key(node)
        if isinstance(node, yaml.ScalarNode) and node.value != name:
            raise _wrong(node, f"kubectl reads the key {node.value} as {name}; put it in quotes")
        return name


class Writer(yaml.SafeDumper):
    """Writes what kubectl, and every other reader, reads back as it was, for people to edit."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        """Return the tag that a reader would see: a text that is taken for none gets its quotes."""
        tag = str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        if kind is yaml.ScalarNode and implicit[0] and tag == f"{TAG}str":
            return _tag(value)
        return tag

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        """Write what is there twice twice."""
        return True

    def text(self, text: str) -> yaml.Node:
        """Write scripts as lines; line ends that no editor writes, by their names."""
        rare = any(letter in text for letter in "\x85\u2028\u2029")
        style = '"' if rare else "|" if "\n" in text else None
        return self.represent_scalar(f"{TAG}str", text, style=style)


Writer.add_representer(str, Writer.text)


def read(text: str | bytes, reader: type[Reader] = Reader) -> Iterator[Any]:
    """Return the documents of a text, without those that are empty.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return (each for each in yaml.load_all(text, reader) if each is not None)


def write(documents: Iterable[Any], width: int = 100) -> str:
    """Return the text of documents."""
    return str(
        yaml.dump_all(documents, Dumper=Writer, sort_keys=False, width=width, allow_unicode=True)
    )


def _wrong(node: yaml.Node, problem: str) -> Misread:
    return Misread(problem=problem, problem_mark=node.start_mark)
