"""Checkpoints in a world where objects are torn, lost, or written by who should have ended."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.contract.assignment import StageFailure, Store
from hone_trainer.store import chunked_array
from hone_trainer.store.artifact_store import ArtifactStore, open_store
from hone_trainer.store.chunked_array import whole
from tests.trainer.kept import (
    PIECE,
    PREFIX,
    filled,
    opened,
    paths,
    step_of,
    steps,
    tear,
    write,
)

Damage = Callable[[bytes], bytes | None]

DAMAGES: dict[str, Damage] = {
    "one bit is wrong": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "it is cut off": lambda data: data[: len(data) // 2],
    "it is empty": lambda data: b"",
    "it is gone": lambda data: None,
}
NONSENSE: dict[str, Damage] = {
    "no bytes of text": lambda data: b"\xff\xfe" + data,
    "a list": lambda data: b"[]",
    "a number": lambda data: b"1",
    "no groups": lambda data: data.replace(b'"groups"', b'"troops"'),
    "no facts": lambda data: data.replace(b'"facts"', b'"rumours"'),
    "facts of another kind": lambda data: data.replace(b'{"step": 20}', b"[7]"),
    "groups of another kind": lambda data: b'{"inputDigest": "d", "facts": {}, "groups": []}',
    "no such type": lambda data: data.replace(b"float32", b"float33"),
}


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunked_array.spans, "__defaults__", (PIECE,))


@pytest.fixture
def store(run_stage: Any) -> ArtifactStore:
    """With checkpoints of attempt 0 at steps 10 and 20."""
    found: ArtifactStore = run_stage.store
    checkpoints = opened(found)
    write(checkpoints, 10)
    write(checkpoints, 20)
    return found


def newest(store: ArtifactStore) -> list[str]:
    """The newest manifest, then its pieces."""
    found = opened(store).read(0, 20)
    pieces = [piece[2] for piece in found.groups["weights"][0].pieces]
    return [path for path in paths(store, "step-") if "20.json" in path] + pieces


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("which", range(4))
def test_what_is_damaged_is_passed_over_and_said(
    store: ArtifactStore, caplog: pytest.LogCaptureFixture, how: str, which: int
) -> None:
    path = newest(store)[which]
    # A manifest that is gone was dropped: there is nothing to say of it.
    silent = which == 0 and how == "it is gone"
    tear(store, path, DAMAGES[how])
    assert step_of(opened(store, attempt=1).latest()) == 10
    assert ("checkpoint passed over" in caplog.text) is not silent
    assert silent or path in caplog.text


@pytest.mark.parametrize("how", NONSENSE)
def test_a_manifest_that_says_nonsense_is_passed_over(
    store: ArtifactStore, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    tear(store, newest(store)[0], NONSENSE[how])
    assert step_of(opened(store, attempt=1).latest()) == 10
    assert "cannot be understood" in caplog.text or "another configuration" in caplog.text


@pytest.mark.parametrize("kept", [1, 2])
@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("attempt", [0, 1])
def test_who_goes_on_behind_a_damaged_checkpoint_keeps_what_it_writes(
    store: ArtifactStore, which: int, attempt: int, kept: int
) -> None:
    tear(store, newest(store)[which], lambda data: b"torn")
    later = opened(store, attempt, kept)
    assert step_of(later.latest()) == 10
    write(later, 15)
    assert step_of(opened(store, attempt=2).latest()) == 15
    write(later, 20)
    assert step_of(opened(store, attempt=2).latest()) == 20


def test_a_damaged_piece_is_written_again_by_who_found_it(store: ArtifactStore) -> None:
    checkpoints = opened(store)
    found = write(checkpoints, 30)
    tear(store, found.groups["weights"][0].pieces[1][2], lambda data: b"torn")
    assert step_of(checkpoints.latest()) == 20
    write(checkpoints, 30)
    assert step_of(checkpoints.latest()) == 30


def test_another_configuration_is_passed_over_however_far_it_got(store: ArtifactStore) -> None:
    mine = opened(store, attempt=1, digest="other")
    assert mine.latest() is None
    for step in (1, 2, 3):
        write(mine, step)
        assert step_of(opened(store, attempt=2, digest="other").latest()) == step
    assert steps(store) == [2, 3]
    with pytest.raises(StageFailure, match="removed in the meantime"):
        opened(store).read(0, 20)


def test_the_other_members_of_a_gang_refuse_another_configuration(store: ArtifactStore) -> None:
    with pytest.raises(StageFailure, match="of another configuration") as failed:
        opened(store, attempt=1, digest="other").read(0, 20)
    assert failed.value.retry


def test_a_zombie_finds_out_and_does_no_harm(store: ArtifactStore) -> None:
    zombie, newer = opened(store), opened(store, attempt=1)
    found = newer.latest()
    assert found is not None
    newer.write(30, {"step": 30}, {"weights": filled(30), "best": found.groups["weights"]})
    for step in (25, 30, 40):
        with pytest.raises(StageFailure, match="attempt 1 has begun") as failed:
            write(zombie, step)
        assert (failed.value.reason, failed.value.retry) == ("Superseded", True)
    resumed = opened(store, attempt=2).latest()
    assert resumed is not None
    assert (resumed.attempt, resumed.step) == (1, 30)
    assert np.array_equal(whole(resumed.groups["best"][0]), filled(20)[0].array)
    write(newer, 40)
    write(newer, 50)
    assert {path.split("/checkpoints/")[1][0] for path in paths(store, "")} == {"1"}


def test_a_zombie_finds_out_before_the_newer_attempt_has_written(store: ArtifactStore) -> None:
    """It would drop what the newer one has resumed from, and still refers to."""
    zombie, newer = opened(store), opened(store, attempt=1)
    newer.begin()
    found = newer.latest()
    for step in (30, 40):
        with pytest.raises(StageFailure, match="attempt 1 has begun"):
            write(zombie, step)
    with pytest.raises(StageFailure, match="attempt 1 has begun"):
        zombie.begin()
    assert step_of(found) == 20
    newer.clear()
    assert paths(store, "") == []


def test_a_read_that_fails_is_no_damage(
    store: ArtifactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the storage is away nothing is known: to start anew would throw away days."""

    def away(*_: object) -> bytes:
        raise StageFailure("StorageUnreachable", "no answer", retry=True)

    monkeypatch.setattr(ArtifactStore, "get", away)
    with pytest.raises(StageFailure, match="no answer"):
        opened(store, attempt=1).latest()


