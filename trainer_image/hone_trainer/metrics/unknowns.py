"""Figures that cannot be known, as people are told of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping


def say(gaps: Mapping[str, str]) -> tuple[str, ...]:
    """Return a sentence for each reason.

    Args:
        gaps: figure -> why it cannot be known.
    """
    reasons = dict.fromkeys(gaps.values())
    named = {why: ", ".join(name for name, each in gaps.items() if each == why) for why in reasons}
    return tuple(f"{names} cannot be known: {why}." for why, names in named.items())
