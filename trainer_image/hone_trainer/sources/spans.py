"""The digest of parts of a file, taken while somebody else reads them, in whichever order.

Of a file of columns only some are read, and hashing all of it would cost what that saves. What was
read is what the data set is made of.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

_WINDOW = 8 << 20
"""Bytes that are read at a time where nobody else read them."""


@dataclass
class _Span:
    at: int
    end: int
    sha256: Any = field(default_factory=hashlib.sha256)

    def take(self, start: int, data: bytes | memoryview) -> None:
        part = memoryview(data)[self.at - start : self.end - start]
        self.sha256.update(part)
        self.at += len(part)


class Spans:
    """Ranges of bytes that do not overlap."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        """Begin with nothing read.

        Args:
            ranges: first byte, and one past the last.
        """
        self._spans = [_Span(*each) for each in sorted(ranges)]
        self._starts = [span.at for span in self._spans]

    def hear(self, start: int, data: bytes) -> None:
        """Take in what was read from ``start`` on; each range from its beginning, once."""
        end = start + len(data)
        for span in self._spans[max(0, bisect_right(self._starts, start) - 1) :]:
            if start <= span.at < min(span.end, end):
                span.take(start, data)
            elif span.at >= end:
                break

    def sha256(self, read: Callable[[int, int], bytes]) -> str:
        """Return the digest of the ranges' digests.

        Args:
            read: gives the bytes from a place to before another, for what was not read in order.
        """
        for span in self._spans:
            while span.at < span.end:
                data = read(span.at, min(span.end, span.at + _WINDOW))
                if not data:
                    break
                span.take(span.at, data)
        return hashlib.sha256(b"".join(s.sha256.digest() for s in self._spans)).hexdigest()