ACTS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 4)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("damage"), st.integers(0, 99)),
)


@pytest.mark.slow
@settings(deadline=None)
@given(acts=st.lists(ACTS, max_size=14), kept=st.integers(1, 3))
def test_the_newest_whole_checkpoint_is_found_whatever_happened(
    acts: list[tuple[str, int]], kept: int
) -> None:
    """As a training does: it resumes from what it finds, and writes at steps after that."""
    with TemporaryDirectory() as folder:
        store = open_store(Store(uri=str(Path(folder) / "artifacts")))
        attempt, step, broken = 0, 0, set[str]()
        mine = opened(store, attempt, kept)
        for act, number in acts:
            if act == "write":
                step += number
                write(mine, step)
                broken -= set(paths(store, f"/{attempt}/step-{step:09d}"))
            elif act == "restart":
                attempt += 1
                mine = opened(store, attempt, kept)
                step = step_of(mine.latest()) or 0
            elif found := paths(store, "step-"):
                # Pieces are shared by none here, so a damaged one spoils its checkpoint alone.
                broken.add(found[number % len(found)])
                tear(store, found[number % len(found)], lambda data: data[:-9])
            sound = [path for path in paths(store, "step-") if path not in broken]
            assert step_of(opened(store, 99).latest()) == max(
                (int(path[-14:-5]) for path in sound), default=None
            )
            if act == "write":
                assert f"{PREFIX}/checkpoints/{attempt}/step-{step:09d}.json" in sound
                assert 1 <= len(paths(store, "step-")) <= kept
