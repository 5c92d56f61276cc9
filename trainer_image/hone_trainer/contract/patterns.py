r"""What texts in a stage may look like, and how that is told: a pattern says little to people.

Three engines read them: pydantic's (Rust), the API server's (Go) and CEL's. What ``\s`` and ``\S``
mean is not the same to all, so spaces that matter are listed.
"""

from typing import Annotated

from pydantic import Field

SPACES = r"\s\v\x{85}\p{Z}"
UNWRITABLE = r"\p{Cc}\p{Zl}\p{Zp}"
"""Control characters and line ends."""


def segments(excluded: str) -> str:
    """Return the pattern of the parts of a path, none of them empty, ``.`` or ``..``.

    Args:
        excluded: what stands in none of them, as in a character class; ``/`` besides.
    """
    x = f"/{excluded}"
    return rf"/([^.{x}][^{x}]*|\.[^.{x}][^{x}]*|\.\.[^{x}]+)"


BUCKET = r"(s3|gs|az)://[A-Za-z0-9][-A-Za-z0-9._]*"
NO_SECRETS = r"@?#"
"""Nothing that begins a password or a signature."""
URI_PATTERN = (
    rf"^({BUCKET}({segments(NO_SECRETS + UNWRITABLE)})*/?"
    rf"|file://({segments(NO_SECRETS + UNWRITABLE)})+"
    rf"|/[^{NO_SECRETS}{UNWRITABLE}]*|[^:{NO_SECRETS}{UNWRITABLE}]*)$"
)
"""An address without user, password or signature, or a path; ``*`` is any part of a name."""
_PLAIN = rf"[^:{NO_SECRETS}{UNWRITABLE}]"
RUN_PATTERN = rf"^({URI_PATTERN[1:-1]}|({_PLAIN}*/)?latest:{_PLAIN}+)$"
"""An address as above, or the newest complete run of a job."""
DELIMITER_PATTERN = r"^[\t ,;|:^~]$"
KEY_PATTERN = r"^[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$"
SUBDOMAIN = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
NAME_PATTERN = rf"^{SUBDOMAIN}$"
DNS_PATTERN = r"^[a-z]([-a-z0-9]*[a-z0-9])?$"
PASSED_PATTERN = r"^[^\x00]*$"
WORD_PATTERN = rf"^[^{SPACES}]+$"
FUNCTION_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*([.][A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*$"
VARIABLE_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
METRIC_PATTERN = r"^[a-zA-Z0-9]+(@[1-9][0-9]{0,4})?$"

Uri = Annotated[str, Field(min_length=1, max_length=1024, pattern=URI_PATTERN)]
RunUri = Annotated[str, Field(min_length=1, max_length=1024, pattern=RUN_PATTERN)]
"""A run, or what is in it."""
Name = Annotated[str, Field(min_length=1, max_length=253, pattern=NAME_PATTERN)]
"""What an object of Kubernetes is called."""
StageName = Annotated[str, Field(min_length=1, max_length=24, pattern=DNS_PATTERN)]
"""What a stage is called in its job."""
Word = Annotated[str, Field(max_length=4096, pattern=PASSED_PATTERN)]
"""What a program is given, as an argument or a variable: there NUL is the end."""

FORMS = {
    URI_PATTERN: "must be s3://bucket/key, gs://, az:// or a path, with no user or password and no "
    "line end in it, and in a bucket no // and no ..",
    RUN_PATTERN: "must be latest:JOB, s3://bucket/folder, gs://, az:// or a path, with no user or "
    "password and no line end in it",
    DELIMITER_PATTERN: "must be a comma, semicolon, bar, colon, caret, tilde, space or tab",
    KEY_PATTERN: "must be letters, digits, hyphens, points and underscores, with at most one point "
    "first",
    NAME_PATTERN: "must be small letters, digits and hyphens, in words between points, with a "
    "letter or digit first and last in each",
    PASSED_PATTERN: "must hold no NUL (\\0), which no program can be given",
    WORD_PATTERN: "must be one word, without spaces",
    FUNCTION_PATTERN: "must be a module and a function in it, such as shop.models:build",
    VARIABLE_PATTERN: "must be letters, digits and underscores, with no digit first",
    METRIC_PATTERN: "must be a figure's name as the status shows it, such as auc or ndcg@10",
}
"""Pattern -> what it asks for."""
