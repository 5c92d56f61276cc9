"""Names to be predicted of which there is too little to learn."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.trainer.profile.test_findings_cautions import COUNT, Rows, cautions


@pytest.mark.parametrize(
    ("names", "severity", "says"),
    [
        (lambda k: f"c{k % 4}" if k else "press", "low", "1 name of 5 in kind stands in one row"),
        (lambda k: f"{k}.99", "high", "6,000 names of 6,000 in kind stand in one row alone"),
        (lambda k: f"c{k % 4}", None, ""),
    ],
)
def test_names_to_be_predicted_that_stand_in_one_row_are_warned_of(
    names: Callable[[int], str], severity: str | None, says: str
) -> None:
    def fault(rows: Rows, draw: Any) -> None:
        rows["kind"] = np.array([names(k) for k in range(COUNT)], object)

    found = [one for one in cautions(fault, {"kind": {"category": {}}}) if one.topic == "lone"]
    assert [one.severity for one in found] == ([severity] if severity else [])
    assert all(one.text.startswith(says) for one in found)
