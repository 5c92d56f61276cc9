"""The room's door: `python -m lab COMMAND`."""

import argparse
import sys

from lab import binaries, pins
from lab.faults import Broken, Missing


def main(argv: list[str]) -> int:
    """Run one command and return its exit code: 3 where this machine cannot do it."""
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    build = commands.add_parser("binaries", help="find or build tools and print their paths")
    build.add_argument("tools", nargs="*", default=list(pins.names()))
    options = parser.parse_args(argv)
    try:
        for name, path in binaries.ensure(options.tools).items():
            print(f"{name}\t{path}")
    except Missing as missing:
        print(f"lab: cannot do this here: {missing}", file=sys.stderr)
        return 3
    except Broken as broken:
        print(f"lab: {broken}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
