"""What the columns of a source were taken for where nobody said it, and why."""

from __future__ import annotations

from html import escape

from hone_trainer.html.sheet import broken, table
from hone_trainer.profile.findings import Findings


def inferred(found: Findings) -> str:
    """Return a line per column of the source; empty where a person described the columns."""
    told = found.account.get("inferred", ())
    if not told:
        return ""
    rows = (
        (
            broken(each["name"]),
            escape(each["kind"]) or '<span class="dim">left out</span>',
            f'<span class="why">{escape(each["why"])}</span>',
        )
        for each in told
    )
    return (
        '<p class="dim">From the first rows of the source. Where you know better, name the column '
        "in <code>prepare.infer</code>, under <code>ids</code> or <code>leaveOut</code>, or write "
        f"<code>prepare.columns</code> instead.</p>\n{table(('column', 'taken for', 'why'), rows)}"
    )
