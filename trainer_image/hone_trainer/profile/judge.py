"""Which cautions there are, and in which order they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hone_trainer.columns import Column
from hone_trainer.profile import row_checks, split_checks, text_checks
from hone_trainer.profile.caution import SEVERITIES, Caution, Check

if TYPE_CHECKING:
    from hone_trainer.profile.findings import Findings

CHECKS: tuple[Check, ...] = (
    split_checks.leaks,
    split_checks.parted_keys,
    split_checks.repeated_rows,
    split_checks.one_label,
    row_checks.large_numbers,
    row_checks.rows_quarantined,
    text_checks.unknown_pieces,
    text_checks.cut_texts,
    row_checks.constants,
    split_checks.drifts,
    split_checks.label_rates,
    split_checks.unseen_ids,
    row_checks.rare_class,
    row_checks.lone_names,
    row_checks.gaps,
    row_checks.float_ids,
    row_checks.look_alikes,
    row_checks.rows_lacking,
    row_checks.rows_dropped,
    row_checks.unique_ids,
    row_checks.alike,
    row_checks.empty_files,
    row_checks.only_ordering,
)


def judge(findings: Findings, columns: tuple[Column, ...]) -> tuple[Caution, ...]:
    """Return every caution, the worst first."""
    found = [caution for check in CHECKS for caution in check(findings, columns)]
    return tuple(sorted(found, key=lambda caution: SEVERITIES.index(caution.severity)))
