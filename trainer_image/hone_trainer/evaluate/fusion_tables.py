"""Members and fusions beside each other: what each is worth and costs, and how alike they err."""

from __future__ import annotations

from html import escape

from hone_trainer.evaluate.estimates import figure, interval, span
from hone_trainer.evaluate.evaluation import Evaluation
from hone_trainer.evaluate.fused_models import BATCH, FusedModel, FusedModels
from hone_trainer.html.grid import cell, heat
from hone_trainer.html.sheet import count, table
from hone_trainer.html.whiskers import whiskers

COSTS = (
    "",
    "made by",
    "bytes",
    "a row, µs",
    f"of {BATCH}, µs each",
    "made in, s",
    "MiB",
)
ALIKE = (
    "1: right and wrong on the same rows; 0: nothing in common. The less alike members err, the "
    "more they have to give each other."
)


def fused(e: Evaluation) -> str:
    """Return the tables; empty where nothing was fused."""
    if e.fused is None:
        return ""
    leading = next(iter(e.fused.titles))
    spans = [span(each.figures[leading]) for each in e.fused.models]
    best = max if e.first.higher.get(leading, True) else min
    known = [each.value for each in spans if each.value is not None]
    drawn = whiskers(spans, best(known) if known else None)
    others = [title for name, title in e.fused.titles.items() if name != leading]
    head = ("", e.fused.title, "95 % interval", "", *others)
    rows = (
        (*_told(each, leading, picture), *_figures(each, leading))
        for each, picture in zip(e.fused.models, drawn, strict=True)
    )
    costs = table(COSTS, [_costs(each) for each in e.fused.models])
    ruled = '<p class="dim">Test part; the dotted line is the best of them.</p>\n'
    timed = '<p class="dim">Bytes of all weights; a row alone and one of many, as TensorFlow '
    timed += "answers them on the machine of this stage, which compares these models alone; what "
    timed += "making each took after its members, and the memory that it took at most.</p>\n"
    body = f"{table(head, rows)}{ruled}{costs}{timed}{_alike(e.fused)}"
    return f"<h2>Members and fusions</h2>\n{body}"


def _told(model: FusedModel, leading: str, picture: str) -> tuple[str, ...]:
    of = model.figures[leading]
    told = interval(of) or escape(of.reason)
    return escape(model.name), figure(of), told, picture


def _figures(model: FusedModel, leading: str) -> tuple[str, ...]:
    return tuple(figure(each) for name, each in model.figures.items() if name != leading)


def _costs(model: FusedModel) -> tuple[str, ...]:
    clocks = (model.row_us, model.batch_us, model.seconds)
    told = ("–" if each is None else f"{each:,.1f}" for each in clocks)
    peak = f"{model.peak_bytes >> 20:,}" if model.peak_bytes else "–"
    several = f": {model.models} models" if model.models > 1 else ""
    made = escape(f"{model.how.removeprefix('fuse, ')}{several}")
    return escape(model.name), made, count(model.size_bytes), *told, peak


def _alike(fused: FusedModels) -> str:
    names = [model.name for model in fused.models]
    rows = [
        (name, [cell("–" if v is None else f"{v:.2f}", v or 0.0) for v in values])
        for name, values in zip(names, fused.alike, strict=True)
    ]
    title = f"How alike they err, by what each row adds to {fused.title}"
    return (
        f'<figure class="whole"><figcaption>{escape(title)}</figcaption>\n'
        f'{heat(names, rows)}<p class="dim">{ALIKE}</p></figure>\n'
    )
