"""Restarts, limits, deadlines and what is cleared away."""

from typing import Any

import pytest

from hone.migrate.notes import Note
from hone.migrate.policy import RESTART
from hone.migrate.reading import CannotConvert
from hone.migrate.tfjob import Converted, Wishes, convert
from hone_trainer.custom.spec import Custom
from tests.migrate.builders import (
    ROLES,
    WORKER,
    Raw,
    custom,
    dropped,
    note,
    notes,
    one,
    role,
    several,
    stage,
    tfjob,
)

STAGE = "spec.stages[0]"


def under(**policy: Any) -> Converted:
    return convert(tfjob(runPolicy=policy), Wishes())


def scheduled(**policy: Any) -> Converted:
    return under(schedulingPolicy=policy)


@pytest.mark.parametrize(("said", "becomes"), [*RESTART.items(), (None, "never"), ("", "never")])
def test_every_restart_policy_has_its_word(said: str | None, becomes: str) -> None:
    assert custom(one(restartPolicy=said))["restart"] == becomes


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("Always", "are not started again"),
        ("OnFailure", "OnFailure becomes onFailure"),
        ("ExitCode", "ExitCode becomes exitCode"),
    ],
)
def test_what_a_restart_means_is_told(said: str, words: str) -> None:
    found = note(one(restartPolicy=said), f"{WORKER}.restartPolicy")
    assert words in found.text
    assert (found.kind, found.became) == ("changed", f"{STAGE}.custom.restart")


@pytest.mark.parametrize(
    ("roles", "name", "scope"),
    [
        (["Worker"], "Worker", "gang"),
        (["Chief", "Worker"], "Worker", "gang"),
        (["Worker", "PS"], "Worker", "gang"),
        (["Chief", "Worker", "PS"], "Worker", "pod alone"),
        (["Chief", "Worker", "PS"], "PS", "gang"),
        (["Chief", "Worker", "PS"], "Chief", "gang"),
        (["Worker", "Evaluator"], "Evaluator", "pod alone"),
    ],
)
def test_what_is_started_again_is_told_as_the_stage_does_it(
    roles: list[str], name: str, scope: str
) -> None:
    done = several({each: role(restartPolicy="OnFailure") for each in roles})
    assert scope in note(done, f"{ROLES}.{name}.restartPolicy").text
    (gang,) = Custom.model_validate(custom(done)).gangs()
    found = next(each for each in gang.roles if each.name == name.lower())
    assert found.replaceable == (scope == "pod alone")


@pytest.mark.parametrize("said", ["Never", None])
def test_no_restarts_need_no_words(said: str | None) -> None:
    assert not notes(one(restartPolicy=said), f"{WORKER}.restartPolicy")


@pytest.mark.parametrize("said", ["onfailure", "Sometimes", 3])
def test_a_restart_policy_that_is_none_is_refused(said: Any) -> None:
    with pytest.raises(CannotConvert, match=r"Worker\.restartPolicy: unknown; write Never, OnF"):
        one(restartPolicy=said)


@pytest.mark.parametrize(
    ("policies", "becomes"),
    [
        ({"Chief": "OnFailure", "Worker": "OnFailure", "PS": "Never"}, "onFailure"),
        ({"Chief": "OnFailure", "Worker": "OnFailure", "Evaluator": "Never"}, "onFailure"),
        ({"Chief": "Never", "Worker": "OnFailure"}, "never"),
        ({"Chief": "Always", "Worker": "ExitCode"}, "exitCode"),
        ({"Chief": "ExitCode", "Worker": "Never", "PS": "Always"}, "never"),
        ({"Worker": "Always", "PS": "Never"}, "onFailure"),
        ({"Worker": "ExitCode", "PS": "OnFailure"}, "exitCode"),
    ],
)
def test_the_strictest_role_that_trains_decides(policies: dict[str, str], becomes: str) -> None:
    done = several({name: role(restartPolicy=said) for name, said in policies.items()})
    assert custom(done)["restart"] == becomes
    for name, said in policies.items():
        if RESTART[said] != becomes:
            assert f"one policy: {becomes}" in note(done, f"{ROLES}.{name}.restartPolicy").text


@pytest.mark.parametrize(
    ("word", "value", "where", "becomes"),
    [
        ("backoffLimit", 0, "retries", 0),
        ("backoffLimit", 6, "retries", 6),
        ("backoffLimit", 1000, "retries", 100),
        ("activeDeadlineSeconds", 60, "activeDeadlineSeconds", 60),
        ("activeDeadlineSeconds", 10**9, "activeDeadlineSeconds", 31_536_000),
    ],
)
def test_limits_are_the_stages(word: str, value: int, where: str, becomes: int) -> None:
    done = under(**{word: value})
    assert stage(done)[where] == becomes
    found = note(done, f"spec.runPolicy.{word}")
    assert found.became == f"{STAGE}.{where}"
    assert ("is the most" in found.text) == (value != becomes)


