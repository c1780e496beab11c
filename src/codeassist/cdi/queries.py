"""Drafts the query of a gap from a template, what the record says, and the gap's supported options.

Every draft is linted here; what does not pass is mended by leaving a choice out, or not written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from codeassist.cdi.asking import choose_asked
from codeassist.cdi.content_checks import MOST_WORDS, is_denied
from codeassist.cdi.lint_rules import load_query_words
from codeassist.cdi.query_templates import (
    OTHER,
    UNDETERMINED,
    QueryTemplate,
    find_template,
    name_subject,
    say_axis,
)
from codeassist.cdi.query_text import quote, render_indicator, render_query, render_source
from codeassist.cdi.record_checks import lint_record
from codeassist.cdi.wording_checks import has_forbidden
from codeassist.cdi.wording_table import find_diagnoses
from codeassist.cdi.wordings import read_tokens, straighten
from codeassist.config import GapThresholds
from codeassist.core.gaps import Gap, Indicator
from codeassist.core.notes import Encounter, Note, Span
from codeassist.core.queries import LintFinding, Query

_WORD = re.compile(r"\w+")
DOCUMENTATION = "documentation"
_MOST_INDICATORS = 12
_MOST_STATEMENTS = 3
# Values of an axis that answer nothing, "other ..." besides: every query offers another answer in words of its own.
_EMPTY_VALUES = frozenset({"", "other", "unspecified", "not specified", "unknown", "undetermined"})
# The name of an indicator whose own name would name a diagnosis that the record does not.
_NAMES = {"against": "finding", "supports": "finding", "treatment": "treatment", "statement": DOCUMENTATION}
# What is left out first where a query would be too long; indicators that speak against are shown before all others.
_RANKS = {"against": 0, "supports": 1, "treatment": 2, "statement": 3}


class QueryWriter:
    """This is the stage that drafts queries.

    Reads: the encounter and its gaps. Gives: queries, in order of priority.
    """

    def __init__(self, *, settings: GapThresholds) -> None:
        self._settings = settings

    def __call__(self, encounter: Encounter, gaps: Sequence[Gap]) -> tuple[Query, ...]:
        """Draft the queries of an encounter."""
        settings = self._settings
        asked = choose_asked(gaps, settings)
        return write_queries(encounter, asked, minimum_priority=settings.query_priority, most=settings.most_queries)


def write_queries(
    encounter: Encounter, gaps: Iterable[Gap], *, minimum_priority: float = 0.7, most: int = 6
) -> tuple[Query, ...]:
    """Draft a query for every gap that is worth a provider's time.

    Parameters
    ----------
    encounter
        What the gaps were found in.
    gaps
        The gaps, in any order.
    minimum_priority
        The priority from which a gap is asked about.
    most
        How many queries at the most.

    Returns
    -------
    tuple[Query, ...]
        By falling priority. A gap of the same kind, category and axis as an earlier one, or one of which nothing
        can be cited, has no query.

    Notes
    -----
    No query breaks a rule of `lint_query` or of `lint_record`: a draft that would is not returned.
    """
    queries: list[Query] = []
    asked: set[tuple[str, str, str]] = set()
    for gap in sorted(gaps, key=lambda gap: (-gap.priority, gap.gap_id)):
        concept = (gap.kind, gap.category, gap.axis)
        if len(queries) == most or gap.priority < minimum_priority or concept in asked:
            continue
        query = write_query(encounter, gap, query_id=f"q{len(queries) + 1}")
        if query:
            asked.add(concept)
            queries.append(query)
    return tuple(queries)


def write_query(encounter: Encounter, gap: Gap, *, query_id: str) -> Query | None:
    """Draft the query of one gap, or None where no compliant one can be written.

    Parameters
    ----------
    encounter
        What the gap was found in.
    gap
        The gap.
    query_id
        The id of the query.
    """
    options = _list_options(gap)
    query = _draft(encounter, gap, options, query_id=query_id)
    if query is None:
        return None
    findings = lint_record(query, encounter=encounter)
    # A choice that breaks a rule is left out; where that does not help, the question becomes an open one.
    for kept in ([option for option in options if not _is_in(option, query, findings)], []):
        if findings and query.choices:
            query = _draft(encounter, gap, kept, query_id=query_id) or query
            findings = lint_record(query, encounter=encounter)
    return None if findings else query


def _draft(encounter: Encounter, gap: Gap, options: Sequence[str], *, query_id: str) -> Query | None:
    statements = list(_list_statements(encounter, gap))
    template = _choose_template(gap, options, statements)
    facts = _list_facts(encounter, gap) or statements[:_MOST_STATEMENTS]
    facts = [fact for fact in facts if not has_forbidden(render_indicator(fact))]
    if not facts:
        return None
    offered = options if template.format == "multiple_choice" and gap.kind != "unsupported" else []
    query = Query(
        query_id=query_id,
        gap=gap,
        title=_fill(template.title, gap, statements),
        question=_fill(template.question, gap, statements),
        choices=_make_choices(template, offered),
        format=template.format,
        indicators=(),
    )
    return replace(query, indicators=_fit(query, facts))


def _list_options(gap: Gap) -> list[str]:
    """Return the values of the options, each once, in alphabetical order, beginning with a capital."""
    by_key = {option.value.casefold().strip(): option.value.strip() for option in gap.options}
    values = [value[:1].upper() + value[1:] for key, value in by_key.items() if not _is_empty(key)]
    return sorted(values, key=str.casefold)


def _is_empty(value: str) -> bool:
    return value in _EMPTY_VALUES or value.startswith(("other ", "another "))


def _list_statements(encounter: Encounter, gap: Gap) -> Iterator[Indicator]:
    """Yield what the record says of the gap's condition, each wording once for a note and date."""
    seen: set[tuple[str, str, dt.date | None]] = set()
    quoted = [_quote_evidence(encounter, span) for span in gap.evidence]
    for statement in [*quoted, *(_place(encounter, each) for each in gap.indicators if each.bearing == "statement")]:
        key = (quote(statement.text).casefold(), statement.source, statement.date)
        if key not in seen and statement.text.strip():
            seen.add(key)
            yield statement


