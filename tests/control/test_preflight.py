"""What is missing is named with its remedy, before the first pass."""

import pytest

from hone.control.preflight import NEEDS, problems

ALL = {(need.group, need.resource, verb) for need in NEEDS for verb in need.verbs}


class Granted:
    """An API server that grants what it is told to."""

    def __init__(self, rights: set[tuple[str, str, str]], served: bool = True) -> None:
        self.rights, self.served = rights, served
        self.asked: set[tuple[str, str | None]] = set()

    async def serves_jobs(self) -> bool:
        return self.served

    async def allows(self, verb: str, group: str, resource: str, namespace: str | None) -> bool:
        self.asked.add((resource, namespace))
        return (group, resource, verb) in self.rights


async def test_with_everything_there_is_nothing_to_say() -> None:
    assert await problems(Granted(ALL), (), "hone-system") == []


@pytest.mark.parametrize("missing", sorted(ALL))
async def test_each_right_is_missed_by_name(missing: tuple[str, str, str]) -> None:
    [found] = await problems(Granted(ALL - {missing}), (), "hone-system")
    group, resource, verb = missing
    assert f"no right to {verb} {resource}" in found
    assert group in found
    assert "rbac.create" in found


async def test_a_missing_definition_says_how_to_install_it() -> None:
    [found] = await problems(Granted(ALL, served=False), (), "hone-system")
    assert "crds.enabled=true" in found
    assert "kubectl apply" in found


async def test_rights_are_asked_for_where_they_are_used() -> None:
    access = Granted(ALL)
    await problems(access, ("a", "b"), "own")
    assert {place for resource, place in access.asked if resource == "jobs"} == {"a", "b"}
    assert {place for resource, place in access.asked if resource == "leases"} == {"own"}
    assert {place for resource, place in access.asked if resource == "tokenreviews"} == {None}
    everywhere = Granted(ALL)
    await problems(everywhere, (), "own")
    assert {place for resource, place in everywhere.asked if resource == "jobs"} == {None}


async def test_what_is_switched_off_needs_no_right() -> None:
    few = {right for right in ALL if right[1] not in ("leases", "tokenreviews")}
    assert await problems(Granted(few), (), "own", election=False, posts=False) == []


async def test_several_faults_are_told_at_once() -> None:
    assert len(await problems(Granted(set(), served=False), (), "own")) == len(ALL) + 1
