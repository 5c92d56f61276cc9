"""The YAML blocks of the pages as whole jobs: a fragment stands in a small one, in its place."""

import copy
from typing import Any

import yaml

from hone.api import API_VERSION, KIND
from tests.docs.blocks import Block, blocks

Job = dict[str, Any]
SMALL: Job = {
    "apiVersion": API_VERSION,
    "kind": KIND,
    "metadata": {"name": "small"},
    "spec": {
        "artifacts": {"uri": "s3://models/small"},
        "stages": [
            {
                "name": "data",
                "prepare": {
                    "source": {"csv": {"uri": "s3://raw/clicks.csv"}},
                    "tasks": [{"binary": {"label": "clicked"}}],
                    "columns": [
                        {"name": "user", "id": {}},
                        {"name": "item", "id": {}},
                    ],
                },
            },
            {"name": "train", "train": {"model": {"recommendation": {"lstm": {}}}}},
        ],
    },
}
"""What a fragment is put into."""
ORDER = ("prepare", "train", "fuse", "compress", "evaluate")
FRAGMENTS = ("stages", "spec", "prepare")
"""``stages`` take the place of those of their kind; ``spec`` is laid over the page's own job;
``prepare`` are fields of that stage."""


def whole(block: Block) -> Job:
    """Return the job that a YAML block is, or is a part of.

    Raises:
        ValueError: it is neither, and nobody said what else it is.
    """
    found = yaml.safe_load(block.text)
    kind = block.marks.get("fragment")
    if kind is None:
        if not isinstance(found, dict) or found.get("kind") != KIND:
            raise ValueError(f"{block}: no {KIND}: mark it, as in ```yaml fragment={FRAGMENTS[0]}")
        return found
    if kind == "stages":
        return with_stages(SMALL, found)
    if kind == "spec":
        first = next(each for each in blocks("yaml") if each.page == block.page)
        job = copy.deepcopy(whole(first))
        job["spec"] |= found["spec"]
        return job
    if kind == "prepare":
        data = SMALL["spec"]["stages"][0]
        return with_stages(SMALL, [{**data, "prepare": {**data["prepare"], **found}}])
    raise ValueError(f"{block}: fragment={kind}: write one of {', '.join(FRAGMENTS)}")


def with_stages(job: Job, stages: list[dict[str, Any]]) -> Job:
    """Return a job with these stages in place of those of their kind."""
    job = copy.deepcopy(job)
    given = {_kind(stage) for stage in stages}
    kept = [stage for stage in job["spec"]["stages"] if _kind(stage) not in given]
    job["spec"]["stages"] = sorted([*kept, *stages], key=lambda stage: ORDER.index(_kind(stage)))
    return job


def _kind(stage: dict[str, Any]) -> str:
    return next(kind for kind in ORDER if kind in stage)
