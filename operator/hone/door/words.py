"""The words of the command line: every command, what it takes, and what ``--help`` says of it."""

import argparse
import shlex
from pathlib import Path

from hone import __version__
from hone.door import manual
from hone.door.ages import age
from hone_serving.bench.options import add_words as add_bench_words
from hone_serving.server.options import add_runtime, add_words
from hone_trainer.runs.places import ARTIFACTS

STORE = "folder or bucket with what jobs made (default: %(default)s)"
RUN = "the beginning of its id, latest:JOB, latest:NAMESPACE/JOB, or its folder"
ENDPOINT = "an S3 server that is not the cloud's"


def parser() -> argparse.ArgumentParser:
    """Return what reads a command line: ``name`` is the command, the rest its words."""
    reader = argparse.ArgumentParser(
        prog="hone",
        description="Make models small, fast and accurate: on a cluster, or right here.",
        epilog=manual.MORE,
    )
    reader.add_argument("--version", action="version", version=f"hone {__version__}")
    commands = reader.add_subparsers(required=True, metavar="COMMAND", dest="command")

    def add(name: str, does: str, more: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=does, description=f"{does[0].upper()}{does[1:]}.", epilog=more
        )

    run = add("run", "run a job on this machine; again to resume", manual.RUN)
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
    run.add_argument("--fresh", action="store_true", help="make all anew, and take nothing over")
    run.add_argument(
        "-o",
        "--output",
        choices=("table", "json"),
        default="table",
        help="json: the last line of standard output is one object, all else goes to standard"
        " error (default: %(default)s)",
    )

    plan = add("plan", "show what a job would create in a cluster", manual.PLAN)
    plan.add_argument("job", type=Path, metavar="JOB.yaml", help="- for standard input")
    plan.add_argument(
        "-o",
        "--output",
        choices=("table", "yaml"),
        default="table",
        help="how it is shown (default: %(default)s)",
    )

    convert = add("convert", "turn a TFJob of Kubeflow into a job", manual.CONVERT)
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
    retry.add_argument("job", metavar="NAME")
    retry.add_argument(
        "-n", "--namespace", metavar="NAMESPACE", help="where it is (default: that of the context)"
    )

    serve = add("serve", "answer over HTTP with a bundle", manual.SERVE)
    add_words(serve)

    bench = add("bench", "measure how fast bundles answer over HTTP", manual.BENCH)
    add_bench_words(bench)

    predict = add("predict", "answer the rows of a file by a bundle", manual.PREDICT)
    predict.add_argument(
        "bundle", metavar="BUNDLE", help="its folder: a path, or s3://…; or latest:JOB"
    )
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
    predict.add_argument(
        "--delimiter",
        metavar="C",
        help="between the fields of a CSV (default: as in the rows of training)",
    )
    predict.add_argument("--endpoint", metavar="URL", help=ENDPOINT)
    add_runtime(predict)

    runs = add("runs", "list what was run, and how it went", manual.RUNS)
    runs.add_argument("artifacts", nargs="?", default=ARTIFACTS, metavar="ARTIFACTS", help=STORE)
    runs.add_argument("--job", default="", metavar="NAME", help="runs of this job alone")
    _about_runs(runs)

    show = add("show", "show a run: what was asked for, and what it found", manual.SHOW)
    show.add_argument("run", metavar="RUN", help=RUN)
    show.add_argument("--artifacts", default=ARTIFACTS, metavar="URI", help=STORE)
    _about_runs(show)

    compare = add("compare", "tell what differs between two runs, and what it did", manual.COMPARE)
    compare.add_argument("before", metavar="RUN", help=RUN)
    compare.add_argument("after", metavar="RUN", help="the same")
    compare.add_argument("--artifacts", default=ARTIFACTS, metavar="URI", help=STORE)
    _about_runs(compare)

    clean = add("clean", "remove what old runs left and nothing needs", manual.CLEAN)
    clean.add_argument("artifacts", nargs="?", default=ARTIFACTS, metavar="ARTIFACTS", help=STORE)
    clean.add_argument(
        "--older-than",
        type=age,
        default="30d",
        metavar="AGE",
        help="leave alone what was written to since: 12h, 30d, 4w (default: %(default)s)",
    )
    clean.add_argument(
        "--unfinished", action="store_true", help="clear runs, too, that may still go on"
    )
    clean.add_argument(
        "--bundles", action="store_true", help="remove bundles, reports and records, too"
    )
    clean.add_argument("--yes", action="store_true", help="do it; else it is only shown")
    _about_runs(clean)

    export = add("export", "write a run into an MLflow tracking server", manual.EXPORT)
    export.add_argument("run", metavar="RUN", help=RUN)
    export.add_argument(
        "--mlflow", metavar="URL", help="the server's address (default: MLFLOW_TRACKING_URI)"
    )
    export.add_argument(
        "--experiment", metavar="NAME", help="where it goes (default: NAMESPACE/JOB)"
    )
    export.add_argument(
        "--report", action="store_true", help="send the page of the evaluation, too"
    )
    export.add_argument("--artifacts", default=ARTIFACTS, metavar="URI", help=STORE)
    _about_runs(export)

    add("crd", "print the CustomResourceDefinition")
    add("reference", "print every word of a job, as Markdown")
    add("operator", "run the operator", manual.OPERATOR)
    topic = add("help", "explain a command")
    topic.add_argument("topic", nargs="?", choices=tuple(commands.choices), metavar="COMMAND")
    return reader


def _about_runs(command: argparse.ArgumentParser) -> None:
    """Add what all commands about runs take."""
    command.add_argument("--endpoint", metavar="URL", help=ENDPOINT)
    command.add_argument(
        "-o",
        "--output",
        choices=("table", "json"),
        default="table",
        help="json: one object on standard output (default: %(default)s)",
    )
