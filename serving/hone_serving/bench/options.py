"""The words of a command line that measures bundles."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from hone_serving import Runtime
from hone_serving.server.options import add_runtime

MOST = 1000
"""Clients, rounds, seconds and rows: more would measure the patience of whoever waits."""


@dataclass(frozen=True)
class Options:
    """What to measure, and how."""

    bundles: Sequence[str]
    clients: Sequence[int] = (1, 8, 64)
    """How many ask at once, one after the other."""
    seconds: float = 2.0
    rounds: int = 3
    rows: int = 1
    """Of a request."""
    output: str = "table"
    runtime: Runtime = "litert"
    """Of the bundles; the plain handler's, too."""

    @classmethod
    def of(cls, words: argparse.Namespace) -> Options:
        """Return what a command line says."""
        return cls(**{name: getattr(words, name) for name in cls.__dataclass_fields__})


def add_words(parser: argparse.ArgumentParser) -> None:
    """Let a command line say all of it."""
    add = parser.add_argument
    add("bundles", nargs="+", metavar="BUNDLE", help="a folder, or s3://bucket/prefix")
    add(
        "--clients",
        type=_counts,
        default=Options.clients,
        metavar="N,…",
        help="how many ask at once (default: 1,8,64)",
    )
    turn = "length of a turn (default: %(default)s)"
    add("--seconds", type=_seconds, default=Options.seconds, metavar="S", help=turn)
    turns = "turns of each server (default: %(default)s)"
    add("--rounds", type=_count, default=Options.rounds, metavar="N", help=turns)
    rows = "rows of a request (default: %(default)s)"
    add("--rows", type=_count, default=Options.rows, metavar="N", help=rows)
    add(
        "-o",
        "--output",
        choices=("table", "json"),
        default=Options.output,
        help="how it is shown (default: %(default)s)",
    )
    add_runtime(parser)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from 1 to {MOST}")
    return int(text)


def _counts(text: str) -> tuple[int, ...]:
    return tuple(_count(each.strip()) for each in text.split(","))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST:
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds, at most {MOST}")
    return seconds
