"""The one door: what the words of the command line mean, and nothing else.

Whatever is heavy is imported inside the branch that needs it, so that ``hone --help`` is instant.
"""

import argparse
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from hone import __version__
from hone.door import manual
from hone.door.extras import remedy
from hone_serving.server.options import Options, add_words

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

    from hone.api.outcome import Outcome
    from hone.door.run import Request
    from hone.door.run import main as run
    from hone.settings import surroundings

    def tell(outcome: Outcome) -> None:
        sys.stdout.write(outcome.model_dump_json(by_alias=True) + "\n")

    machine = words.output == "json"
    people = sys.stderr if machine else sys.stdout
    request = Request(
        words.job,
        words.state,
        words.artifacts,
        words.fresh,
        tell if machine else None,
        surroundings(),
    )
    return run(request, Console(file=people, width=None if people.isatty() else 120))


def _plan(words: argparse.Namespace) -> int:
    from hone.door.preview import main as preview

    return preview(words.job, words.output, sys.stdout)


def _convert(words: argparse.Namespace) -> int:
    from hone.door.convert import Request
    from hone.door.convert import main as convert
    from hone.migrate.tfjob import Wishes

    command = None if words.command_line is None else tuple(words.command_line)
    wishes = Wishes(words.artifacts, command)
    return convert(Request(words.job, wishes, words.output), sys.stdout, sys.stderr)


def _retry(words: argparse.Namespace) -> int:
    from hone.door.retry import Request
    from hone.door.retry import main as retry
    from hone.settings import surroundings

    request = Request(words.job, words.namespace, surroundings())
    return retry(request, sys.stdout, sys.stderr)


def _serve(words: argparse.Namespace) -> int:
    from hone_serving.server.start import start

    def tell(text: str) -> None:
        sys.stderr.write(f"{text}\n")

    return start(Options.of(words), tell)


def _predict(words: argparse.Namespace) -> int:
    from hone.door.predict import Request
    from hone.door.predict import main as predict

    request = Request(words.bundle, words.rows, words.output, words.top, words.endpoint)
    return predict(request, sys.stdout, sys.stderr)


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


def _help(words: argparse.Namespace) -> int:
    _parser().parse_args([words.topic, "--help"] if words.topic else ["--help"])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hone",
        description="Make models small, fast and accurate: on a cluster, or right here.",
        epilog=manual.MORE,
    )
    parser.add_argument("--version", action="version", version=f"hone {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="name")

    def add(name: str, does: str, more: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=more
        )

    run = add("run", "run a job on this machine; again to resume", manual.RUN)
    run.set_defaults(command=_run)
    run.add_argument("job", type=Path, metavar="JOB.yaml", help="- for standard input")
    run.add_argument(
        "--artifacts",
        metavar="URI",
        help="folder or bucket for what it makes (default: artifacts below --state)",
    )
    run.add_argument(
        "--state",
        type=Path,
        default=Path(".hone"),
        metavar="DIR",
        help="record and logs of local jobs (default: %(default)s)",
    )
    run.add_argument("--fresh", action="store_true", help="begin anew, even where work is done")
    run.add_argument(
        "-o",
        "--output",
        choices=("table", "json"),
        default="table",
        help="json: the last line of standard output is one object, all else goes to standard"
        " error (default: %(default)s)",
    )

    plan = add("plan", "show what a job would create in a cluster", manual.PLAN)
    plan.set_defaults(command=_plan)
    plan.add_argument("job", type=Path, metavar="JOB.yaml", help="- for standard input")
    plan.add_argument(
        "-o",
        "--output",
        choices=("table", "yaml"),
        default="table",
        help="how it is shown (default: %(default)s)",
    )

    convert = add("convert", "turn a TFJob of Kubeflow into a job", manual.CONVERT)
    convert.set_defaults(command=_convert)
    convert.add_argument("job", type=Path, metavar="TFJOB.yaml", help="- for standard input")
    convert.add_argument(
        "--artifacts",
        metavar="URI",
        help="folder or bucket for what the job makes (default: the operator's)",
    )
    convert.add_argument(
        "--command",
        type=shlex.split,
        dest="command_line",
        metavar="WORDS",
        help="what containers run that leave it to their image; '' where args are the command",
    )
    convert.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="where the job goes (default: standard output)",
    )

    retry = add("retry", "try a failed job of a cluster again, from where it failed", manual.RETRY)
    retry.set_defaults(command=_retry)
    retry.add_argument("job", metavar="NAME")
    retry.add_argument(
        "-n", "--namespace", metavar="NAMESPACE", help="where it is (default: that of the context)"
    )

    serve = add("serve", "answer over HTTP with a bundle", manual.SERVE)
    serve.set_defaults(command=_serve)
    add_words(serve)

    predict = add("predict", "answer the rows of a file by a bundle", manual.PREDICT)
    predict.set_defaults(command=_predict)
    predict.add_argument("bundle", metavar="BUNDLE", help="its folder: a path, or s3://…")
    predict.add_argument("rows", type=Path, metavar="ROWS", help="a .csv, .jsonl or .parquet")
    predict.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="a .csv, .jsonl or .parquet for answers"
    )
    predict.add_argument(
        "--top",
        type=int,
        default=10,
        metavar="N",
        help="classes or items that an answer names (default: %(default)s)",
    )
    predict.add_argument("--endpoint", metavar="URL", help="an S3 server that is not the cloud's")

    add("crd", "print the CustomResourceDefinition").set_defaults(command=_crd)
    add("reference", "print every word of a job, as Markdown").set_defaults(command=_reference)
    add("operator", "run the operator", manual.OPERATOR).set_defaults(command=_operator)
    topic = add("help", "explain a command")
    topic.set_defaults(command=_help)
    topic.add_argument("topic", nargs="?", choices=tuple(commands.choices), metavar="COMMAND")
    return parser


if __name__ == "__main__":
    sys.exit(main())
