"""The room's door: `python -m lab COMMAND`."""

import argparse
import subprocess
import sys
from pathlib import Path

from lab import binaries, box, gpus, images, life, pins, release
from lab.faults import Broken, Missing
from lab.testbed import Testbed


def main(argv: list[str]) -> int:
    """Run one command and return its exit code: 3 where this machine cannot do it."""
    name, *words = argv or ["--help"]
    try:
        if name in _RAW:  # the rest belongs to somebody else, dashes included
            return _RAW[name](words)
        options = _parser().parse_args(argv)
        return int(options.run(options) or 0)
    except Missing as missing:
        print(f"lab: cannot do this here: {missing}", file=sys.stderr)
        return 3
    except Broken as broken:
        print(f"lab: {broken}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lab", description="A real Kubernetes for tests.")
    commands = parser.add_subparsers(required=True)

    def command(name: str, run: object, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text)
        made.set_defaults(run=run)
        return made

    tools = command("binaries", _binaries, "find or build tools and print their paths")
    tools.add_argument("tools", nargs="*", default=list(pins.names()))
    up = command("up", _up, "bring up the box with its one node")
    up.add_argument("--gpus", type=int, metavar="N", help="let the node say that it has N GPUs")
    command("bake", _bake, "build the two images, without a box")
    command("images", _images, "build what changed and bring it into the box")
    command("install", _install, "images, and the operator with its chart")
    put = command("put", _put, "copy a file into the box's object storage")
    put.add_argument("file", type=Path)
    put.add_argument("bucket")
    put.add_argument("key")
    command("down", _down, "end the box and sweep up")
    command("status", _status, "say whether the box is well")
    command("kubectl", None, "talk to the cluster in the box")
    command("exec", None, "run a command in the box")
    return parser


def _binaries(options: argparse.Namespace) -> None:
    for name, path in binaries.ensure(options.tools).items():
        print(f"{name}\t{path}")


def _up(options: argparse.Namespace) -> None:
    cluster = life.up(box.ours())
    if options.gpus is not None:
        gpus.set_gpus(cluster, options.gpus)
    print(f"export KUBECONFIG={cluster.kubeconfig}")


def _bake(_: argparse.Namespace) -> None:
    images.bake()


def _images(_: argparse.Namespace) -> None:
    images.ensure(box.ours())


def _install(_: argparse.Namespace) -> None:
    release.install(box.ours())


def _put(options: argparse.Namespace) -> None:
    print(Testbed.of(box.ours()).store.put(options.file, options.bucket, options.key))


def _down(_: argparse.Namespace) -> None:
    life.sweep(box.ours())


def _status(_: argparse.Namespace) -> int:
    ours = box.ours()
    if not ours.healthy():
        print("down" if ours.first() is None else "not well")
        return 1
    print(ours.cluster().kubectl("get", "nodes,pods", "--all-namespaces"), end="")
    return 0


def _kubectl(words: list[str]) -> int:
    cluster = box.ours().cluster()
    command = [str(cluster.binary), "--kubeconfig", str(cluster.kubeconfig), *words]
    return subprocess.run(command).returncode


def _exec(words: list[str]) -> int:
    return subprocess.run(box.ours().enter(*words)).returncode


_RAW = {"kubectl": _kubectl, "exec": _exec}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
