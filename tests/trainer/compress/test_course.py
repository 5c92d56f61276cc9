"""A search tells candidates done of all, and a share and a time that keep to the clock."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from hone_trainer.compress.course import ALL, CONVERSIONS, DONE, USUAL, Course


@dataclass
class Search:
    """A search in time of its own."""

    epochs: tuple[float, ...]
    now: float = 0.0
    posts: list[tuple[float, float, str, dict[str, float], float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = ["float", *(f"c{k}" for k in range(1, len(self.epochs)))]
        self.course = Course(names, self.epochs, self._post, lambda: self.now)

    def _post(
        self, fraction: float, message: str, metrics: dict[str, float], remaining: float
    ) -> None:
        self.posts.append((self.now, fraction, message, metrics, remaining))

    def make(self, pace: float) -> None:
        """Make every candidate, so many times slower than usual."""
        seconds = pace * USUAL["epoch"]
        for k, epochs in enumerate(self.epochs):
            with self.course.making(k) as tell:
                self.now += pace * USUAL["setup"] * (epochs > 0)
                for step in range(10 if epochs else 0):
                    self.now += seconds * epochs / 10
                    tell((step + 1) / 10, f"step {step}")

    def convert(self, pace: float) -> None:
        """Convert all, as many at a time as there may be."""
        for some in _several(range(len(self.epochs))):
            seconds = pace * (USUAL["conversion"] + USUAL["start"] * (some[0] == 0))
            contexts = [self.course.converting() for _ in some]
            for each in contexts:
                each.__enter__()
            for _ in range(10):
                self.now += seconds / 10
                self.course.waiting()
            for each in contexts:
                each.__exit__(None, None, None)
        self.course.waiting()

    def measure(self, pace: float) -> None:
        seconds = pace * USUAL["measurement"]
        for k in range(len(self.epochs)):
            with self.course.measuring(k):
                self.now += seconds


def _several(numbers: range) -> Iterator[tuple[int, ...]]:
    ahead = iter(numbers)
    while some := tuple(itertools.islice(ahead, CONVERSIONS)):
        yield some


@pytest.mark.parametrize("pace", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("epochs", [(0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 2.0, 4.0), (0.0, 8.0)])
def test_the_share_keeps_to_the_clock(epochs: tuple[float, ...], pace: float) -> None:
    """Whatever is tried, and three times slower or faster than usual."""
    search = Search(epochs)
    search.make(pace)
    search.convert(pace)
    search.measure(pace)
    whole = search.now
    away = [abs(share - moment / whole) for moment, share, *_ in search.posts]
    assert sum(away) / len(away) < 0.25
    shares = [share for _, share, *_ in search.posts]
    assert shares == sorted(shares), "it went back"
    assert shares[0] == 0.0
    assert search.posts[-1][-1] < max(2.0, whole / 4)


def test_candidates_done_of_all_are_told() -> None:
    search = Search((0.0, 0.0, 2.0))
    search.make(1.0)
    assert search.posts[-1][3] == {DONE: 0.0, ALL: 2.0}
    assert search.posts[-1][2].startswith("making candidate 2 of 2, c2: step")
    search.convert(1.0)
    assert search.posts[-1][2:4] == ("converting, 2 of 2 candidates done", {DONE: 2.0, ALL: 2.0})


def test_a_candidate_that_cannot_be_made_is_not_waited_for() -> None:
    search = Search((0.0, 0.0))
    with search.course.converting():
        search.now += 1
    search.course.fell_out()
    search.course.waiting()
    assert search.posts[-1][3] == {DONE: 1.0, ALL: 1.0}
