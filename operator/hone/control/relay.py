"""What a standby does with a post: it hands it to the operator that leads.

A Service knows pods that are ready and not which of them leads, and a standby has to be ready, or
no rollout would ever be complete. So whichever operator a post reaches, it arrives: the leader's
address stands in the Lease that every standby reads anyway.
"""

import logging
from collections.abc import Callable
from types import TracebackType
from typing import Self

import aiohttp

from hone.control.progress import Answer

log = logging.getLogger(__name__)

PATH = "/v1/progress"
HANDED_ON = "Hone-Handed-On"
"""Header of a post that comes from a standby; it is not handed on a second time."""
TIMEOUT = aiohttp.ClientTimeout(total=4.0)
"""Less than pods wait for their answer."""
NOBODY: Answer = 503, "standing by, and nobody is known to lead; post again later"


class Relay:
    """The way from a standby to the leader.

    Args:
        leader: gives its address, host and port; empty where nobody is known to lead.
    """

    def __init__(self, leader: Callable[[], str] = str) -> None:
        self._leader = leader
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        """Open it; connections are made when they are needed."""
        self._session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close its connections."""
        if self._session is not None:
            await self._session.close()

    async def hand_on(self, authorization: str, body: bytes) -> Answer:
        """Return the leader's answer to a post; 503 where there is none.

        Args:
            authorization: the header of that name.
            body: the post as it came.
        """
        leader = self._leader()
        if not leader or self._session is None:
            return NOBODY
        headers = {"Authorization": authorization, HANDED_ON: "1"}
        try:
            async with self._session.post(
                f"http://{leader}{PATH}", data=body, headers=headers, allow_redirects=False
            ) as answer:
                said = await answer.json()
                return answer.status, str(said["message"])
        except (TimeoutError, aiohttp.ClientError, ValueError, KeyError, TypeError) as error:
            log.info("the leader did not take a post", extra={"what": type(error).__name__})
            return 503, "the operator that leads does not answer; post again later"
