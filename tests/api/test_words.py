"""The base of all words: camelCase outside, nothing unknown, one kind, what was said stays."""

from typing import Any

import pytest
from pydantic import ValidationError

from hone.api.status import GangStatus, JobStatus, Restarts
from hone_trainer.clean import AnyCleaning
from hone_trainer.columns import Column
from hone_trainer.contract.assignment import (
    MESSAGE_LIMIT,
    Artifact,
    Assignment,
    Metric,
    Progress,
    Report,
    StageFailure,
    metric,
)
from hone_trainer.contract.spec import OneOf, Spec
from hone_trainer.contract.stage import Gang, Role, Stage
from hone_trainer.stages import AnyStage
from hone_trainer.train.strategies import AnyStrategy


class Inner(Spec):
    """A part."""

    long_name: int = 1


class Either(OneOf):
    """One of two."""

    left_hand: Inner | None = None
    right: Inner | None = None


class Named(Either):
    """A union with something beside it."""

    name: str


def test_names_are_camel_case_outside() -> None:
    assert Inner(long_name=2).dump() == {"longName": 2}
    assert Inner.model_validate({"longName": 3}).long_name == 3


def test_what_is_unknown_is_refused() -> None:
    with pytest.raises(ValidationError, match="longname"):
        Inner.model_validate({"longname": 3})


def test_words_never_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Inner(), "long_name", 5)  # noqa: B010 - mypy sees it too


def test_the_key_is_the_kind() -> None:
    chosen = Either.model_validate({"leftHand": {"longName": 4}})
    assert (chosen.kind, chosen.value) == ("leftHand", Inner(long_name=4))
    assert chosen.dump() == {"leftHand": {"longName": 4}}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {},
            "set exactly one of leftHand, right; found none; behind a key without fields write {}",
        ),
        ({"leftHand": {}, "right": {}}, "found leftHand and right"),
    ],
)
def test_exactly_one_kind_is_set(given: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Either.model_validate(given)


def test_fields_beside_a_union_are_no_kinds() -> None:
    named = Named.model_validate({"name": "n", "right": {}})
    assert named.kind == "right"
    assert set(Named.kinds) == {"leftHand", "right"}


@pytest.mark.parametrize("kind", AnyStage.kinds)
def test_every_stage_keeps_the_contract(kind: str) -> None:
    field = AnyStage.model_fields[AnyStage.kinds[kind]]
    stage = next(each for each in Stage.__subclasses__() if each.__name__.lower() == kind)
    assert field.description
    assert stage.makes in ("dataset", "model", None)
    assert "run" in vars(stage), "a stage says what it runs"


STRATEGIES: list[tuple[dict[str, Any], tuple[Role, ...]]] = [
    ({"singleDevice": {}}, (Role("worker"),)),
    ({"mirrored": {}}, (Role("worker"),)),
    ({"multiWorkerMirrored": {}}, (Role("worker", 2),)),
    ({"multiWorkerMirrored": {"workers": 5}}, (Role("worker", 5),)),
]


@pytest.mark.parametrize(("given", "roles"), STRATEGIES)
def test_a_strategy_says_which_pods_it_wants(
    given: dict[str, Any], roles: tuple[Role, ...]
) -> None:
    assert AnyStrategy.model_validate(given).value.roles() == roles


def test_members_are_gangs_and_parallelism_bounds_them() -> None:
    train = {"model": {"recommendation": {"lstm": {}}}, "members": 3}
    stage = AnyStage.model_validate({"train": train}).value
    assert [gang.member for gang in stage.gangs()] == [0, 1, 2]
    assert stage.at_once() == 3
    assert AnyStage.model_validate({"train": {**train, "parallelism": 2}}).value.at_once() == 2


def test_a_stage_that_says_nothing_is_one_pod() -> None:
    stage = AnyStage.model_validate({"fuse": {"vote": {}}}).value
    assert stage.gangs() == (Gang(),)
    assert (stage.gangs()[0].size, stage.at_once()) == (1, 1)


@pytest.mark.parametrize("given", [{"name": "a"}, {"name": "a", "id": {}, "number": {}}])
def test_a_column_has_one_purpose(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="exactly one of id, number, time"):
        Column.model_validate(given)


def test_cleaning_steps_have_defaults() -> None:
    dumped = AnyCleaning.model_validate({"missing": {}}).dump()
    assert dumped == {"missing": {"fill": "median", "columns": []}}


@pytest.mark.parametrize(
    ("value", "text"), [(0.879234567, "0.879235"), (135000.0, "135000"), (1e-9, "1e-09")]
)
def test_figures_are_text(value: float, text: str) -> None:
    assert metric("m", value) == Metric(name="m", value=text)


ARTIFACT = Artifact(name="model", uri="s3://b/" + "x" * 900, sha256="0" * 64, size_bytes=1)


@pytest.mark.parametrize("message", ["", "short", "é" * 1024, "\x00" * 1024])
def test_a_report_always_fits_the_termination_message(message: str) -> None:
    metrics = tuple(metric(f"figure{n}" * 5, n / 7) for n in range(16))
    report = Report(message=message, metrics=metrics, manifest=ARTIFACT, artifacts=(ARTIFACT,) * 8)
    text = report.encode()
    assert len(text.encode()) <= MESSAGE_LIMIT
    kept = Report.model_validate_json(text)
    assert kept.manifest == ARTIFACT, "the manifest is what the next stage needs"
    assert kept.reason == "Succeeded"


def test_a_small_report_loses_nothing() -> None:
    report = Report(message="done", metrics=(metric("accuracy", 0.9),), manifest=ARTIFACT)
    assert Report.model_validate_json(report.encode()) == report


@pytest.mark.parametrize("fraction", [-0.1, 1.1])
def test_progress_stays_between_nothing_and_all(fraction: float) -> None:
    with pytest.raises(ValidationError):
        Progress(fraction=fraction)


def test_every_attempt_of_a_member_lies_in_one_folder() -> None:
    given = {"namespace": "n", "job": "j", "uid": "u", "stage": "s", "run": {}, "member": 2}
    task = Assignment.model_validate({**given, "store": {"uri": "/x"}})
    assert task.prefix == "n/j/u/s/2"
    assert task.model_copy(update={"attempt": 5}).prefix == task.prefix


def test_a_failure_says_whether_to_try_again() -> None:
    assert not StageFailure("BadLabel", "mend it").retry
    assert StageFailure("StorageUnreachable", "wait", retry=True).retry


def test_restarts_add_up() -> None:
    assert Restarts(application=1, out_of_memory=2, preemption=3).total == 6


def test_conditions_are_found_by_type() -> None:
    assert JobStatus().condition("Complete") is None
    assert not JobStatus().holds("Complete")


def test_a_status_survives_its_own_json() -> None:
    gang = GangStatus(member=1, attempt=2, metrics=(metric("auc", 0.9),), manifest=ARTIFACT)
    assert GangStatus.model_validate(gang.dump()) == gang
