"""The course of a training, as far as a screen has room for it."""

import re
from pathlib import Path

from tests.terminal.test_closing import closing, committed, trained


def test_of_a_long_training_the_ends_the_kept_epoch_and_some_between_are_shown(
    tmp_path: Path,
) -> None:
    line = [{"epoch": each + 1, "valAuc": each / 100} for each in range(50)]
    named = {"headline": "valAuc", "headlineTitle": "validation AUC"}
    manifest = committed(tmp_path, "train", history=line, keptEpoch=47, **named)
    shown = closing(trained(manifest), str(tmp_path), tmp_path)
    told = [int(number) for number in re.findall(r"^│ (\d+) ", shown, re.MULTILINE)]
    assert told == [1, *range(3, 47, 3), 47, 48, 50]
    assert "│ 47    │ 0.4600 * │" in shown
    assert "19 of 50 epochs are shown" in shown
