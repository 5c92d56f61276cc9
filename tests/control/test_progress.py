"""Posts of pods: whose, how big, how often, and how long they count."""

import json
from typing import Any

import pytest

from hone.cluster.port import Caller, Key, Refused, Unavailable
from hone.control import progress
from hone.control.progress import ProgressBoard, Reception
from hone.plan.names import Place
from hone_trainer.contract.assignment import Progress
from tests.fakes.cluster import FakeCluster

KEY = Key("shop", "demo")
PLACE = Place("train", 0, "worker", 0)
CALLER = Caller(KEY, PLACE)
HALF = json.dumps(Progress(fraction=0.5).dump()).encode()


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A reception with everything around it."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.cluster = FakeCluster()
        self.cluster.tokens["a.secret"] = CALLER
        self.board = ProgressBoard(self.clock)
        self.rang: list[Key] = []
        self.reception = Reception(self.cluster, self.board, self.rang.append)
        self.reads = 0

    async def post(self, body: bytes = HALF, authorization: str = "Bearer a.secret") -> int:
        async def read() -> bytes:
            self.reads += 1
            return body

        status, message = await self.reception.take(authorization, read)
        assert message
        assert "secret" not in message
        return status


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_a_good_post_is_remembered_and_rings(desk: Desk) -> None:
    assert await desk.post() == 202
    assert desk.board.of(KEY) == {PLACE: Progress(fraction=0.5)}
    assert desk.rang == [KEY]


@pytest.mark.parametrize("header", ["", "a.secret", "Basic a.secret", "Bearer ", "Bearer made-up"])
async def test_without_a_good_token_nobody_is_known(desk: Desk, header: str) -> None:
    assert await desk.post(authorization=header) == 401
    assert not desk.rang
    assert not desk.reads, "nothing is read of a stranger's post"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"nonsense",
        b"[]",
        b'{"fraction": 2}',
        b'{"fraction": 0.5, "surprise": 1}',
        b"\xff\xfe",
        b"[" * 4000,
        b'{"metrics": ' * 300,
        b'{"message": "\\ud800"}',
        b'{"remainingSeconds": 9223372036854775808}',
        b'{"remainingSeconds": 1e400}',
        b'{"fraction": NaN}',
        b'{"fraction": 1e400}',
        json.dumps({"message": "x" * 300}).encode(),
        json.dumps({"metrics": [{"name": "a", "value": "1"}] * 17}).encode(),
    ],
)
async def test_what_is_no_report_is_turned_away(desk: Desk, body: bytes) -> None:
    assert await desk.post(body) == 400
    assert not desk.board.of(KEY)


async def test_a_wrong_post_is_told_its_field_and_bound(desk: Desk) -> None:
    async def read() -> bytes:
        return b'{"remainingSeconds": 9223372036854775808}'

    _, said = await desk.reception.take("Bearer a.secret", read)
    assert "remainingSeconds: must be at most 315360000" in said


async def test_the_newest_post_counts_however_soon_it_comes(desk: Desk) -> None:
    other = Caller(KEY, Place("train", 1, "worker", 0))
    desk.cluster.tokens["other"] = other
    for fraction in (0.1, 0.2, 0.6):
        assert await desk.post(json.dumps({"fraction": fraction}).encode()) == 202
    assert await desk.post(authorization="Bearer other") == 202
    assert desk.board.of(KEY)[PLACE] == Progress(fraction=0.6)
    assert len(desk.rang) == 4


@pytest.mark.parametrize(
    ("fault", "status"), [(Refused("the pod is gone"), 403), (Unavailable("no route"), 503)]
)
async def test_faults_have_their_status(desk: Desk, fault: Exception, status: int) -> None:
    async def identify(token: str) -> Caller | None:
        raise fault

    desk.cluster.identify = identify  # type: ignore[method-assign]
    assert await desk.post() == status


def test_an_old_post_says_nothing_about_now() -> None:
    clock = Clock()
    board = ProgressBoard(clock)
    board.put(CALLER, Progress())
    clock.now += progress.KEPT_SECONDS
    assert board.of(KEY) == {}
    board.put(Caller(Key("shop", "other"), PLACE), Progress())
    assert len(board) == 1, "the old one is dropped when another comes"


def test_the_board_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LIMIT", 3)
    board = ProgressBoard(Clock())
    callers = [Caller(Key("shop", f"job{n}"), PLACE) for n in range(5)]
    for caller in callers:
        board.put(caller, Progress())
    assert [bool(board.of(caller.key)) for caller in callers] == [False, False, True, True, True]


def test_a_finished_job_is_forgotten() -> None:
    board = ProgressBoard(Clock())
    board.put(CALLER, Progress())
    board.forget(KEY)
    board.forget(KEY)
    assert (len(board), board.of(KEY)) == (0, {})


def test_asking_leaves_no_trace() -> None:
    board = ProgressBoard(Clock())
    for number in range(10):
        board.of(Key("shop", f"job{number}"))
    assert not _inside(board)


def _inside(board: ProgressBoard) -> Any:
    return board._posts
