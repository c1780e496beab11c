"""Lays a query out as the plain text that a provider reads; the linter reads the same layout."""

from __future__ import annotations

from collections.abc import Iterator

from codeassist.core.gaps import Indicator
from codeassist.core.queries import Query
from codeassist.io.texts import make_safe

INDICATORS, QUESTION, CHOICES = "Clinical indicators", "Question", "Choices"
UNDATED = "undated"
_MOST_CHARACTERS = 160


def render_query(query: Query) -> str:
    """Return a query as text: title, indicators with source and date, question, choices.

    Notes
    -----
    Nothing but these parts is shown: no code, no priority, nothing of the gap's rationale.
    """
    return "".join(f"{line}\n" for line in _lines(query))


def quote(text: str) -> str:
    r"""Return words of the record in quotation marks, on one line; a long text ends after a word, with an ellipsis.

    Examples
    --------
    >>> quote('Cr 2.4\n(baseline 1.0)')
    '"Cr 2.4 (baseline 1.0)"'
    """
    said = " ".join(make_safe(text).split()).translate(_QUOTES)
    if len(said) > _MOST_CHARACTERS:
        said = said[:_MOST_CHARACTERS].rpartition(" ")[0] or said[:_MOST_CHARACTERS]
        said += "…"
    return f'"{said}"'


def render_indicator(indicator: Indicator) -> str:
    """Return an indicator as one line: its name, the record's words, and where and when they were written."""
    return f"{indicator.name}: {quote(indicator.text)} ({render_source(indicator)})"


def render_source(indicator: Indicator) -> str:
    """Return source and date; a source without a date is said to be undated."""
    date = indicator.date.isoformat() if indicator.date else UNDATED
    return f"{indicator.source}, {date}"


# Quotation marks inside of a quotation are single ones, so that it ends where it ends.
_QUOTES = {ord(mark): "'" for mark in '"\u201c\u201d\u201e'}


def _lines(query: Query) -> Iterator[str]:
    yield from (query.title, "", INDICATORS)
    yield from (f"- {render_indicator(each)}" for each in query.indicators)
    yield from ("", QUESTION, query.question)
    if query.choices:
        yield from ("", CHOICES)
        yield from (f"[ ] {choice}" for choice in query.choices)
