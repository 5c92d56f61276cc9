"""Where a word belongs that stands in the wrong place, and what a missing one is for.

Whoever writes a first job knows the words and not yet which record holds them: a list of what is
known here sends them to the reference, and the schema has the answer itself.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_origin

from hone_trainer.contract.nearest import nearest
from hone_trainer.contract.spec import keys, models

DEEPEST = 3
"""Records below the one where a word stands that are searched for it."""
SHOWN = 3
"""Places that are told of a word that several records know."""
SENTENCE = re.compile(r"[.:;](\s|$)")


def unknown(name: str, known: Sequence[str], places: Sequence[str] = ()) -> str:
    """Say of a word that nobody knows where it belongs, or which ones there are.

    Args:
        name: the word.
        known: what may stand in its place.
        places: where below it may stand.
    """
    if name in known:
        return "is set twice"
    if places:
        more = ", …" if len(places) > SHOWN else ""
        return f"unknown here; it belongs in {', '.join(places[:SHOWN])}{more}"
    if close := nearest(name, known):
        return f"unknown; did you mean {close}?"
    return f"unknown; known here: {', '.join(known)}" if known else "unknown; nothing is set here"


def below(annotation: Any, name: str) -> list[str]:
    """Return the paths of the records nearest below one where a word may stand.

    Args:
        annotation: the record.
        name: the word.
    """
    floor = [("", annotation)]
    for _ in range(DEEPEST):
        floor = [each for path, record in floor for each in _inner(path, record)]
        if found := [path for path, record in floor if name in keys(record)]:
            return found
    return []


def required(annotation: Any) -> list[str]:
    """Return the keys that a record cannot do without."""
    return [
        field.alias or name
        for model in models(annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    ]


def purpose(annotation: Any, name: str) -> str:
    """Say what a key of a record is for, in the first words of its description."""
    for model in models(annotation):
        for own, field in model.model_fields.items():
            if name == (field.alias or own) and field.description:
                first = SENTENCE.split(" ".join(field.description.split()))[0].replace("``", "`")
                word = first.split(" ")[0]
                return first if word.isupper() and word != "A" else first[:1].lower() + first[1:]
    return ""


def _inner(path: str, record: Any) -> Iterator[tuple[str, Any]]:
    for key, annotation in keys(record).items():
        if any(True for _ in models(annotation)):
            step = f"{key}[]" if _listed(annotation) else key
            yield f"{path}.{step}".lstrip("."), annotation


def _listed(annotation: Any) -> bool:
    return get_origin(annotation) is tuple or any(map(_listed, get_args(annotation)))