def _list_facts(encounter: Encounter, gap: Gap) -> list[Indicator]:
    """Return the indicators that a query may cite, with source and date."""
    placed = [_place(encounter, each) for each in gap.indicators if each.text.strip()]
    # What the query shows of the record: the indicators, and the first statement in its question.
    record = " . ".join([*(each.text for each in placed), *(encounter.slice(span) for span in gap.evidence[:1])])
    asked = _name_concepts(record, gap.diagnosis, *(option.value for option in gap.options))
    return [
        each
        for each in (_neutralize(each, record) for each in _say_once(placed))
        if not is_denied(asked, render_indicator(each), is_alone=len(placed) == 1)
    ]


def _say_once(indicators: Sequence[Indicator]) -> list[Indicator]:
    """Return indicators without those whose words are those of another, or stand within them."""
    longest = sorted(indicators, key=lambda each: (-len(each.text), _RANKS[each.bearing]))
    kept: list[Indicator] = []
    for each in longest:
        if not any(_holds(other, each) for other in kept):
            kept.append(each)
    return [each for each in dict.fromkeys(indicators) if each in kept]


def _holds(indicator: Indicator, other: Indicator) -> bool:
    """Tell whether an indicator says what another does: the same words of one source and date, or a stretch of them."""
    one, two = indicator.span, other.span
    if one and two and one.note_id == two.note_id and one.start <= two.start and two.end <= one.end:
        return True
    is_same = quote(indicator.text).casefold() == quote(other.text).casefold()
    return is_same and (indicator.source, indicator.date) == (other.source, other.date)


