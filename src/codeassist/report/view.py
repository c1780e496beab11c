"""What people are shown of a result, worked out once for the terminal and for the page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from codeassist.core.codes import ICD10CM
from codeassist.core.notes import Section, Span
from codeassist.core.results import CodingResult
from codeassist.core.suggestions import DISPOSITIONS, Candidate, Contribution, Flag, Suggestion
from codeassist.core.visits import VisitElement, VisitLevel
from codeassist.io.texts import make_safe
from codeassist.terminology.lexicon import read_table

_SPACES = re.compile(r"\s+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_CONTEXT = 40
_MOST_REASONS = 3
# Reasons weaker than this change a confidence by less than two points in a hundred.
_WEAKEST_REASON = 0.1
GROUP_HEADINGS = {"report": "Report", "consider": "Consider"}
GROUP_MEANINGS = {"report": "what a coder would put on the claim", "consider": "shown for review only"}
PROCEDURE_HEADINGS = {"report": "Procedures", "consider": "Procedures to consider"}
_SECTION_NAMES = {"assessment_plan": "assessment and plan", "preamble": "start of the note"}
_FLAG_WORDS = {"excludes1": "Excludes1 with", "integral_symptom": "part of"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """This is one place that supports a suggestion, with the text around it on one line."""

    span: Span
    section: str
    before: str = field(repr=False)
    text: str = field(repr=False)
    after: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """This is one part of a confidence in plain words; ``points`` are log-odds."""

    words: str
    points: float


@dataclass(frozen=True, slots=True)
class SuggestionView:
    """This is one suggestion as a person sees it."""

    suggestion: Suggestion
    percent: int
    evidence: tuple[Evidence, ...]
    readings: tuple[str, ...]
    reasons: tuple[Reason, ...]
    rules: tuple[str, ...]
    alternatives: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VisitView:
    """This is the level of a visit as a person sees it: a title, its elements, and lines of what else it tells."""

    visit: VisitLevel
    title: str
    percent: int
    elements: tuple[tuple[str, str, str], ...]
    notes: tuple[tuple[str, str], ...]


def make_visit_view(result: CodingResult) -> VisitView | None:
    """Return the visit of a result in words, or ``None`` where the notes record none."""
    visit = result.visit
    if visit is None:
        return None
    return VisitView(
        visit=visit,
        title=visit.name,
        percent=round(100 * visit.confidence),
        elements=tuple((each.name, each.level, _list_items(each)) for each in visit.elements),
        notes=tuple(_describe_visit(visit)),
    )


def make_procedure_views(result: CodingResult) -> dict[str, tuple[SuggestionView, ...]]:
    """Return the procedures of a result by disposition, in the order of the result; reasons say what decided."""
    views = [_make_procedure_view(result, each) for each in result.procedures]
    return {
        disposition: tuple(view for view in views if view.suggestion.disposition == disposition)
        for disposition in DISPOSITIONS
    }


def name_units(suggestion: Suggestion) -> str:
    """Return the units of a procedure as they are read, nothing for one: ``"x2"``."""
    return f"x{suggestion.units}" if suggestion.units > 1 else ""


def make_views(result: CodingResult) -> dict[str, tuple[SuggestionView, ...]]:
    """Return the suggestions of a result by disposition, in the order of the result."""
    views = [_make_view(result, each) for each in result.diagnoses]
    return {
        disposition: tuple(view for view in views if view.suggestion.disposition == disposition)
        for disposition in DISPOSITIONS
    }


def describe_code_set(result: CodingResult) -> str:
    """Return the code sets of a result with their editions: ``"ICD-10-CM 2026-04"``."""
    return ", ".join(f"{system} {edition}" for system, edition in result.pipeline.code_sets) or ICD10CM


def name_section(kind: str) -> str:
    """Return the name of a section as it is read: ``"past medical history"``."""
    return _SECTION_NAMES.get(kind, kind.replace("_", " "))


def find_evidence_spans(suggestion: Suggestion) -> tuple[Span, ...]:
    """Return the places that support a suggestion, each once, in order."""
    return tuple(sorted({candidate.mention.span for candidate in suggestion.support}))


@lru_cache(maxsize=1)
def read_reason_words() -> dict[str, str]:
    """Return the plain words for every feature of a confidence."""
    rows = read_table(Path(__file__).parent / "reasons.tsv", ("feature", "words"))
    return {row["feature"]: row["words"] for row in rows}


def _list_items(element: VisitElement) -> str:
    counted = dict.fromkeys(item.detail for item in element.items)
    return "; ".join(map(make_safe, counted)) or "nothing found"


def _describe_visit(visit: VisitLevel) -> Iterator[tuple[str, str]]:
    for reason in visit.rationale:
        yield "why", reason
    if visit.time is not None:
        yield "time", f"{visit.time.minutes} minutes stated"
    for each in visit.alternatives:
        named = f"{each.code} {each.category.replace('_', ' ')} {each.step}".strip()
        yield "next", f"{named}: {each.reason}"
    for missing in visit.missing_for_next_level:
        yield "rules", f"for the next level {missing.element} would be {missing.level}: {' or '.join(missing.ways)}"
    for modifier in visit.modifiers:
        yield "flag", f"modifier {modifier} to be reviewed: a procedure was done at the same visit"


def _make_procedure_view(result: CodingResult, procedure: Suggestion) -> SuggestionView:
    # The features of a procedure are few, and their details say more than the names do.
    strongest = sorted(procedure.rationale, key=lambda part: (-abs(part.points), part.feature))
    return replace(
        _make_view(result, procedure),
        reasons=tuple(Reason(part.detail, part.points) for part in strongest),
        flags=tuple(f"{flag.detail} ({flag.with_code})" if flag.with_code else flag.detail for flag in procedure.flags),
    )


def _make_view(result: CodingResult, suggestion: Suggestion) -> SuggestionView:
    return SuggestionView(
        suggestion=suggestion,
        # Nothing is certain, and nothing that is shown is impossible.
        percent=min(99, max(1, round(100 * suggestion.confidence))),
        evidence=tuple(_find_evidence(result, suggestion)),
        readings=tuple(dict.fromkeys(make_safe(each) for each in _find_readings(suggestion))),
        reasons=tuple(_find_reasons(suggestion)),
        rules=tuple(dict.fromkeys(part.detail for part in suggestion.rationale if _is_rule(part))),
        alternatives=tuple(_find_alternatives(suggestion)),
        flags=tuple(map(_describe_flag, suggestion.flags)),
    )


def _find_evidence(result: CodingResult, suggestion: Suggestion) -> Iterator[Evidence]:
    encounter = result.encounter
    section_by_span = {candidate.mention.span: candidate.mention.section for candidate in suggestion.support}
    rank_of_note = {note.note_id: rank for rank, note in enumerate(encounter.notes)}
    for span in sorted(section_by_span, key=lambda span: (rank_of_note[span.note_id], span.start, span.end)):
        text = encounter.get_note(span.note_id).text
        first, last = _find_body(result.sections, span, length=len(text))
        yield Evidence(
            span=span,
            section=name_section(section_by_span[span]),
            before=_cut_before(text, span.start, first=first),
            text=_flatten(text[span.start : span.end]),
            after=_cut_after(text, span.end, last=last),
        )


def _find_body(sections: Iterable[Section], span: Span, *, length: int) -> tuple[int, int]:
    """Return start and end of the body that holds a mention, because its heading is shown by name; else of the note."""
    bodies = (section.body for section in sections if section.body.overlaps(span))
    whole = (body for body in bodies if body.start <= span.start and span.end <= body.end)
    return next(((body.start, body.end) for body in whole), (0, length))


def _cut_before(text: str, start: int, *, first: int) -> str:
    """Return up to 40 characters before a place: whole words of the same paragraph, an ellipsis where more precede."""
    low = max(first, start - _CONTEXT)
    paragraph = _BLANK_LINE.split(make_safe(text[low:start]))
    piece = _flatten(paragraph[-1]).lstrip()
    if len(paragraph) > 1 or low == first:
        return piece
    if not text[low - 1].isspace() and not text[low].isspace() and " " in piece:
        piece = piece.split(" ", 1)[1]
    return f"…{piece}"


def _cut_after(text: str, end: int, *, last: int) -> str:
    high = min(last, end + _CONTEXT)
    paragraph = _BLANK_LINE.split(make_safe(text[end:high]))
    piece = _flatten(paragraph[0]).rstrip()
    if len(paragraph) > 1 or high == last:
        return piece
    if not text[high].isspace() and not text[high - 1].isspace() and " " in piece:
        piece = piece.rsplit(" ", 1)[0]
    return f"{piece}…"


def _flatten(text: str) -> str:
    return _SPACES.sub(" ", make_safe(text))


def _find_readings(suggestion: Suggestion) -> Iterator[str]:
    """Yield what the mentions were read as, where that is not plain: wording and code, and details stated around it."""
    for candidate in suggestion.support:
        wording = next((part.detail for part in candidate.rationale if part.feature.startswith("wording:")), "")
        details = ", ".join(f"{axis} {value}" for axis, value in candidate.axis_values)
        plain = f"{candidate.mention.surface} ({suggestion.code.value})"
        if wording and (details or wording.casefold() != plain.casefold()):
            yield f"{wording} + {details}" if details else wording


def _find_reasons(suggestion: Suggestion) -> Iterator[Reason]:
    parts = [part for part in suggestion.rationale if part.feature != "base" and not _is_rule(part)]
    strongest = sorted(parts, key=lambda part: (-abs(part.points), part.feature))[:_MOST_REASONS]
    for part in strongest:
        if abs(part.points) >= _WEAKEST_REASON:
            yield Reason(_name_reason(part, len(find_evidence_spans(suggestion))), part.points)


def _name_reason(part: Contribution, places: int) -> str:
    if part.feature == "mentions":
        return "named once" if places == 1 else f"named {places} times"
    return read_reason_words().get(part.feature, part.feature.replace("_", " "))


def _find_alternatives(suggestion: Suggestion) -> Iterator[tuple[str, str]]:
    best: dict[str, Candidate] = {}
    for candidate in (*suggestion.support, *suggestion.alternatives):
        known = best.get(candidate.code.value)
        if candidate.code != suggestion.code and (known is None or candidate.score > known.score):
            best[candidate.code.value] = candidate
    for candidate in sorted(best.values(), key=lambda each: (-each.score, each.code.value)):
        yield candidate.code.value, candidate.display


def _describe_flag(flag: Flag) -> str:
    words = _FLAG_WORDS.get(flag.kind, flag.kind.replace("_", " "))
    detail = f" ({flag.detail})" if flag.detail else ""
    return " ".join(f"{words} {flag.with_code}{detail}".split())


def _is_rule(part: Contribution) -> bool:
    return part.feature.startswith("guideline:")
