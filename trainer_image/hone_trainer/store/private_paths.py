"""Places of a machine whose words are nobody's data: what its processes and its kubelet keep there.

Whatever is wrong with a file is told in its own words: names of its columns, the value that cannot
be read. So no field may name a file that holds a token, or what a process was given.
"""

from __future__ import annotations

import os

from hone_trainer.contract.assignment import DEFAULT_TOKEN, TOKEN_VARIABLE, StageFailure

PLACES = ("/proc", "/sys", "/run/secrets", "/var/run/secrets")


def refuse(path: str, field: str) -> None:
    """Raise ``PrivatePath`` where a path leads to such a place, by links too, or to all above it.

    Args:
        path: a file, or a folder whose files are listed; it need not be there.
        field: the field of the job that it comes from, for messages.
    """
    real = os.path.realpath(path)
    places = [os.path.realpath(place) for place in PLACES]
    token = os.path.realpath(os.environ.get(TOKEN_VARIABLE, DEFAULT_TOKEN))
    if real == token or any(_within(real, each) or _within(each, real) for each in places):
        message = f"{path} is, or holds, what this machine keeps to itself"
        raise StageFailure("PrivatePath", f"{message}: name files of your own in {field}")


def _within(path: str, place: str) -> bool:
    return os.path.commonpath((path, place)) == place
