"""The data report as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from html import escape

from hone_trainer.html.sheet import frame, table
from hone_trainer.profile import account as accounts
from hone_trainer.profile.cards import cards
from hone_trainer.profile.comparison import comparison
from hone_trainer.profile.figures import seconds, size
from hone_trainer.profile.findings import Findings
from hone_trainer.profile.inferred import inferred
from hone_trainer.profile.maps import gap_map, heat_map
from hone_trainer.profile.overview import cautions, flow, steps
from hone_trainer.profile.style import STYLE

FOLDED, MOST_FILES = 20, 500
"""Files that are not folded away, and that are listed at all; the record has every one."""


def render(title: str, found: Findings) -> str:
    """Return the page.

    Args:
        title: what the data set is of: the job, or the stage.
        found: what it says.
    """
    chapters = (
        ("warnings", "Warnings", len(found.cautions), cautions(found)),
        ("steps", "Step by step", len(found.account.get("steps", ())), steps(found)),
        ("inferred", "Worked out", len(found.account.get("inferred", ())), inferred(found)),
        ("columns", "Columns", len(found.columns), cards(found)),
        ("missing", "Missing values", len(found.gaps.stripes), gap_map(found)),
        ("together", "What goes together", None, heat_map(found)),
        ("splits", "Splits compared", None, comparison(found)),
        ("provenance", "Provenance", None, _provenance(found)),
    )
    links = "".join(
        f'<a href="#{mark}">{name}{"" if count is None else f" <span>{count}</span>"}</a>'
        for mark, name, count, inside in chapters
        if inside
    )
    head = (
        f'<header><h1>{escape(title)}</h1>\n<p class="dim">What came in, what was found in it, '
        f"what was changed.</p></header>\n{flow(found)}<nav>{links}</nav>\n"
    )
    bodies = (
        f'<section id="{mark}"><h2>{name}</h2>\n{inside}</section>\n'
        for mark, name, _, inside in chapters
        if inside
    )
    return frame(f"{title}: data report", (head, *bodies), STYLE)


def _provenance(found: Findings) -> str:
    told = found.account
    files = [
        (
            f'<span class="digest">{escape(file.get("uri", ""))}</span>',
            size(file.get("size", 0)),
            f"{file['rows']:,}" if "rows" in file else "–",
            f'<span class="digest">{escape(file.get("sha256", "") or "–")}</span>',
        )
        for file in [*told.get("source", ()), *told.get("beside", ())][:MOST_FILES]
    ]
    spent = [(escape(what), seconds(each)) for what, each in told.get("seconds", {}).items()]
    looked = found.sample
    text = (
        "Rows, steps and missing values are counted over all rows. Distributions, correlations "
        f"and comparisons are of {looked['before']:,} rows as they were read and "
        f"{looked['after']:,} as they are now: "
        + ("all there are." if found.whole else f"a sample of {accounts.rows_in(told):,}.")
    )
    return f"<p>{text}</p>\n" + _files(files) + (table(("pass", "time"), spent) if spent else "")


def _files(files: list[tuple[str, str, str, str]]) -> str:
    """Return a table of files, the first ones at once."""
    head = ("source", "size", "rows", "SHA-256")
    text = table(head, files[:FOLDED]) if files else ""
    if len(files) > FOLDED:
        rest = table(head, files[FOLDED:])
        text += f"<details><summary>{len(files) - FOLDED} more</summary>{rest}</details>\n"
    return text