def _neutralize(indicator: Indicator, record: str) -> Indicator:
    """Return an indicator whose name names no diagnosis, nor a degree of one, that the record does not."""
    concepts = _name_concepts(indicator.name)
    if not concepts:
        return indicator
    degrees = set(_WORD.findall(indicator.name.lower())) & load_query_words()["modifier"]
    is_new = concepts - _name_concepts(record) or degrees - set(_WORD.findall(record.lower()))
    return replace(indicator, name=_NAMES[indicator.bearing]) if is_new else indicator


def _name_concepts(*texts: str) -> set[str]:
    """Return the concepts of all diagnoses that texts name."""
    found = find_diagnoses(read_tokens(straighten(" . ".join(texts))))
    return {concept for _, _, concepts in found for concept in concepts}


def _quote_evidence(encounter: Encounter, span: Span) -> Indicator:
    note = encounter.get_note(span.note_id)
    date = note.date or encounter.date
    return Indicator(DOCUMENTATION, "statement", span, note.slice(span), source=_name_source(note), date=date)


def _place(encounter: Encounter, indicator: Indicator) -> Indicator:
    """Return an indicator with source and date: its own, else those of its note and encounter."""
    note = encounter.get_note(indicator.span.note_id) if indicator.span else None
    source = indicator.source or (_name_source(note) if note else "observation")
    date = indicator.date or (note.date if note else None) or encounter.date
    return replace(indicator, source=" ".join(source.split()), date=date)


def _name_source(note: Note) -> str:
    words = " ".join(note.note_type.replace("_", " ").split())
    role = " ".join(note.author_role.replace("_", " ").split())
    return ", ".join(part for part in (words or f"note {note.note_id}", role) if part)


def _choose_template(gap: Gap, options: Sequence[str], statements: Sequence[Indicator]) -> QueryTemplate:
    """Choose by what is supported: several options, a relationship of two documented conditions, else an open question.

    A validation has choices of its own.
    """
    formats = ["multiple_choice"] if len(options) > 1 or gap.kind == "unsupported" else []
    formats += ["yes_no"] if len(statements) > 1 else []
    found = (find_template(gap.kind, gap.axis, each) for each in (*formats, "open", "multiple_choice"))
    return next(template for template in found if template)


def _make_choices(template: QueryTemplate, options: Sequence[str]) -> tuple[str, ...]:
    if template.format == "open":
        return ()
    return (*options, *template.choices, OTHER, UNDETERMINED)


def _fill(text: str, gap: Gap, statements: Sequence[Indicator]) -> str:
    """Fill the slots of a template; what the record says is quoted with its source and date."""
    said = [f"{quote(each.text)} ({render_source(each)})" for each in statements[:_MOST_STATEMENTS]]
    several = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said)
    return text.format(
        term=quote(statements[0].text) if statements else name_subject(gap.category),
        subject=name_subject(gap.category),
        axis=say_axis(gap.axis),
        statement=said[0] if said else gap.diagnosis,
        statements=several or gap.diagnosis,
    )


def _fit(query: Query, facts: Sequence[Indicator]) -> tuple[Indicator, ...]:
    """Return the facts that fit a short query, in their order."""
    room = MOST_WORDS - _count_words(render_query(query))
    kept: set[int] = set()
    for place in sorted(range(len(facts)), key=lambda each: (_RANKS[facts[each].bearing], each)):
        room -= _count_words(render_indicator(facts[place]))
        if room >= 0 and len(kept) < _MOST_INDICATORS:
            kept.add(place)
    return tuple(fact for place, fact in enumerate(facts) if place in kept)


def _count_words(text: str) -> int:
    # Never less than what the linter counts, which takes a contraction for one word.
    return len(_WORD.findall(text))


def _is_in(option: str, query: Query, findings: Sequence[LintFinding]) -> bool:
    """Tell whether a finding lies in the line of a choice and nowhere beyond."""
    text = render_query(query)
    start = text.find(f"\n[ ] {option}\n")
    return (
        any(start < found.start and found.end <= start + len(option) + 5 for found in findings) if start >= 0 else False
    )
