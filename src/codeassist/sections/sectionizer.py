"""Divides a note into sections; the first stage of the chain.

Candidates are read in order, and each one is judged by the section it would interrupt: sub-headings of a review or an
examination, problem headings of a plan and bullets under a heading stay inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.notes import Note, Section, Span
from codeassist.sections.candidates import LINE_BREAK, Candidate, find_candidates
from codeassist.sections.headings import HeadingTable
from codeassist.sections.kinds import PREAMBLE, SectionKind, load_kinds

_ASSESSING = frozenset({"assessment", "plan", "impression", "diagnosis"})
# In lists of these kinds "Diagnosis" is the title of a column.
_TABULATED = frozenset({"past_medical_history", "past_surgical_history", "family_history", "problem_list"})
# Headings of these kinds divide a note even inside a plan when they are in capitals.
_LISTS = frozenset({"medications", "allergies", "procedure"})
# A second heading of these kinds is a sub-heading ("REFLEXES:" inside the examination).
_WHOLE = frozenset({"physical_exam", "review_of_systems", "results", "labs"})
# Systems of which an intensive care note writes a plan, and no examination speaks.
_PLANNED_SYSTEMS = frozenset(
    {"f/e/n", "fen", "fen/gi", "fen/renal", "fluids, electrolytes and nutrition", "fluids, electrolytes, nutrition"}
    | {"fluids/electrolytes/nutrition", "heme/id", "id", "ppx", "prophylaxis", "renal/fen"}
)
# How the review of a system begins, where neither a review nor an examination has a heading of its own.
_REVIEW = re.compile(
    r"""
    \W{0,9}
    (?: denie[sd] | (?:negative|positive)[ ]for | no[ ](?:history|complaints?) | reports | endorses | admits )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STUDY = re.compile(
    r"""
    \b(?: CT | CTA | MRI | MRA | MR | PET | X-?rays? | radiograph\w* | views? | ultraso\w+ | sonogra\w+ | doppler
    | mammogra\w+ | scan | nuclear | echocardiogra\w+ | angiogra\w+ | arthrogram | films? | fluoroscop\w+ | barium )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_STUDY_KINDS = frozenset({"imaging"})
_BLANKS = " \t\n\r\x0b\x0c\x85\xa0\u2028\u2029,.:;*_-\u2013•#"
_LONG_PROCEDURE = 350
# How the title of a later visit ends.
_VISIT_ENDS = ("follow up", "follow-up", "followup", "f/u", "fu", "visit")
# Of a note about a call; with a number behind it, how to reach someone.
_CALLS = frozenset({"phone", "telephone"})
_NUMBER = re.compile(r"[ \t]*[(+]?\d")


@dataclass(slots=True)
class _Opening:
    """Where a section opens: its heading from ``start`` to ``end``; both are equal where a section has no heading."""

    kind: str
    start: int
    end: int
    words: str = ""
    is_capitals: bool = False
    is_marked: bool = False
    is_by_system: bool = False
    is_system: bool = False


class Sectionizer:
    """This is the stage that divides a note into sections.

    Reads: the note's text.
    Gives: sections in order, disjoint; every character that is not blank lies in a heading or a body.
    """

    def __init__(self, headings: HeadingTable, kinds: Mapping[str, SectionKind]) -> None:
        self._headings = headings
        self._kinds = kinds

    @classmethod
    def load(cls, path: Path | None = None) -> Sectionizer:
        """Read the headings from ``path``, or those of the package."""
        return cls(HeadingTable.load(path), load_kinds())

    def __call__(self, note: Note) -> tuple[Section, ...]:
        """Divide a note into sections.

        Examples
        --------
        >>> note = Note("n1", "PMH: gout. A/P: 1. Cough - try an inhaler")
        >>> [(section.kind, note.slice(section.body)) for section in Sectionizer.load()(note)]
        [('past_medical_history', 'gout.'), ('assessment_plan', '1. Cough - try an inhaler')]
        """
        text = note.text
        openings = self._open(text, find_candidates(text, self._headings))
        openings = _resume_after_lines(text, openings)
        openings = _merge_empty(text, openings)
        is_study = _is_report(text, openings) or any(
            opening.kind in _STUDY_KINDS or _is_study(text, opening) for opening in openings
        )
        return tuple(_build(note, openings, is_study=is_study))

    def _open(self, text: str, candidates: Iterable[Candidate]) -> list[_Opening]:
        first = _skip_blanks(text, 0, len(text))
        openings = [_Opening(PREAMBLE, first, first)]
        for candidate in candidates:
            current = openings[-1]
            kind = self._judge(text, candidate, current) if candidate.start >= current.end else ""
            if kind:
                start, end, words, _, is_capitals, is_marked, _ = candidate
                is_system = candidate.heading is not None and candidate.heading.role in ("system", "specialty")
                openings.append(_Opening(kind, start, end, words, is_capitals, is_marked, is_system=is_system))
        return openings

    def _judge(self, text: str, candidate: Candidate, current: _Opening) -> str:
        """Return the kind of section that the candidate opens, or "" if it stays inside the current one."""
        kind, heading = self._kinds[current.kind], candidate.heading
        if heading is None:
            return "other" if kind.closed_by_unknown and not candidate.is_inline else ""
        if heading.role != "frame" and _is_in_story(candidate, current):
            return ""
        if heading.role == "specialty" and _is_clinic(text, candidate, current):
            return ""
        if heading.role in ("system", "specialty"):
            return self._judge_system(text, candidate, current)
        if _is_title(text, candidate, current) or _is_subordinate(candidate, current, kind):
            return ""
        is_inside = self._is_kept(text, candidate, current) or _is_column(text, candidate, current)
        return "" if is_inside else heading.kind

    def _judge_system(self, text: str, candidate: Candidate, current: _Opening) -> str:
        is_planned = candidate.words.lower() in _PLANNED_SYSTEMS
        if is_planned and current.is_system and current.kind == "physical_exam":
            current.kind = "assessment_plan"
        if self._kinds[current.kind].keeps_systems or current.is_by_system:
            return ""
        if current.kind not in (PREAMBLE, "vitals") and _is_blank(text, current.end, candidate.start):
            current.is_by_system = True
            return ""
        if _REVIEW.match(text, candidate.end):
            return "review_of_systems"
        return "assessment_plan" if is_planned else "physical_exam"

    def _is_kept(self, text: str, candidate: Candidate, current: _Opening) -> bool:
        """Tell whether the section keeps a test or a topic as a sub-heading."""
        kind, heading = self._kinds[current.kind], candidate.heading
        if heading is None:
            return False
        if heading.kind in _LISTS and " " not in candidate.words:
            return kind.keeps_topics and (not candidate.is_capitals or candidate.is_marked)
        if heading.role == "frame":
            return False
        if heading.role == "topic":
            return kind.keeps_topics
        return kind.keeps_tests


def _is_in_story(candidate: Candidate, current: _Opening) -> bool:
    """Tell whether a candidate stands in text without headings, as a case report writes "Rectal exam: ..."."""
    if current.kind != PREAMBLE or candidate.start <= current.end:
        return False
    return candidate.is_inline or not candidate.is_capitals


def _is_clinic(text: str, candidate: Candidate, current: _Opening) -> bool:
    """Tell whether the name of a specialty stands at the top of a note as the name of the clinic."""
    if current.kind != PREAMBLE or _REVIEW.match(text, candidate.end):
        return False
    is_alone = not candidate.is_inline and text[candidate.end : candidate.end + 1] in ("", "\n", "\r")
    return is_alone or candidate.start == current.end


def _is_title(text: str, candidate: Candidate, current: _Opening) -> bool:
    """Tell whether a note opens with the name of its sort: "CARDIOLOGY FOLLOW UP", "Phone: patient asks for ..."."""
    if candidate.heading is None or current.kind != PREAMBLE or candidate.start != current.end:
        return False
    words, kind = candidate.words.lower(), candidate.heading.kind
    is_call = kind == "administrative" and words in _CALLS and not _NUMBER.match(text, candidate.end)
    return is_call or (kind == "follow_up" and words.endswith(_VISIT_ENDS))


def _is_column(text: str, candidate: Candidate, current: _Opening) -> bool:
    opens_list = candidate.heading is not None and candidate.heading.kind == "diagnosis"
    return opens_list and current.kind in _TABULATED and _is_blank(text, current.end, candidate.start)


def _is_subordinate(candidate: Candidate, current: _Opening, kind: SectionKind) -> bool:
    """Tell whether a heading's form or kind puts it below the heading of the current section."""
    opened = candidate.heading.kind if candidate.heading is not None else ""
    if opened == current.kind and opened in _WHOLE:
        return True
    is_below = current.words and not current.is_marked and not candidate.is_capitals
    if candidate.is_marked and (kind.lists_problems or is_below):
        return True
    if kind.lists_problems and len(candidate.words) < 3 and opened not in ("assessment", "plan", "assessment_plan"):
        return True
    is_equal = candidate.is_capitals and current.is_capitals
    return current.kind == "assessment_plan" and opened in _ASSESSING and not is_equal


def _is_blank(text: str, start: int, end: int) -> bool:
    return not text[start:end].strip(_BLANKS)


def _resume_after_lines(text: str, openings: list[_Opening]) -> list[_Opening]:
    """End administrative sections with their line; what follows belongs to the section before."""
    resumed: list[_Opening] = []
    before = PREAMBLE
    for place, opening in enumerate(openings):
        resumed.append(opening)
        if opening.kind != "administrative":
            before = opening.kind
            continue
        limit = openings[place + 1].start if place + 1 < len(openings) else len(text)
        body = _skip_blanks(text, opening.end, limit)
        broken = LINE_BREAK.search(text, body, limit)
        if broken is not None and not _is_blank(text, broken.end(), limit):
            resumed.append(_Opening(before, broken.end(), broken.end()))
    return resumed


def _skip_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _merge_empty(text: str, openings: list[_Opening]) -> list[_Opening]:
    """Join a heading that has nothing under it to the next one; the last one becomes a body of its kind."""
    merged: list[_Opening] = []
    joined = -1
    for place, opening in enumerate(openings):
        is_last = place + 1 == len(openings)
        limit = len(text) if is_last else openings[place + 1].start
        has_text = joined >= 0 or not _is_nothing(text, opening.start, limit)
        if joined >= 0:
            opening.start, joined = joined, -1
        if not _is_blank(text, opening.end, limit):
            merged.append(opening)
        elif has_text and is_last:
            merged.append(_Opening(opening.kind, opening.start, opening.start))
        elif has_text:
            joined = opening.start
    return merged


def _is_nothing(text: str, start: int, end: int) -> bool:
    stretch = text[start:end]
    return not stretch or stretch.isspace()


def _build(note: Note, openings: list[_Opening], *, is_study: bool) -> Iterable[Section]:
    text = note.text
    for place, opening in enumerate(openings):
        limit = openings[place + 1].start if place + 1 < len(openings) else len(text)
        start = _skip_blanks(text, opening.end, limit)
        end = start + len(text[start:limit].rstrip())
        heading_end = opening.start + len(text[opening.start : opening.end].rstrip())
        heading = Span(note.note_id, opening.start, heading_end) if heading_end > opening.start else None
        kind = _refine(text, opening, end - start, is_study=is_study)
        yield Section(kind, heading, Span(note.note_id, start, end))


def _refine(text: str, opening: _Opening, length: int, *, is_study: bool) -> str:
    """Return the kind of a heading whose meaning depends on what is written under it or on the sort of note."""
    if opening.kind in ("procedure", "technique") and length > _LONG_PROCEDURE and not is_study:
        return "procedure_description"
    if is_study and opening.words.lower() in ("history", "clinical", "brief history", "hx"):
        return "clinical_history"
    return "imaging" if _is_study(text, opening) else opening.kind


def _is_report(text: str, openings: list[_Opening]) -> bool:
    """Tell whether a note without "Exam:" is the report of a study: its title names one, and it finds and concludes."""
    kinds = {opening.kind for opening in openings}
    return {"findings", "impression"} <= kinds and bool(_STUDY.search(text, 0, openings[0].end + 80))


def _is_study(text: str, opening: _Opening) -> bool:
    """Tell whether "Exam:" names a study rather than an examination of the patient."""
    is_exam = opening.words.lower() in ("exam", "examination", "procedure")
    return is_exam and opening.kind == "physical_exam" and bool(_STUDY.search(text, opening.end, opening.end + 80))
