"""How much memory a pod has, and has held."""

import os
from pathlib import Path

import numpy as np
import pytest

from hone_trainer.contract.assignment import StageFailure
from hone_trainer.pod import memory


def test_what_was_held_once_counts_although_it_is_gone() -> None:
    before = memory.peak()
    held = np.ones((64 << 20) // 8)
    assert memory.peak() >= held.nbytes
    del held
    assert memory.peak() >= max(before, 64 << 20)


def test_a_pod_may_use_no_more_than_its_machine_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for text, most in (("max", machine), (str(1 << 20), 1 << 20), (str(1 << 62), machine)):
        (tmp_path / "memory.max").write_text(text)
        monkeypatch.setattr(memory, "LIMITS", (str(tmp_path / "memory.max"),))
        assert memory.most() == most


def test_what_does_not_fit_is_refused_with_the_remedy() -> None:
    memory.require(5, 5)
    with pytest.raises(StageFailure, match=r"take 2.0 GiB, a pod may use 1.0 GiB: raise resources"):
        memory.require(2 << 30, 1 << 30)
