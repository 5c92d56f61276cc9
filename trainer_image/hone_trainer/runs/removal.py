"""Removes what may go, after a second look: what was begun since the first one is seen then."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hone_trainer.runs.clearing import Clearing, decide
from hone_trainer.runs.inventory import look
from hone_trainer.store.object_store_clients import is_bucket

if TYPE_CHECKING:
    from hone_trainer.runs.clearing import Policy
    from hone_trainer.store.artifact_store import ArtifactStore


def clear(store: ArtifactStore, policy: Policy) -> Clearing:
    """Remove what may go; give what was.

    Signposts go first, then the store is looked at again: whoever followed one in between has put
    on record by then that it did, and what it found stays. Nothing goes that was not to go at the
    first look, either.
    """
    first = decide(look(store), policy)
    for path in first.signposts:
        store.delete(path)
    meant = frozenset(first.order)
    again = decide(look(store), policy)
    order = tuple(path for path in again.order if path in meant)
    for path in order:
        store.delete(path)
    verdicts = tuple(replace(each, goes=each.goes & meant) for each in again.verdicts)
    if not is_bucket(store.root):
        for verdict in verdicts:
            _sweep(Path(store.root, verdict.run.run.home))
    return Clearing(verdicts, first.signposts, order)


def _sweep(home: Path) -> None:
    """Remove the folders of a run that have become empty; a bucket has none."""
    for folder, _, _ in os.walk(home, topdown=False):
        with suppress(OSError):  # somebody's file is in it
            Path(folder).rmdir()
