"""The rules of the linter that need the drafted query: its gap, its options and the spans of its indicators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from codeassist.cdi.lint import lint_query, merge_findings
from codeassist.cdi.lint_rules import load_rules
from codeassist.cdi.query_templates import OTHER, UNDETERMINED, load_templates
from codeassist.cdi.query_text import quote, render_indicator, render_query
from codeassist.core.notes import Encounter
from codeassist.core.queries import LintFinding, Query

_NUMBER = re.compile(r"\d+ (?: [.,] \d+ )*", re.VERBOSE)
_QUOTED = re.compile(
    r"""
    (?P<said> " [^"\n]+ " )            # words of the record
    (?: [ ] \( [^()\n]* \) )?          # where and when they were written
    """,
    re.VERBOSE,
)


def lint_record(query: Query, *, encounter: Encounter | None = None) -> list[LintFinding]:
    """Find where a drafted query breaks a rule, of its text or of its record.

    Parameters
    ----------
    query
        The drafted query.
    encounter
        What it was drafted from; with it, the words of every indicator are compared with the record.

    Returns
    -------
    list[LintFinding]
        In order of place in the text of `render_query`.
    """
    text = render_query(query)
    broken = [
        *_check_choices(query),
        *_check_order(query),
        *_check_indicators(query, encounter),
        *_check_facts(query, encounter),
    ]
    places = ((rule, text.find(said), len(said)) for rule, said in broken)
    own = [load_rules()[rule].find(max(0, start), max(0, start) + length) for rule, start, length in places]
    return merge_findings([*lint_query(text), *own])


def clinical_choices(query: Query) -> tuple[str, ...]:
    """Return the choices that are a clinical answer: the gap's options, and whatever no template offers to all."""
    options = {option.value.casefold() for option in query.gap.options}
    fixed = {OTHER, UNDETERMINED} | {choice for template in load_templates().values() for choice in template.choices}
    return tuple(choice for choice in query.choices if choice.casefold() in options or choice not in fixed)


def _check_choices(query: Query) -> Iterator[tuple[str, str]]:
    options = {option.value.casefold() for option in query.gap.options}
    clinical = clinical_choices(query)
    yield from (("QL-005", choice) for choice in clinical if choice.casefold() not in options)
    is_validation = query.gap.kind == "unsupported"
    if query.format == "multiple_choice" and len(clinical) < 2 and not is_validation:
        yield "QL-048", query.question


def _check_order(query: Query) -> Iterator[tuple[str, str]]:
    clinical = clinical_choices(query)
    if list(clinical) != sorted(clinical, key=str.casefold):
        yield "QL-022", clinical[0]


def _check_indicators(query: Query, encounter: Encounter | None) -> Iterator[tuple[str, str]]:
    shown = " | ".join(_join(each.text).casefold() for each in query.indicators)
    for indicator in query.gap.indicators:
        if indicator.bearing == "against" and _join(indicator.text).casefold() not in shown:
            yield "QL-024", query.question
    for indicator in query.indicators:
        if not indicator.source:
            yield "QL-034", render_indicator(indicator)
        if encounter and indicator.span and _join(encounter.slice(indicator.span)) != _join(indicator.text):
            yield "QL-046", render_indicator(indicator)


def _check_facts(query: Query, encounter: Encounter | None) -> Iterator[tuple[str, str]]:
    """Check that the question holds no number and no quotation that the evidence does not hold."""
    options = " ".join(option.value for option in query.gap.options)
    facts = f"{options} {query.gap.diagnosis} {' '.join(map(render_indicator, query.indicators))}"
    asked = f"{query.title} {query.question}"
    known = {quote(each.text) for each in query.indicators}
    if encounter:
        known |= {quote(encounter.slice(span)) for span in query.gap.evidence}
        yield from (("QL-046", found["said"]) for found in _QUOTED.finditer(asked) if found["said"] not in known)
    numbers = set(_NUMBER.findall(facts))
    yield from (("QL-035", number) for number in _NUMBER.findall(_QUOTED.sub("", asked)) if number not in numbers)


def _join(text: str) -> str:
    return " ".join(text.split())
