"""What another job had made: told in the tables, stage by stage."""

from pathlib import Path

from hone.api.status import GangStatus
from hone.terminal.stages import stage_table
from tests.terminal.statuses import at, complete, drawn
from tests.terminal.test_closing import closing


def test_what_another_job_had_made_is_told_with_its_place(tmp_path: Path) -> None:
    status = complete("/models/x")
    gangs = (GangStatus(state="Succeeded", reused="shop/first/data"),)
    stages = (status.stages[0].model_copy(update={"gangs": gangs}), *status.stages[1:])
    shown = closing(status.model_copy(update={"stages": stages}), "/models", tmp_path)
    assert "┃ reused from" in shown
    (line,) = [line for line in shown.splitlines() if "shop/first/data" in line]
    assert "│ Reused " in line
    assert "reused from" not in closing(status, "/models", tmp_path)


def test_a_table_that_redraws_itself_says_so_too() -> None:
    status = complete("/models/x")
    gangs = (GangStatus(state="Succeeded", reused="shop/first/data"),) * 2
    taken = status.stages[0].model_copy(update={"gangs": gangs})
    part = taken.model_copy(update={"gangs": (gangs[0], GangStatus(state="Succeeded"))})
    lines = drawn(
        stage_table(status.model_copy(update={"stages": (taken, part)}), at(0), 120)
    ).splitlines()
    assert "Reused" in lines[1]
    assert "Succeeded" in lines[2]
