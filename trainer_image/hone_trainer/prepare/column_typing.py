"""What a column is for, by what can be seen of it.

The first rule that has something to say decides. None is certain: ten thousand rows of a log may
hold each of ten million users once. So each says what it saw, for a person to overrule it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic.alias_generators import to_snake

from hone_trainer.prepare.column_profile import ColumnProfile
from hone_trainer.sources.values import fits_any

LONGEST_NAME = 63
FEW = 20
"""So many different whole numbers at most are categories rather than quantities."""
LEAST = 20
"""Rows from which on it says something that each has a value of its own."""
SPREAD = 2.0
"""Whole numbers, all different, that fill one in two of the places they span were counted up."""
LONG, MANY = 20, 100
"""Letters of a text, and different texts, from which on its words say more than the whole does."""
SHOWN = 40
_KEY = re.compile(r"(^|[^a-z])(id|uuid|guid|key|pk|hash|token)$")
_ID = re.compile(
    r"(^|[^a-z])(id|uuid|key|hash|code|zip|postcode|sku|ean|isbn|asin|user|customer|item|product|session"
    r"|device|query|shop|store|category|brand|country|region|city|campaign|ad|advertiser|publisher)$"
)
"""Names, in our domains, of what is numbered and not measured."""
_TIME = re.compile(r"(^|[^a-z])(time|date|datetime|timestamp|ts|epoch|at)$")
_DAY_US = 86_400_000_000
_YEAR_1990_US = 631_152_000_000_000


@dataclass(frozen=True)
class Verdict:
    """What a column is for."""

    kind: str
    """The key of a kind of column; empty where it is left out."""
    words: dict[str, Any]
    """Parameters of that kind."""
    why: str


def verdict(kind: str, why: str, **words: Any) -> Verdict:
    """Return a verdict."""
    return Verdict(kind, words, why)


def judge(seen: ColumnProfile) -> Verdict:
    """Say what a column is for."""
    return next(found for rule in RULES if (found := rule(seen)) is not None)


def _unusable(seen: ColumnProfile) -> Verdict | None:
    if not seen.name:
        return verdict("", "it has no name")
    if len(seen.name) > LONGEST_NAME:
        return verdict("", f"its name is longer than {LONGEST_NAME} characters")
    if seen.twins:
        return verdict("", "several columns bear its name")
    if not fits_any(seen.kind):
        return verdict("", f"it holds {_nature(seen.kind)}: no kind of column reads that")
    if seen.binary:
        return verdict("", "it holds bytes that are no text: no kind of column reads that")
    return None


def _empty(seen: ColumnProfile) -> Verdict | None:
    if len(seen.words) or len(seen.numbers) or len(seen.times):
        return None
    return verdict("", "it has no value in any of these rows")


def _constant(seen: ColumnProfile) -> Verdict | None:
    values = seen.numbers if seen.numeric else seen.times if len(seen.times) else None
    count = len(seen.distinct) if values is None else _count(seen, values)
    if count > 1 or (seen.strays if seen.numeric else 0):
        return None
    if values is None:
        what = repr(seen.distinct[0][:SHOWN])
    else:
        what = f"{values[0]:g}" if seen.numeric else _day(values[0])
    return verdict("", f"it is {what} wherever it has a value")


def _time(seen: ColumnProfile) -> Verdict | None:
    times = seen.times
    named = _TIME.search(to_snake(seen.name)) is not None
    counted = named and seen.numeric and len(times) > 0 and times.min() >= _YEAR_1990_US
    if not len(times) or not (seen.dated or counted):
        return None
    within = bool((times % _DAY_US).any())
    fields = ("hour", "weekday") if within else ("weekday",)
    span = f"from {_day(times.min())} to {_day(times.max())}"
    return verdict(
        "time", f"times {span}, of which {' and '.join(fields)} are read", fields=list(fields)
    )


def _counted_key(seen: ColumnProfile) -> Verdict | None:
    if not _counted(seen) or not seen.unique or seen.different < LEAST:
        return None
    steps = np.diff(seen.exact)
    dense = seen.exact.max() - seen.exact.min() < SPREAD * len(seen.exact)
    if not (dense or (steps >= 0).all() or _KEY.search(to_snake(seen.name))):
        return None
    return verdict("key", "whole numbers, another one in every row: they tell rows apart")


def _counted_id(seen: ColumnProfile) -> Verdict | None:
    if not _counted(seen):
        return None
    count = len(np.unique(seen.exact))
    if _ID.search(to_snake(seen.name)):
        return verdict("id", f"{count} different whole numbers under the name of what is numbered")
    if count <= FEW:
        why = f"only {count} different whole numbers: categories rather than quantities"
        return verdict("id", why)
    return None


def _number(seen: ColumnProfile) -> Verdict | None:
    if not seen.numeric:
        return None
    count = len(np.unique(seen.exact))
    what = "whole numbers" if _whole(seen.numbers) else "numbers"
    why = f"{what} from {seen.numbers.min():g} to {seen.numbers.max():g}, {count} different ones"
    if seen.strays:
        why += f"; {seen.strays} of its values are no numbers, and unreadable rows"
    return verdict("number", why, normalize={"quantile": {"to": "normal"}})


def _text(seen: ColumnProfile) -> Verdict | None:
    apart = pc.match_substring_regex(seen.words, r"\S\s+\S")
    letters = pc.mean(pc.utf8_length(seen.words)).as_py()
    if pc.mean(apart.cast(pa.float64())).as_py() < 0.5 or letters < LONG:
        return None
    if len(seen.distinct) < min(MANY, len(seen.words) / 2):
        return None
    why = f"{len(seen.distinct)} different texts of {letters:.0f} letters on average, with spaces"
    return verdict("text", why, words={})


def _written_key(seen: ColumnProfile) -> Verdict | None:
    if not seen.unique or seen.different < LEAST:
        return None
    return verdict("key", "another text in every row: they tell rows apart")


def _id(seen: ColumnProfile) -> Verdict:
    few = ", ".join(repr(word[:SHOWN]) for word in seen.distinct[:3])
    return verdict("id", f"{len(seen.distinct)} different texts, most often {few}")


RULES: tuple[Callable[[ColumnProfile], Verdict | None], ...] = (
    _unusable,
    _empty,
    _constant,
    _time,
    _counted_key,
    _counted_id,
    _number,
    _text,
    _written_key,
    _id,
)


def _count(seen: ColumnProfile, values: NDArray[Any]) -> int:
    return len(np.unique(seen.exact if seen.numeric else values))


def _nature(kind: Any) -> str:
    """Say what values of a type are, in words where there is one."""
    types = pa.types
    if types.is_map(kind):
        return "maps"
    if types.is_struct(kind):
        return "objects"
    if types.is_nested(kind):
        return "lists"
    if types.is_duration(kind) or types.is_interval(kind):
        return "durations"
    if types.is_time(kind):
        return "times of day"
    return "bytes" if types.is_fixed_size_binary(kind) else str(kind)[:SHOWN]


def _counted(seen: ColumnProfile) -> bool:
    """Say whether they are whole numbers that can be read as ids too."""
    if not seen.numeric or not _whole(seen.numbers):
        return False
    if pa.types.is_floating(seen.kind):  # ids of which one was missing, or quantities
        named = _ID.search(to_snake(seen.name)) is not None
        return named and len(seen.words) == len(seen.numbers)
    return True


def _whole(values: NDArray[np.float64]) -> bool:
    return bool((values == np.floor(values)).all())


def _day(microseconds: Any) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(microseconds))
    return moment.date().isoformat()
