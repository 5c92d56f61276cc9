"""Whatever a store holds, clearing it breaks nothing that stays, wherever it is interrupted."""

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from posixpath import dirname

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hone_trainer.runs.clearing import Policy, decide
from hone_trainer.runs.inventory import look
from hone_trainer.runs.record import Run
from hone_trainer.runs.removal import clear
from tests.trainer.runs.shelves import NOW, ROOT, Drawn, Shelf, drawn, shelf

Files = Mapping[str, bytes]
MONTH = timedelta(days=30)


def untouchable(made: Shelf, policy: Policy) -> set[str]:
    """Homes of the runs that must stay as they are."""
    latest: dict[str, Run] = {}
    for run in made.runs:
        newer = latest.get(run.job)
        if run.state == "Complete" and (newer is None or _turn(run) > _turn(newer)):
            latest[run.job] = run
    return {
        run.home
        for run in made.runs
        if made.age[run.home] < 30
        or (run.state == "Unfinished" and not policy.unfinished)
        or run in latest.values()
    }


def _turn(run: Run) -> tuple[str, str]:
    return str(run.ended_at), run.home


def assert_sound(made: Shelf, before: Files, after: Files, policy: Policy) -> None:
    """All that has to hold of a store that was cleared, or of one half cleared."""
    assert after.items() <= before.items(), "something was changed or made"
    assert made.strangers.items() <= after.items(), "a stranger's file is gone"
    stay = untouchable(made, policy)
    for path in before.keys() - after.keys():
        assert "/".join(path.split("/")[:3]) not in stay, f"{path} is of a run that stays"
    homes = {run.home for run in made.runs}
    for path in after:
        if path in made.strangers or "/".join(path.split("/")[:3]) not in homes:
            continue
        folder, home = dirname(path), "/".join(path.split("/")[:3])
        assert f"{home}/run.json" in after, f"{path} is left of a run that nobody knows any more"
        if path.endswith("/manifest.json"):
            for name in refers(after[path]):
                assert name in after, f"{path} refers to {name}, which is gone"
        if path.endswith("/bundle.json"):
            assert {p for p in before if dirname(p) == folder} <= after.keys(), "a torn bundle"
    if not policy.bundles:
        kept = [path for path in before if "/bundle/" in path or path.endswith("/run.json")]
        assert {*kept} <= after.keys(), "a bundle or a record is gone"
    for path in after:
        if path.startswith("shop/.reuse/"):
            [target] = refers(after[path])
            assert target in after, "a signpost leads nowhere"


def refers(content: bytes) -> list[str]:
    told = json.loads(content)
    named = [*told.get("files", ()), told.get("reused"), told.get("manifest")]
    return [each["uri"].removeprefix(f"{ROOT}/") for each in named if each]


policies = st.builds(
    Policy,
    now=st.just(NOW),
    older=st.just(MONTH),
    unfinished=st.booleans(),
    bundles=st.booleans(),
)


@given(st.lists(drawn, min_size=1, max_size=6), policies)
@settings(max_examples=200, deadline=None)
def test_nothing_goes_that_something_which_stays_refers_to(
    runs: list[Drawn], policy: Policy
) -> None:
    made = shelf(runs)
    before = made.files()
    planned = decide(look(made.store), policy)
    assert made.files() == before, "looking changed something"
    done = clear(made.store, policy)
    after = made.files()
    assert_sound(made, before, after, policy)
    gone = before.keys() - after.keys()
    assert gone == {*done.order, *done.signposts} == {*planned.order, *planned.signposts}
    freed = sum(len(before[path]) for path in done.order)
    assert freed == sum(verdict.frees for verdict in done.verdicts)
    assert clear(made.store, policy).order == (), "a second time found more"


@given(st.lists(drawn, min_size=1, max_size=5), policies, st.integers(0, 40))
@settings(max_examples=200, deadline=None)
def test_wherever_it_is_interrupted_the_store_is_sound(
    runs: list[Drawn], policy: Policy, last: int
) -> None:
    made, whole = shelf(runs), shelf(runs)
    before = made.files()
    made.store.last = last
    with suppress(ConnectionError):
        clear(made.store, policy)
    assert_sound(made, before, made.files(), policy)
    made.store.last = -1
    clear(made.store, policy)
    assert_sound(made, before, made.files(), policy)
    clear(whole.store, policy)
    assert made.files() == whole.files(), "going on ends elsewhere"


@pytest.mark.parametrize("bundles", [False, True])
def test_what_can_go_does_go(bundles: bool) -> None:
    """The property would hold of a command that does nothing."""
    old = Drawn("clicks", 90, ("whole",) * 3, "", False, True, True, ())
    made = shelf([old, old])
    done = clear(made.store, Policy(NOW, MONTH, bundles=bundles))
    first, second = (run.home for run in made.runs)
    assert {each.run.run.home: each.action for each in done.verdicts} == {
        second: "keep",
        first: "remove" if bundles else "trim",
    }
    left = {path.removeprefix(f"{first}/") for path in made.files() if path.startswith(first)}
    told = {"data/0/0/report.html", "train/0/0/report.html", "run.json"}
    told |= {f"{stage}/0/0/started.json" for stage in ("data", "train", "check")}
    judged = {f"check/0/0/{name}" for name in ("manifest.json", "report.html", "rows-0.arrow")}
    answers = {f"check/0/0/bundle/{name}" for name in ("bundle.json", "model.tflite")}
    theirs = {"own/0/0/output/model.bin"}
    assert left == (set() if bundles else told | judged | answers | theirs)
