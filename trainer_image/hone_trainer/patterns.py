"""What texts in a stage may look like, and how that is told: a pattern says little to people."""

from typing import Annotated

from pydantic import Field

URI_PATTERN = r"^[a-z][a-z0-9+.-]*://[^@?#]*$|^/[^@?#]*$|^\.{0,2}[^:@?#]*$"
"""A URI without user, password or signature, or a path; ``*`` stands for any part of a name."""
DELIMITER_PATTERN = r"^[\t ,;|:^~]$"
KEY_PATTERN = r"^[-._a-zA-Z0-9]+$"
WORD_PATTERN = r"^[^\s\v\x{85}\p{Z}]+$"
"""Spaces are listed: what ``\\S`` leaves out is not the same to Go and to Rust."""

Uri = Annotated[str, Field(min_length=1, max_length=1024, pattern=URI_PATTERN)]

FORMS = {
    URI_PATTERN: "must be s3://bucket/key or a path, with no user or password in it",
    DELIMITER_PATTERN: "must be a comma, semicolon, bar, colon, caret, tilde, space or tab",
    KEY_PATTERN: "must be letters, digits, hyphens, points and underscores",
    WORD_PATTERN: "must be one word, without spaces",
}
"""Pattern -> what it asks for."""
