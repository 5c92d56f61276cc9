"""How much is let in at once, in rows and in bytes: beyond it a request is told to come again.

A bound in requests would bound no memory: one may hold a row or a thousand.
"""

from __future__ import annotations

from hone_serving.server.refusal import Refusal

RETRY_SECONDS = 1
"""When whoever was turned away may come again: what waits is answered within less."""


class Gate:
    """Counts what is inside.

    Args:
        most: so much may be inside at once.
        unit: what is counted.
        remedy: what helps whoever sends more than that in one request.
    """

    def __init__(self, most: int, unit: str, remedy: str) -> None:
        self.most = most
        self.inside = 0
        self._unit = unit
        self._remedy = remedy

    def check(self, amount: int, most: int | None = None) -> None:
        """Refuse what can never be let in.

        Args:
            amount: of one request.
            most: that one may hold, where it is less than all together.
        """
        most = most or self.most
        if amount > most:
            message = f"the request holds {amount} {self._unit}, and one may hold {most}"
            raise Refusal(413, f"{message}: {self._remedy}")

    def enter(self, amount: int) -> None:
        """Count an amount as inside; whoever enters leaves, whatever comes of it.

        Raises:
            Refusal: there is no room for it now, or never will be.
        """
        if self.inside + amount > self.most:
            self.check(amount)
            message = f"{self.inside} {self._unit} of {self.most} are being answered"
            raise Refusal(429, f"{message}: come again later", RETRY_SECONDS)
        self.inside += amount

    def leave(self, amount: int) -> None:
        """Count it as inside no more."""
        self.inside -= amount
