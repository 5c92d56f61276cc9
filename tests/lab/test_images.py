"""What a box is handed: what it lacks, and all of it where that does not do."""

from pathlib import Path
from typing import Any

import pytest

from lab import images
from lab.faults import Broken
from lab.recipes import ALL


class Box:
    """Says of its content what it is told to, and takes an image or not."""

    def __init__(self, *refusals: int) -> None:
        self.refusals = list(refusals)

    def enter(self, *command: str) -> list[str]:
        if "import" in command:
            return ["sh", "-c", f"cat > /dev/null; exit {self.refusals.pop(0)}"]
        return ["echo", "sha256:a sha256:b"]


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """What is taken for present each time that something is handed over."""
    found: list[set[str]] = []

    def write(archive: Any, folder: Path, tag: str, present: set[str]) -> int:
        archive.write(tag.encode())
        found.append(present)
        return len(found)

    monkeypatch.setattr("lab.oci.write_difference", write)
    return found


def hand_over(box: Box) -> int:
    return images._import(box, ALL[0], Path())  # type: ignore[arg-type]


def test_only_what_is_not_there_moves(moved: list[set[str]]) -> None:
    assert hand_over(Box(0)) == 1
    assert moved == [{"sha256:a", "sha256:b"}]


def test_what_was_refused_is_handed_over_whole(moved: list[set[str]]) -> None:
    assert hand_over(Box(1, 0)) == 2
    assert moved == [{"sha256:a", "sha256:b"}, set()]


def test_what_is_refused_whole_is_said(moved: list[set[str]]) -> None:
    with pytest.raises(Broken, match=ALL[0].tag):
        hand_over(Box(1, 1))
    assert len(moved) == 2
