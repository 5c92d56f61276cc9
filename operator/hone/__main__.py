"""The one door: what the words of the command line mean, and nothing else.

Whatever is heavy is imported inside the branch that needs it, so that ``hone --help`` is instant.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hone.door.extras import remedy
from hone.door.words import parser
from hone_serving.server.options import Options

if TYPE_CHECKING:
    from rich.console import Console

    from hone_trainer.contract.assignment import Store

WRONG, INTERRUPTED = 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; give the exit code."""
    words = parser().parse_args(argv)
    if lacking := remedy(words.command):
        sys.stderr.write(f"{lacking}\n")
        return WRONG
    try:
        return COMMANDS[words.command](words)
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


def _bench(words: argparse.Namespace) -> int:
    from hone_serving.bench.options import Options
    from hone_serving.bench.run import main as bench

    return bench(Options.of(words), sys.stdout, sys.stderr)


def _predict(words: argparse.Namespace) -> int:
    from hone.door.predict import Request
    from hone.door.predict import main as predict

    request = Request(
        words.bundle,
        words.rows,
        words.output,
        words.top,
        words.endpoint,
        words.runtime,
        words.delimiter,
    )
    return predict(request, sys.stdout, sys.stderr)


def _runs(words: argparse.Namespace) -> int:
    from hone.door.runs import Request
    from hone.door.runs import main as runs

    request = Request(_artifacts(words), words.job, words.output == "json")
    return runs(request, *_consoles())


def _show(words: argparse.Namespace) -> int:
    from hone.door.show import Request
    from hone.door.show import main as show

    request = Request(words.run, _artifacts(words), words.output == "json")
    return show(request, *_consoles())


def _compare(words: argparse.Namespace) -> int:
    from hone.door.compare import Request
    from hone.door.compare import main as compare

    request = Request(words.before, words.after, _artifacts(words), words.output == "json")
    return compare(request, *_consoles())


def _clean(words: argparse.Namespace) -> int:
    from hone.door.clean import Request
    from hone.door.clean import main as clean

    request = Request(
        _artifacts(words),
        words.older_than,
        words.unfinished,
        words.bundles,
        words.yes,
        words.output == "json",
    )
    return clean(request, *_consoles())


def _export(words: argparse.Namespace) -> int:
    from hone.door.export import Request
    from hone.door.export import main as export
    from hone.settings import surroundings

    request = Request(
        words.run,
        words.mlflow,
        words.experiment,
        words.report,
        _artifacts(words),
        words.output == "json",
        surroundings(),
    )
    return export(request, *_consoles())


def _artifacts(words: argparse.Namespace) -> "Store":
    from hone_trainer.contract.assignment import Store

    return Store(uri=words.artifacts, endpoint=words.endpoint)


def _consoles() -> "tuple[Console, Console]":
    """Return what standard output and standard error are drawn on."""
    from rich.console import Console

    wide = [None if each.isatty() else 120 for each in (sys.stdout, sys.stderr)]
    return Console(file=sys.stdout, width=wide[0]), Console(file=sys.stderr, width=wide[1])


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
    parser().parse_args([words.topic, "--help"] if words.topic else ["--help"])
    return 0


COMMANDS: Mapping[str, Callable[[argparse.Namespace], int]] = {
    "run": _run,
    "plan": _plan,
    "convert": _convert,
    "retry": _retry,
    "serve": _serve,
    "bench": _bench,
    "predict": _predict,
    "runs": _runs,
    "show": _show,
    "compare": _compare,
    "clean": _clean,
    "export": _export,
    "crd": _crd,
    "reference": _reference,
    "operator": _operator,
    "help": _help,
}


if __name__ == "__main__":
    sys.exit(main())
