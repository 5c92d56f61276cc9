"""The one door: what the words of the command line mean, and nothing else.

Whatever is heavy is imported inside the branch that needs it, so that ``hone --help`` is instant.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hone import __version__
from hone.door.extras import remedy

WRONG, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; give the exit code."""
    words = _parser().parse_args(argv)
    if lacking := remedy(words.name):
        sys.stderr.write(f"{lacking}\n")
        return WRONG
    command: Callable[[argparse.Namespace], int] = words.command
    try:
        return command(words)
    except KeyboardInterrupt:
        return INTERRUPTED


def _run(words: argparse.Namespace) -> int:
    from rich.console import Console

    from hone.door.run import Request
    from hone.door.run import main as run
    from hone.settings import surroundings

    request = Request(words.job, words.state, words.artifacts, words.fresh, surroundings())
    return run(request, Console(width=None if sys.stdout.isatty() else 120))


def _plan(words: argparse.Namespace) -> int:
    from hone.door.preview import main as preview

    return preview(words.job, words.output, sys.stdout)


def _convert(words: argparse.Namespace) -> int:
    from hone.door.convert import Request
    from hone.door.convert import main as convert
    from hone.migrate.tfjob import Wishes

    wishes = Wishes(words.artifacts, tuple(words.command_line))
    return convert(Request(words.job, wishes, words.output), sys.stdout, sys.stderr)


def _crd(_: argparse.Namespace) -> int:
    from hone.api.crd import render

    sys.stdout.write(render())
    return 0


def _reference(_: argparse.Namespace) -> int:
    from hone.api.reference import page

    sys.stdout.write(page())
    return 0


def _operator(_: argparse.Namespace) -> int:
    from hone.control.operator import main as operator
    from hone.settings import Settings, WrongSettings

    try:
        settings = Settings.load()
    except WrongSettings as wrong:
        sys.stderr.write(f"{wrong}\n")
        return WRONG
    return operator(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hone",
        description="Make models small, fast and accurate: on a cluster, or right here.",
    )
    parser.add_argument("--version", action="version", version=f"hone {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="name")

    run = commands.add_parser("run", help="run a job on this machine; again to resume")
    run.set_defaults(command=_run)
    run.add_argument("job", type=Path, metavar="JOB.yaml")
    run.add_argument("--artifacts", metavar="URI", help="folder or bucket for what it makes")
    run.add_argument(
        "--state", type=Path, default=Path(".hone"), metavar="DIR", help="record of local jobs"
    )
    run.add_argument("--fresh", action="store_true", help="begin anew, even where work is done")

    plan = commands.add_parser("plan", help="show what a job would create in a cluster")
    plan.set_defaults(command=_plan)
    plan.add_argument("job", type=Path, metavar="JOB.yaml")
    plan.add_argument(
        "-o", "--output", choices=("table", "yaml"), default="table", help="how it is shown"
    )

    convert = commands.add_parser("convert", help="turn a TFJob of Kubeflow into a job")
    convert.set_defaults(command=_convert)
    convert.add_argument("job", type=Path, metavar="TFJOB.yaml", help="- for standard input")
    convert.add_argument("--artifacts", metavar="URI", help="folder or bucket for what it makes")
    convert.add_argument(
        "--command",
        type=shlex.split,
        default=(),
        dest="command_line",
        metavar="WORDS",
        help="what containers run that leave it to their image",
    )
    convert.add_argument("-o", "--output", type=Path, metavar="FILE", help="where the job goes")

    crd = commands.add_parser("crd", help="print the CustomResourceDefinition")
    crd.set_defaults(command=_crd)

    reference = commands.add_parser("reference", help="print every word of a job, as Markdown")
    reference.set_defaults(command=_reference)

    operator = commands.add_parser("operator", help="run the operator (settings: HONE_… variables)")
    operator.set_defaults(command=_operator)
    return parser


if __name__ == "__main__":
    sys.exit(main())
