"""`hone bench`: bundles beside each other, and beside the handlers of ``bare``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from typing import TextIO

from hone_serving.bench.contender import bare, bundle
from hone_serving.bench.measure import Line, race
from hone_serving.bench.options import Options
from hone_trainer.contract.assignment import StageFailure

DONE, WRONG = 0, 2
HEAD = ("", "clients", "requests/s", "×", "p50 ms", "p95 ms", "p99 ms", "CPU µs", "×")
BELOW = "×: beside the plain handler in the same rounds; 2 is twice as good"


def main(options: Options, out: TextIO, err: TextIO) -> int:
    """Measure and print; give the exit code."""
    try:
        with ExitStack() as running:
            served = [
                running.enter_context(bundle(uri, name, options.rows, options.runtime))
                for uri, name in zip(options.bundles, names(options.bundles), strict=True)
            ]
            beside = running.enter_context(bare(served[0], options.bundles[0], options.runtime))
            lines = race((*beside, *served), options.clients, options.rounds, options.seconds)
    except StageFailure as failure:
        err.write(f"{failure.message}\n")
        return WRONG
    if options.output == "json":
        out.write(json.dumps([line.dump() for line in lines]) + "\n")
    else:
        out.writelines(f"{line}\n" for line in table(lines))
    return DONE


def names(bundles: Sequence[str]) -> list[str]:
    """Return what bundles are called: as little of their addresses as tells them apart."""
    parts = [uri.rstrip("/").split("/") for uri in bundles]
    for length in range(1, max(map(len, parts)) + 1):
        found = ["/".join(each[-length:]) for each in parts]
        if len(set(found)) == len(found):
            return found
    return [f"{uri} ({number})" for number, uri in enumerate(bundles, 1)]


def table(lines: Sequence[Line]) -> Iterator[str]:
    """Yield a table for people."""
    rows = [HEAD, *map(_cells, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = (cell for cell in row)
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True)]
        yield "  ".join(cells).rstrip()
    yield BELOW


def _cells(line: Line) -> tuple[str, ...]:
    figures = line.figures
    return (
        line.name,
        str(line.clients),
        f"{figures.throughput:,.0f}",
        f"{line.throughput_ratio:.2f}",
        *(f"{value:.2f}" for value in (figures.p50, figures.p95, figures.p99)),
        f"{figures.cpu:.0f}",
        f"{line.cpu_ratio:.2f}",
    )
