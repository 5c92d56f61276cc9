"""Each family by each way, a process each, in turns; prints rows a second and ratios.

    python -m bench.families [--rounds 2] [--only gru,dcn] [--torch FOLDER]

``FOLDER`` is where PyTorch is installed, apart from the packages of this project.
"""

import argparse
import statistics
import subprocess
import sys
from importlib import import_module

from bench.families.family import FAMILIES

WAYS = ("hone", "plain_keras", "pytorch")
EPOCHS = 4
"""The first pays for compiling."""


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--only", default=",".join(FAMILIES))
    parser.add_argument("--torch", default="")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.one:
        way, name = words.one
        print(measured(way, name, words.torch))
        return
    ways = WAYS if words.torch else WAYS[:2]
    for name in words.only.split(","):
        told: dict[str, list[float]] = {way: [] for way in ways}
        for _ in range(words.rounds):
            for way in ways:
                told[way].append(_apart(way, name, words.torch))
        medians = {way: statistics.median(each) for way, each in told.items()}
        for way, rate in medians.items():
            print(f"{name:12} {way:12} {rate:10,.0f} rows/s  x {rate / medians['hone']:.2f}")


def measured(way: str, name: str, torch: str) -> float:
    """Return the rows a second of the best epoch, in this process."""
    if torch:
        sys.path.append(torch)
    family = FAMILIES[name]
    spent = list(import_module(f"bench.families.{way}").epochs(family, EPOCHS))
    return float(family.rows / min(spent[1:]))


def _apart(way: str, name: str, torch: str) -> float:
    line = [sys.executable, "-m", "bench.families", "--one", way, name, "--torch", torch]
    done = subprocess.run(line, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return float(done.stdout.split()[-1])


if __name__ == "__main__":
    main()
