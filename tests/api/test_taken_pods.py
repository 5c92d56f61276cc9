"""What a job may say of its pods, the API server takes of them, hours later: nothing else runs."""

import copy
from collections.abc import Iterator
from contextlib import closing
from typing import Any

from pydantic import ValidationError

from hone.api.job import OptimizationJob
from hone.door.preview import SITE, UID, steps
from lab.apiserver import Cluster
from tests.api.direct import Direct
from tests.api.odd_pods import CHANGES, stage
from tests.api.rich import PODS, RICH
from tests.api.variants import VALUES, places

PATHS = {"Job": "/apis/batch/v1/namespaces/default/jobs"}


def stages() -> Iterator[tuple[str, dict[str, Any]]]:
    """Stages with something odd about their pods."""
    for change in CHANGES:
        yield str(change)[:100], stage(change)
    for place, _ in places(PODS):
        for value in VALUES:
            changed = copy.deepcopy(stage({}))
            at: Any = changed
            for step in place[:-1]:
                at = at[step]
            at[place[-1]] = value
            yield f"{place} = {str(value)[:40]!r}", changed


def test_no_pod_of_an_admitted_job_is_invalid(api_server: Cluster) -> None:
    invalid, asked, refused = [], 0, 0
    meta = RICH["metadata"] | {"uid": UID}
    with closing(Direct(api_server)) as direct:
        for name, each in stages():
            spec = RICH["spec"] | {"stages": [each], "defaults": {}}
            try:
                job = OptimizationJob.read(RICH | {"metadata": meta, "spec": spec})
            except ValidationError:
                refused += 1
                continue
            for step in steps(job, SITE):
                for made in step.objects:
                    asked += 1
                    answer = direct.create(made, PATHS[made["kind"]])
                    if not answer.taken:
                        invalid.append(f"{name}: {answer.said[:300]}")
    assert not invalid, "\n".join(invalid)
    assert asked > 100
    assert refused > 100  # otherwise nothing odd was asked for
