"""What running pods say of themselves: kept in memory only, and only the last word of each.

Losing it costs a few seconds of a progress bar; what counts is in the pods' last reports. So it is
kept out of the API server, where every write has its price.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Mapping

from pydantic import ValidationError

from hone.api.faults import faults
from hone.cluster.port import Caller, Cluster, Key, Refused, Unavailable
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress

BODY_LIMIT = 4096
"""Bytes of one post."""
KEPT_SECONDS = 600.0
"""A post that is older says nothing about now."""
LIMIT = 10_000
"""Pods that are remembered; the one heard longest ago is forgotten first."""

Clock = Callable[[], float]
Answer = tuple[int, str]
"""HTTP status, and a sentence for whoever reads the pod's log."""


class ProgressBoard:
    """The latest post of every pod."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._posts: dict[Key, dict[Place, tuple[float, Progress]]] = defaultdict(dict)
        self._order: OrderedDict[Caller, float] = OrderedDict()

    def put(self, caller: Caller, progress: Progress) -> None:
        """Remember a post instead of the one before it."""
        self._posts[caller.key][caller.place] = (self._clock(), progress)
        self._order[caller] = self._clock()
        self._order.move_to_end(caller)
        while self._order and (len(self._order) > LIMIT or self._stale(next(iter(self._order)))):
            self._drop(next(iter(self._order)))

    def of(self, key: Key) -> Mapping[Place, Progress]:
        """Return what the pods of a job said lately."""
        fresh = self._clock() - KEPT_SECONDS
        posts = self._posts.get(key, {}).items()
        return {place: post for place, (at, post) in posts if at > fresh}

    def forget(self, key: Key) -> None:
        """Drop a job that has finished or gone."""
        for place in self._posts.pop(key, {}):
            self._order.pop(Caller(key, place), None)

    def __len__(self) -> int:
        """Number of pods that are remembered."""
        return len(self._order)

    def _stale(self, caller: Caller) -> bool:
        return self._order[caller] <= self._clock() - KEPT_SECONDS

    def _drop(self, caller: Caller) -> None:
        del self._order[caller]
        places = self._posts[caller.key]
        places.pop(caller.place, None)
        if not places:
            del self._posts[caller.key]


class Reception:
    """Takes posts in: finds out whose they are, checks them, and rings for the job.

    However often a pod posts, the newest post counts: one costs nothing but its few bytes here, for
    whoever is rung looks at a job no more often than figures are written.

    Args:
        cluster: who knows the pods.
        board: where posts go.
        ring: called with the job of every post that was taken in.
    """

    def __init__(self, cluster: Cluster, board: ProgressBoard, ring: Callable[[Key], None]) -> None:
        self._cluster = cluster
        self._board = board
        self._ring = ring

    async def take(self, authorization: str, read: Callable[[], Awaitable[bytes]]) -> Answer:
        """Take a post in.

        Args:
            authorization: the header of that name.
            read: gives the body, JSON of a ``Progress``; nothing is read of a stranger's.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            return 401, "send the pod's projected token as a bearer token"
        try:
            caller = await self._cluster.identify(token)
        except Refused as refused:
            return 403, str(refused)
        except Unavailable:
            return 503, "nobody can check the token at this moment; post again later"
        if caller is None:
            return 401, "the token is not good, or not made for this audience"
        try:
            # By pydantic's own parser: it ends at a depth that Python's would not survive.
            progress = Progress.model_validate_json(await read())
        except ValidationError as error:
            [first, *_] = faults(error, Progress)
            return 400, f"the body is not a progress report: {first.removeprefix(': ')}"
        self._board.put(caller, progress)
        self._ring(caller.key)
        return 202, "taken"
