"""A round reads what a pass reads: equal marks, nothing has changed."""

import pytest

from hone.cluster import kube_marks
from tests.cluster.contract import DATA
from tests.cluster.hands import child_of
from tests.cluster.real import RealGround, until


@pytest.mark.api
async def test_marks_change_with_a_job_and_its_children(
    ground: RealGround, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube_marks, "PAGE", 1)
    key, other = await ground.apply("demo"), await ground.apply("other")

    async def marked() -> int:
        """Read it as a pass and as a round do, which have to agree."""
        listed = await ground.cluster.marks(ground.namespace)
        assert listed.keys() == {key, other}
        seen = await ground.cluster.observe(key)
        assert seen
        return seen.mark if seen.mark == listed[key] else 0

    found = [await until(marked)]
    assert (await ground.cluster.marks())[key] == found[0]
    await ground.touch(key)
    found.append(await until(marked))
    await ground.cluster.create(key, await child_of(ground, key))
    await until(lambda: ground.pod(key, DATA))
    found.append(await until(marked))
    assert len(set(found)) == 3
    await ground.remove(other)
    assert (await ground.cluster.marks(ground.namespace)).keys() == {key}
