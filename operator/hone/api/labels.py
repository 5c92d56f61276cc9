"""Labels and annotations, as the API server checks them: it has no rules of ours for metadata."""

from typing import Annotated

from pydantic import AfterValidator, Field

from hone_trainer.contract.patterns import SUBDOMAIN

_WORD = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
LABEL_PATTERN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
KEY_PATTERN = rf"^({SUBDOMAIN}/)?{_WORD}$"
VALUE_PATTERN = rf"^({_WORD})?$"
NOTE_PATTERN = rf"^((?i:{SUBDOMAIN})/)?{_WORD}$"
"""Keys of annotations: capitals are allowed in the prefix too."""
KEYS = (
    "must be letters (a to z), digits, hyphens, underscores and points, with or without a domain/"
)
SMALL = "must be small letters, digits and hyphens"
VALUES = "must be at most 63 letters (a to z), digits, hyphens, underscores and points, or empty"
FORMS = {
    LABEL_PATTERN: f"{SMALL}, with no hyphen first or last",
    KEY_PATTERN: KEYS,
    NOTE_PATTERN: KEYS,
    VALUE_PATTERN: VALUES,
}
"""Pattern -> what it asks for."""
MOST_NOTED = 256 * 1024
"""Bytes of all annotations, keys included."""


def _short(key: str) -> str:
    if len(key.rpartition("/")[0]) > 253:
        raise ValueError("must have at most 253 characters before the /")
    return key


def _bounded(notes: dict[str, str]) -> dict[str, str]:
    size = sum(len(each.encode()) for pair in notes.items() for each in pair)
    if size > MOST_NOTED:
        raise ValueError(f"must hold at most 256 KiB in all; found {size / 1024:.0f} KiB")
    return notes


KeyText = Annotated[str, Field(max_length=317, pattern=KEY_PATTERN), AfterValidator(_short)]
LabelText = Annotated[str, Field(max_length=63, pattern=VALUE_PATTERN)]
NoteKey = Annotated[str, Field(max_length=317, pattern=NOTE_PATTERN), AfterValidator(_short)]
Labels = dict[KeyText, LabelText]
Annotations = Annotated[dict[NoteKey, str], AfterValidator(_bounded)]
