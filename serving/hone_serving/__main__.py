"""What the image runs: ``python -m hone_serving BUNDLE``. People have ``hone serve``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from hone_serving.server.options import Options, add_words


def main(argv: Sequence[str] | None = None) -> int:
    """Serve what the command line says; give the exit code."""
    parser = argparse.ArgumentParser(
        prog="hone_serving", description="Answer over HTTP with a bundle."
    )
    add_words(parser, host="0.0.0.0")  # noqa: S104  a pod's address is nobody's before it is there
    options = Options.of(parser.parse_args(argv))

    from hone_serving.server.lines import configure
    from hone_serving.server.start import start

    configure()
    return start(options, logging.getLogger("hone_serving").info)


if __name__ == "__main__":
    sys.exit(main())
