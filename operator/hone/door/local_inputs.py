"""Files that a job names by their path and that are on this machine: whether it can read them.

Whoever plans a job has its rows at hand more often than not; a column that a file does not have
would only be found by a pod. A path may also be one of a volume in the cluster: what is not here is
not asked for.
"""

from collections.abc import Iterator
from contextlib import chdir
from glob import has_magic, iglob
from os.path import exists
from pathlib import Path

from hone.api.job import OptimizationJob
from hone_trainer.contract.assignment import StageFailure, Store


def faults(job: OptimizationJob, home: Path) -> Iterator[str]:
    """Say of each stage why it could not read the files that are here.

    Args:
        job: relative paths in it start from
        home: this folder.
    """
    try:
        from hone_trainer.store.artifact_store import open_store
    except ModuleNotFoundError:
        return  # a plan needs no extra of the distribution; with one, it says more

    with chdir(home):
        store = open_store(Store(uri=str(Path.cwd())), "spec.artifacts")
        for number, spec in enumerate(job.spec.stages):
            paths = spec.value.paths()
            if paths and all(map(_here, paths)):
                try:
                    spec.value.look(store)
                except StageFailure as failure:
                    yield f"spec.stages[{number}].{spec.kind}: {failure.message}"


def _here(uri: str) -> bool:
    if "://" in uri:
        return False
    return any(iglob(uri)) if has_magic(uri) else exists(uri)
