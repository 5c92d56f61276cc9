"""The life of a pod on this machine: start, watch, stop. What a kubelet does for a node."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hone.cluster.local_environment import (
    Folders,
    container,
    environment,
    expand,
    foreign,
    mounted,
)
from hone.cluster.local_files import Folder
from hone.cluster.local_objects import Object
from hone.cluster.local_ports import Ports
from hone.cluster.local_process import Process
from hone_trainer.contract.assignment import MESSAGE_LIMIT

SCRATCH = "scratch"
ROOM = 40
"""Characters of the folder that scratch folders lie in: a Unix socket's path has 104 at the least,
and up to 60 of them follow."""
TAIL, TAIL_LINES = 2048, 80
"""Bytes and lines of a log that stand in for a termination message."""
ELSEWHERE = ("/tmp", "/var/tmp", "/dev/shm")  # noqa: S108 - each pod gets a folder of its own there


class Kubelet:
    """Runs pods as processes of this machine.

    Args:
        around: variables of this machine.
        python: interpreter that stands for the image's.
        home: folder that relative paths of a job start from.
    """

    def __init__(self, around: Mapping[str, str], python: str, home: Path) -> None:
        self._around = around
        self._python = python
        self._home = home
        self._ports = Ports()

    def start(
        self, folder: Folder, job: Object, pod: Object, configs: Mapping[str, Object]
    ) -> tuple[Process, str]:
        """Start a pod's process, held at its gate.

        Args:
            folder: where its files go.
            job: its Job.
            pod: the pod.
            configs: the ConfigMaps that it may mount.

        Returns:
            The process, and the token with which it will prove who it is.
        """
        name = pod["metadata"]["name"]
        folders = self._folders(folder, name)
        for volume in job["spec"]["template"]["spec"].get("volumes", ()):
            if "emptyDir" in volume:
                (folders.scratch / volume["name"]).mkdir()
            for path, content in mounted(volume, configs):
                (folders.scratch / path).parent.mkdir(exist_ok=True)
                (folders.scratch / path).write_text(content, encoding="utf-8")
        token = secrets.token_urlsafe(32)
        folders.token.touch(mode=0o600)
        folders.token.write_text(token)
        variables = environment(job, pod, folders, self._around, self._ports.of)
        command = self._command(job, variables)
        process = Process(command, variables, self._home, folder.log(name))
        return process, token

    def finish(self, folder: Folder, pod: str, job: Object | None = None, code: int = 0) -> str:
        """Clear away the files of a pod that ended; give its termination message.

        Args:
            folder: where they are.
            pod: its name.
            job: its Job, for what stands in where it left none; nothing does where none is given.
            code: its exit code.
        """
        path = folder.pod(pod)
        try:
            said = (path / "message").read_bytes()[:MESSAGE_LIMIT].decode(errors="replace")
        except FileNotFoundError:
            said = ""
        _clear(path)
        if not said and code and job is not None and foreign(job):
            return _tail(folder.log(pod))
        return said

    def _folders(self, folder: Folder, name: str) -> Folders:
        path = folder.pod(name)
        _clear(path)
        path.mkdir()
        # Not below the state folder, whose path may be long.
        scratch = Path(tempfile.mkdtemp(prefix="hone-pod-", dir=_temporary()))
        (path / SCRATCH).symlink_to(scratch)
        return Folders(scratch, path / "message", path / "token")

    def _command(self, job: Object, variables: Mapping[str, str]) -> list[str]:
        one = container(job)
        command = [*one.get("command", ()), *one.get("args", ())]
        return [self._python if word == "python" else expand(word, variables) for word in command]


def _tail(log: Path) -> str:
    """Return the end of a log, as much of it as a kubelet would."""
    try:
        text = log.read_bytes()[-TAIL:].decode(errors="replace")
    except OSError:
        return ""
    return "".join(text.splitlines(keepends=True)[-TAIL_LINES:])


def _temporary() -> str:
    """Return the user's folder for temporary files, or another where sockets would not fit."""
    usual = tempfile.gettempdir()
    if len(usual) <= ROOM:
        return usual
    return next((each for each in ELSEWHERE if os.access(each, os.W_OK)), usual)


def _clear(path: Path) -> None:
    """Remove the files of a pod, and the scratch folder that its link leads to."""
    scratch = path / SCRATCH
    if scratch.is_symlink():
        shutil.rmtree(scratch.readlink(), ignore_errors=True)
    shutil.rmtree(path, ignore_errors=True)
