"""Which cautions there are, and in which order they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.columns import Column
from hone_trainer.findings import blemishes, doubts
from hone_trainer.findings.caution import SEVERITIES, Caution, Check

if TYPE_CHECKING:
    from hone_trainer.findings.findings import Findings

CHECKS: tuple[Check, ...] = (
    doubts.leaks,
    doubts.parted_keys,
    doubts.repeated_rows,
    doubts.one_label,
    blemishes.large_numbers,
    blemishes.rows_quarantined,
    blemishes.constants,
    doubts.drifts,
    doubts.label_rates,
    doubts.unseen_ids,
    blemishes.rare_class,
    blemishes.gaps,
    blemishes.float_ids,
    blemishes.look_alikes,
    blemishes.rows_dropped,
    blemishes.unique_ids,
    blemishes.alike,
    blemishes.empty_files,
    blemishes.only_ordering,
)


def judge(findings: Findings, columns: tuple[Column, ...]) -> tuple[Caution, ...]:
    """Give every caution, the worst first."""
    found = [caution for check in CHECKS for caution in check(findings, columns)]
    return tuple(sorted(found, key=lambda caution: SEVERITIES.index(caution.severity)))
