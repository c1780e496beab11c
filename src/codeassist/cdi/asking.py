"""Chooses the gaps that are worth a provider's time."""

from __future__ import annotations

from collections.abc import Sequence

from codeassist.config import GapThresholds
from codeassist.core.gaps import Gap


def choose_asked(gaps: Sequence[Gap], settings: GapThresholds) -> tuple[Gap, ...]:
    """Return the gaps that are worth a provider's time: above the threshold, one of a category, only so many.

    Parameters
    ----------
    gaps
        All gaps, the worthiest first.
    settings
        The threshold and the most that are asked.
    """
    asked: list[Gap] = []
    for gap in gaps:
        if gap.priority >= settings.query_priority and not any(_is_same_question(gap, other) for other in asked):
            asked.append(gap)
    return tuple(asked[: settings.most_queries])


def _is_same_question(gap: Gap, other: Gap) -> bool:
    """Tell whether two gaps would ask the provider about one thing: a category, or the same facts of one family."""
    if gap.category == other.category:
        return True
    return bool(gap.family) and gap.family == other.family and not set(gap.evidence).isdisjoint(other.evidence)
