"""The words of a command line that starts a server, for all commands that do."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import get_args

from hone_serving import Runtime

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True)
class Options:
    """What to serve, and how."""

    bundle: str
    host: str = "127.0.0.1"
    port: int = 8080
    name: str | None = None
    """Of the model in addresses; its own where none is said."""
    version: str | None = None
    """Of the model in addresses and answers; the beginning of its digest where none is said."""
    max_rows: int = 1024
    """Rows that may wait or be at work; who comes beyond it is told to come again."""
    drain: float = 5.0
    """Seconds between the word to stop and the last request that is let in."""
    examples: bool = True
    """Whether clients are told values of a training row."""
    endpoint: str | None = None
    region: str | None = None
    runtime: Runtime = "litert"

    @classmethod
    def of(cls, words: argparse.Namespace) -> Options:
        """Return what a command line says."""
        return cls(**{name: getattr(words, name) for name in cls.__dataclass_fields__})


def add_words(parser: argparse.ArgumentParser, host: str = Options.host) -> None:
    """Let a command line say all of it.

    Args:
        parser: that of the command.
        host: where it listens, where nothing is said.
    """
    add = parser.add_argument
    add("bundle", metavar="BUNDLE", help="a folder, s3://bucket/prefix, or latest:JOB")
    add("--host", default=host, help="where to listen (default: %(default)s)")
    add("--port", type=_port, default=Options.port, help="0: any (default: %(default)s)")
    add("--name", type=_name, help="of the model in addresses (default: its own)")
    add("--version", type=_name, help="of the model, such as 7 (default: of its digest)")
    add(
        "--max-rows",
        type=_rows,
        default=Options.max_rows,
        metavar="N",
        help="rows that may wait or be at work; beyond it 429 is answered (default: %(default)s)",
    )
    add(
        "--drain",
        type=_seconds,
        default=Options.drain,
        metavar="SECONDS",
        help="from SIGTERM on, go on answering so long while probes say 503 (default: %(default)s)",
    )
    hide = "tell clients no values of a training row, as metadata and messages do"
    add("--no-examples", action="store_false", dest="examples", help=hide)
    add("--endpoint", metavar="URL", help="an S3 server that is not the cloud's own")
    add("--region", help="the S3 server's")
    add_runtime(parser)


def add_runtime(parser: argparse.ArgumentParser) -> None:
    """Let a command line say what runs the graph."""
    told = "onnx: by the bundle's ONNX file, with the extra of that name (default: %(default)s)"
    parser.add_argument("--runtime", choices=get_args(Runtime), default=Options.runtime, help=told)


def _port(text: str) -> int:
    return _within(text, 0, 65535)


def _rows(text: str) -> int:
    return _within(text, 1, 1_000_000)


def _within(text: str, low: int, high: int) -> int:
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from {low} to {high}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r}: give seconds from 0 to 3600")
    return seconds


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r}: give letters, digits, '-', '_' and '.'")
    return text