@pytest.mark.parametrize(("value", "becomes"), [(0, 0), (3600, 3600), (10**9, 31_536_000)])
def test_the_time_to_live_is_the_jobs(value: int, becomes: int) -> None:
    done = under(ttlSecondsAfterFinished=value)
    assert done.job["spec"]["ttlSecondsAfterFinished"] == becomes
    assert "itself stays" in note(done, "spec.runPolicy.ttlSecondsAfterFinished").text


@pytest.mark.parametrize("value", [True, False])
def test_a_suspended_job_stays_suspended(value: bool) -> None:
    done = under(suspend=value)
    assert done.job["spec"]["suspend"] is value
    assert ["Kueue" in each.text for each in notes(done, "spec.runPolicy.suspend")] == [
        True
    ] * value


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("All", "ttlSecondsAfterFinished: 0"),
        ("Running", "that is what Hone does"),
        ("None", "belongs in the leading role"),
        ("Whatever", "that is what Hone does"),
    ],
)
def test_what_is_cleared_away_is_explained(policy: str, words: str) -> None:
    found = note(under(cleanPodPolicy=policy), "spec.runPolicy.cleanPodPolicy")
    assert words in found.text
    assert "still run are deleted" in found.text


def test_a_limit_to_waiting_comes_along() -> None:
    done = scheduled(scheduleTimeoutSeconds=600)
    assert stage(done)["startDeadlineSeconds"] == 600
    found = note(done, "spec.runPolicy.schedulingPolicy.scheduleTimeoutSeconds")
    assert found.became == f"{STAGE}.startDeadlineSeconds"


def test_a_priority_of_the_gang_holds_for_its_pods() -> None:
    assert stage(scheduled(priorityClass="high"))["priorityClassName"] == "high"


def test_a_priority_of_the_pods_counts_more() -> None:
    specs = {"Chief": role(pod={"priorityClassName": "low"}), "Worker": role()}
    found = stage(several(specs, runPolicy={"schedulingPolicy": {"priorityClass": "high"}}))
    assert "priorityClassName" not in found
    assert found["roles"] == [
        {"role": "chief", "priorityClassName": "low"},
        {"role": "worker", "priorityClassName": "high"},
    ]


@pytest.mark.parametrize(
    ("word", "value", "words"),
    [
        ("minAvailable", 3, "starts whole"),
        ("minResources", {"cpu": 4}, "adds up"),
        ("queue", "research", "kueue.x-k8s.io/queue-name"),
        ("topology", "x", "unknown"),
    ],
)
def test_other_words_on_scheduling_are_kueues(word: str, value: Any, words: str) -> None:
    done = scheduled(**{word: value})
    assert words in note(done, f"spec.runPolicy.schedulingPolicy.{word}").text


def test_whoever_managed_it_does_so_no_more() -> None:
    done = under(managedBy="kueue.x-k8s.io/multikueue")
    assert dropped(done) == {"spec.runPolicy.managedBy"}


def test_a_word_that_nobody_knows_is_named() -> None:
    assert dropped(under(backofflimit=3)) == {"spec.runPolicy.backofflimit"}


def test_policies_may_stand_where_older_versions_have_them() -> None:
    old: Raw = {"cleanPodPolicy": "All", "ttlSecondsAfterFinished": 5, "backoffLimit": 2}
    done = convert(tfjob(None, **old, activeDeadlineSeconds=60), Wishes())
    assert done.job["spec"]["ttlSecondsAfterFinished"] == 5
    assert stage(done)["retries"] == 2
    assert stage(done)["activeDeadlineSeconds"] == 60
    assert note(done, "spec.cleanPodPolicy").kind == "dropped"
    assert note(done, "spec.backoffLimit").became == f"{STAGE}.retries"


def test_where_both_are_there_the_newer_place_counts() -> None:
    done = convert(tfjob(backoffLimit=2, runPolicy={"backoffLimit": 4}), Wishes())
    assert stage(done)["retries"] == 4
    assert note(done, "spec.backoffLimit") == Note(
        "dropped", "spec.backoffLimit", "spec.runPolicy.backoffLimit counts"
    )


@pytest.mark.parametrize(
    ("policy", "limit", "told"),
    [("OnFailure", None, True), ("OnFailure", 3, False), ("Never", None, False)],
)
def test_an_end_to_endless_retries_is_told(policy: str, limit: int | None, told: bool) -> None:
    run = {} if limit is None else {"backoffLimit": limit}
    done = several({"Worker": role(restartPolicy=policy)}, runPolicy=run)
    assert ("retries" in stage(done)) == (limit is not None)
    assert len(notes(done, "spec.runPolicy")) == told


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"runPolicy": []}, "spec.runPolicy: must hold `key: value` pairs"),
        ({"runPolicy": {"schedulingPolicy": 3}}, "spec.runPolicy.schedulingPolicy: must hold"),
    ],
)
def test_a_policy_that_cannot_be_read_is_explained(spec: dict[str, Any], words: str) -> None:
    with pytest.raises(CannotConvert) as refused:
        convert(tfjob(**spec), Wishes())
    assert str(refused.value).startswith(words)
