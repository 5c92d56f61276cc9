"""What a job took over from another stays there, for those who come later, too."""

from datetime import UTC, datetime, timedelta

import pytest

from hone_trainer.__main__ import run
from hone_trainer.contract.planned import Planned, PlannedStage
from hone_trainer.runs.clearing import Policy
from hone_trainer.runs.reading import stored
from hone_trainer.runs.removal import clear
from tests.trainer.conftest import CLICKS, Bench

PLANNED = Planned(spec={"seed": 0}, stages=(PlannedStage(name="data", kind="prepare"),))
LATER = Policy(datetime.now(UTC) + timedelta(days=99), timedelta(days=30))


def test_what_was_taken_over_stays_while_whoever_took_it_does(run_stage: Bench) -> None:
    made = run(run_stage.task("data", CLICKS, uid="first", planned=PLANNED))
    taken = run(run_stage.task("data", CLICKS, uid="second", planned=PLANNED))
    assert taken.reused == "shop/demo/data"
    done = clear(run_stage.store, LATER)
    second, first = done.verdicts
    assert (second.action, first.action) == ("keep", "keep")
    assert run_stage.manifest(taken) == run_stage.manifest(made)
    third = run(run_stage.task("data", CLICKS, uid="third", planned=PLANNED))
    assert third.reused == "shop/demo/data"


@pytest.mark.parametrize("bundles", [False, True])
def test_what_nobody_took_over_goes_and_is_made_again(run_stage: Bench, bundles: bool) -> None:
    run(run_stage.task("data", CLICKS, uid="first", planned=PLANNED))
    other = {"prepare": CLICKS["prepare"] | {"split": {"test": 0.2}}}
    run(run_stage.task("data", other, uid="second", planned=PLANNED))
    signposts = run_stage.store.list("shop/.reuse")
    done = clear(run_stage.store, Policy(LATER.now, LATER.older, bundles=bundles))
    assert [verdict.action for verdict in done.verdicts] == [
        "keep",
        "remove" if bundles else "keep",  # without a bundle, its data set is all that it is for
    ]
    assert len(done.signposts) == len(signposts) - len(run_stage.store.list("shop/.reuse"))
    again = run(run_stage.task("data", CLICKS, uid="third", planned=PLANNED))
    assert bool(again.reused) is not bundles
    assert {each.run.state for each in stored(run_stage.store)} == {"Complete"}
