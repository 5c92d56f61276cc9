"""Figures and differences with their intervals, as a page shows them."""

from __future__ import annotations

from hone_trainer.contract.figures import decimal, signed
from hone_trainer.html.whiskers import Span
from hone_trainer.metrics.metric import Estimate


def figure(estimate: Estimate) -> str:
    """Write a figure."""
    return "–" if estimate.value is None else decimal(estimate.value)


def interval(estimate: Estimate) -> str:
    """Write its interval; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    return f"{decimal(estimate.low)} to {decimal(estimate.high)}"


def change(estimate: Estimate) -> str:
    """Write a difference with its sign, and its interval."""
    told = "–" if estimate.value is None else signed(estimate.value)
    if estimate.low is not None and estimate.high is not None:
        told += f' <span class="dim">{signed(estimate.low)} to {signed(estimate.high)}</span>'
    return told


def span(estimate: Estimate) -> Span:
    """Return what is drawn of it."""
    return Span(estimate.value, estimate.low, estimate.high)
