"""Why a request gets no answer: what its sender reads, with the remedy."""

from __future__ import annotations


class Refusal(Exception):
    """A request that is not answered."""

    def __init__(
        self, status: int, message: str, retry_after: int | None = None, *, last: bool = False
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
        """Seconds after which it may be asked again."""
        self.last = last
        """Whether nothing more can be read of the connection."""


def wrong(message: str) -> Refusal:
    """Return the refusal of a request that its sender has to correct."""
    return Refusal(400, message)


def short(text: str, most: int = 120) -> str:
    """Return what somebody sent as a message may repeat it."""
    return text if len(text) <= most else f"{text[:most]}…"
