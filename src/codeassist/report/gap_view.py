"""What people are shown of the gaps of a result: those worth a query with its draft; all others are counted.

What is shown here is for the CDI specialist. The reasons of a priority stand beside a draft and never in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from codeassist.cdi.query_text import render_indicator
from codeassist.core.gaps import Gap
from codeassist.core.queries import Query
from codeassist.core.results import CodingResult
from codeassist.io.texts import make_safe
from codeassist.report.view import Reason

_MOST_REASONS = 3
# The same for every gap of its kind, so that it explains no order.
_COMMON = frozenset({"base"})


@dataclass(frozen=True, slots=True)
class QueryView:
    """This is one gap that is worth a query: what is open, how much it is worth and why, and the draft."""

    category: str
    subject: str
    kind: str
    percent: int
    reasons: tuple[Reason, ...]
    title: str = field(repr=False)
    facts: tuple[str, ...] = field(repr=False)
    question: str = field(repr=False)
    choices: tuple[str, ...] = field(repr=False)


def make_query_views(result: CodingResult) -> tuple[QueryView, ...]:
    """Return the drafted queries of a result in words, in their order."""
    return tuple(map(_make_view, result.queries))


def count_unasked(result: CodingResult) -> str:
    """Return how many gaps have no query, by kind: ``"11 unspecified, 1 conflict"``; empty where there are none."""
    asked = {query.gap.gap_id for query in result.queries}
    kinds = Counter(gap.kind for gap in result.gaps if gap.gap_id not in asked)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items(), key=lambda each: (-each[1], each[0])))


def _make_view(query: Query) -> QueryView:
    gap = query.gap
    return QueryView(
        category=gap.category,
        subject=make_safe(f"{gap.diagnosis}: {gap.axis}"),
        kind=gap.kind,
        percent=min(99, max(1, round(100 * gap.priority))),
        reasons=tuple(_find_reasons(gap)),
        title=make_safe(query.title),
        facts=tuple(make_safe(render_indicator(each)) for each in query.indicators),
        question=make_safe(query.question),
        choices=tuple(map(make_safe, query.choices)),
    )


def _find_reasons(gap: Gap) -> Iterator[Reason]:
    """Yield the strongest contributions to a priority."""
    parts = [part for part in gap.rationale if part.feature not in _COMMON and part.points]
    for part in sorted(parts, key=lambda part: (-abs(part.points), part.feature))[:_MOST_REASONS]:
        yield Reason(part.feature, part.points)
