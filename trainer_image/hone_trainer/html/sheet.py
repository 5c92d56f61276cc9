"""What the pages of all reports share: one sheet of style, one frame, one kind of table.

A page needs nothing else to be read: no script, no font, no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #5b6675; --line: #d9dee5; --back: #fff;
  --soft: #f4f6f9;
  --good: #14713d; --bad: #b3261e; --warn: #8a5300; --blue: 37 99 184; --red: 180 70 20;
  --s0: #2563b8; --s1: #b4570b; --s2: #14713d; --s3: #8a3ab9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --dim: #9aa6b5; --line: #333c48;
  --back: #12161c; --soft: #1a2028; --good: #5fca8d; --bad: #ff8a80; --warn: #f0b35e;
  --blue: 110 168 255; --red: 255 150 80; --s0: #7fb2ff; --s1: #ffb06b; --s2: #5fca8d;
  --s3: #d2a0f5; } }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--back);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1, h2, h3, p, figcaption, summary { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; max-width: 48rem; } .dim { color: var(--dim); } .good { color: var(--good); }
.bad { color: var(--bad); }
.wide { overflow-x: auto; margin-bottom: 1.2rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); text-align: right;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; min-width: 8rem;
  overflow-wrap: anywhere; }
th:last-child, td:last-child { padding-right: 0; }
th { font-weight: 600; color: var(--dim); }
@media (max-width: 30rem) { th, td { font-size: .82rem; padding-right: .4rem; }
  th:first-child, td:first-child { min-width: 6.5rem; } }
svg { width: 100%; height: auto; display: block; } svg text { fill: var(--dim); font-size: 13px; }
summary { cursor: pointer; color: var(--s0); } code { font: .9em/1.4 ui-monospace, monospace; }
.key { display: inline-block; width: 1.6rem; height: .8rem; vertical-align: -.1rem; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
  gap: 1.2rem 2rem; } .plots .whole { grid-column: 1 / -1; }
pre { background: var(--soft); padding: .7rem; font: .8rem/1.4 ui-monospace, monospace;
  white-space: pre-wrap; overflow-wrap: anywhere; } h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }
a { color: var(--s0); }
figure { margin: 0; min-width: 0; }
figcaption { font-weight: 600; } figure .dim { font-size: .85rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.1rem; font-size: .85rem; }
.legend span { overflow-wrap: anywhere; min-width: 0; }
.rule { stroke: var(--line); } .axis { stroke: var(--dim); }
.line { fill: none; stroke: var(--c); stroke-width: 2; } .dot { fill: var(--c); }
.ring { fill: none; stroke: var(--c); stroke-width: 2; stroke-dasharray: none !important; }
.band { fill: var(--c); fill-opacity: .16; }
.guide { fill: none; stroke: var(--dim); stroke-dasharray: 1 3; stroke-width: 1.5; }
.whisker { width: 11rem; margin-left: auto; }
.whisker path { stroke: var(--s0); stroke-width: 2; fill: none; }
.whisker circle, .whisker polygon { fill: var(--s0); }
@media (max-width: 30rem) { .whisker { width: 6rem; } }
.heat { width: auto; font-size: .72rem; line-height: 1.2; }
.heat th, .heat td { border: 1px solid var(--back); padding: 0; text-align: center; }
.heat td { min-width: 2.1rem; height: 1.7rem; background: var(--soft); }
.heat tr > th:first-child { position: sticky; left: 0; background: var(--back); text-align: left;
  padding-right: .5rem; min-width: 9rem; z-index: 1; }
.heat tr:first-child th { vertical-align: bottom; } .heat tr:first-child th span {
  writing-mode: vertical-rl; transform: rotate(180deg); max-height: 11rem; padding: .3rem 0;
  white-space: normal; overflow-wrap: anywhere; text-align: left; }
.heat .p1 { background: rgb(var(--blue) / .1); } .heat .p2 { background: rgb(var(--blue) / .2); }
.heat .p3 { background: rgb(var(--blue) / .32); } .heat .p4 { background: rgb(var(--blue) / .44); }
.heat .p5 { background: rgb(var(--blue) / .56); } .heat .n1 { background: rgb(var(--red) / .1); }
.heat .n2 { background: rgb(var(--red) / .2); } .heat .n3 { background: rgb(var(--red) / .32); }
.heat .n4 { background: rgb(var(--red) / .44); } .heat .n5 { background: rgb(var(--red) / .56); }
"""


def frame(title: str, sections: Iterable[str], style: str = "") -> str:
    """Return a page.

    Args:
        title: plain text.
        sections: HTML, in order.
        style: rules of this page alone.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}{style}</style>\n"
        f"{''.join(sections)}</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are HTML already, those of the head plain text."""
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>\n" for row in rows)
    return f'<div class="wide"><table>\n<tr>{top}</tr>\n{body}</table></div>\n'


def count(number: int) -> str:
    """Return a whole number with its thousands apart."""
    return f"{number:,}"


def broken(name: str) -> str:
    """Return a name with room for a narrow screen to break it where a reader would."""
    return escape(name).replace("_", "_<wbr>")
