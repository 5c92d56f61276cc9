"""The clock that the loop runs by, in a cluster and on a laptop; tests bring their own."""

from datetime import UTC, datetime


class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """Return the present moment."""
        return datetime.now(UTC)
