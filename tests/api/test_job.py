"""The models: what is right is read, what is wrong is refused with the field and the remedy."""

import pytest
from pydantic import ValidationError

from hone.api.execution import Execution, MemoryGrowth, RoleSettings
from hone.api.job import JobSpec, OptimizationJob
from hone.plan.refusal import explain
from tests.api.right_spec import RIGHT
from tests.api.wrong_specs import CASES, Wrong


def test_the_right_spec_is_read() -> None:
    spec = JobSpec.model_validate(RIGHT)
    assert [stage.kind for stage in spec.stages] == [
        "prepare",
        "train",
        "fuse",
        "compress",
        "evaluate",
        "custom",
    ]
    assert spec.stages[1].value.gangs()[1].size == 2


def test_what_is_read_is_written_back() -> None:
    spec = JobSpec.model_validate(RIGHT)
    assert JobSpec.model_validate(spec.dump()) == spec


@pytest.mark.parametrize("wrong", CASES, ids=lambda wrong: wrong.name)
def test_what_is_wrong_is_refused(wrong: Wrong) -> None:
    with pytest.raises(ValidationError) as caught:
        OptimizationJob.read({"metadata": {"name": "demo", "uid": "u"}, "spec": wrong.spec()})
    text = explain(caught.value)
    field = [str(step) for step in wrong.path if isinstance(step, str)]
    assert any(step in text for step in field), text
    if wrong.seen_by == "flow":
        assert all(words in text for words in wrong.says), text


def test_quantities_may_be_numbers() -> None:
    given = Execution.model_validate({"resources": {"limits": {"nvidia.com/gpu": 1}}})
    assert given.resources is not None
    assert given.resources.limits == {"nvidia.com/gpu": "1"}


def test_a_stage_overrides_the_defaults_field_by_field() -> None:
    defaults = Execution(image="a", retries=5)
    merged = Execution(image="b").over(defaults)
    assert (merged.image, merged.retries) == ("b", 5)


def test_a_role_says_what_its_pods_need_and_no_more() -> None:
    limits = Execution(image="a", retries=5, memory_growth=MemoryGrowth(up_to="8Gi"))
    merged = RoleSettings(role="ps", image="b").over(limits)
    assert merged == limits.model_copy(update={"image": "b"})
    assert not hasattr(RoleSettings(role="ps"), "retries")
