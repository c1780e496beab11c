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
    worthy = [gap for gap in gaps if gap.priority >= settings.query_priority]
    doubted = {gap.category for gap in worthy if _is_doubt(gap)}
    asked: list[Gap] = []
    for gap in worthy:
        is_moot = gap.category in doubted and not _is_doubt(gap)
        if not is_moot and not any(_is_same_question(gap, other) for other in asked):
            asked.append(gap)
    return tuple(asked[: settings.most_queries])


def _is_doubt(gap: Gap) -> bool:
    """Tell whether a gap asks if a diagnosis holds at all, which goes before any question of its details."""
    return gap.kind in ("unsupported", "conflict") and gap.axis == "diagnosis"


def _is_same_question(gap: Gap, other: Gap) -> bool:
    """Tell whether two gaps would ask the provider about one thing: a category, or the same facts of one family."""
    if gap.category == other.category:
        return True
    if gap.family and gap.family == other.family and not set(gap.evidence).isdisjoint(other.evidence):
        return True
    return gap.kind == other.kind == "undocumented" and _share_facts(gap, other)


def _share_facts(gap: Gap, other: Gap) -> bool:
    """Tell whether half of the places on which a gap rests, or more, are those of another.

    One rise of creatinine is asked about once, whatever it might be.
    """
    places = {each.span for each in gap.indicators if each.span is not None}
    shared = places & {each.span for each in other.indicators if each.span is not None}
    return len(places) > 0 and 2 * len(shared) >= len(places)
