"""Rows from a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from hone_trainer.words import Words

if TYPE_CHECKING:
    import pandas as pd

URI_PATTERN = r"^[a-z][a-z0-9+.-]*://[^@?#]*$|^/[^@?#]*$|^\.{0,2}[^:@?#]*$"
"""A URI without user, password or signature, or a path."""


class Csv(Words):
    """A CSV file with a header line (RFC 4180)."""

    uri: Annotated[str, Field(min_length=1, max_length=1024, pattern=URI_PATTERN)]
    """Where it lies: ``s3://bucket/key`` or a path. Reached as the artifacts are."""
