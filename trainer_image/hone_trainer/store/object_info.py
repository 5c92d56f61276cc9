"""What is known of an object of a store before it is read."""

import dataclasses
from datetime import datetime


@dataclasses.dataclass(frozen=True)
class Entry:
    """What is known of an object without reading it.

    Attributes:
        path: where it is, relative to its store.
        size: bytes.
        version: changes whenever the bytes do: an ETag or a time of change, and the size.
        modified: when it was written, by the clock of whoever keeps it.
    """

    path: str
    size: int
    version: str
    modified: datetime
