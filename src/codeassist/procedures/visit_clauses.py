"""Cuts a note into clauses with the wordings found in each: what every element of the visit level is read from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from codeassist.core.notes import Note, Section, Span
from codeassist.procedures.visit_words import WORD, Hit, WordTable

PLAN = frozenset(
    {
        "assessment",
        "assessment_plan",
        "plan",
        "impression",
        "medical_decision_making",
        "diagnosis",
        "principal_diagnosis",
        "secondary_diagnosis",
        "discharge_diagnosis",
        "admission_diagnosis",
        "hospital_course",
        "patient_instructions",
        "follow_up",
        "disposition",
        "addendum",
        "discharge_instructions",
        "code_status",
        "consultations",
        "problem_list",
    }
)
RESULTS = frozenset({"results", "labs", "imaging", "pathology", "findings"})
STORY = frozenset(
    {
        "preamble",
        "chief_complaint",
        "history_of_present_illness",
        "clinical_history",
        "indication",
        "comments",
        "other",
        "administrative",
        "oncologic_history",
        "procedure",
    }
)
_COURSE = frozenset({"chief_complaint", "history_of_present_illness", "preamble"})
_READ = PLAN | RESULTS | STORY
_CLAUSE = re.compile(
    r"""
    [^\s;!?.*\u2022\u00b7-]             # from the first character that is no space or bullet
    [^\n;!?.]*                          # up to the end of a line or sentence,
    (?:
        (?: \. (?=\S)                    # over a full stop inside a number or a name,
        | \n (?= [ \t]* [a-z] ) )        # and over the end of a line that goes on in lower case
        [^\n;!?.]*
    )*
    """,
    re.VERBOSE,
)
# Text without full stops is cut by force, so that work on a clause stays small.
_LONGEST = 600
# "for 3 years", "over the past several years": the course of a chronic illness, not an age or an earlier date.
_LONG = re.compile(
    r"""
    \b (?: for | over | past | last | about | approximately | since ) \b [^.;\n]{0,25}?
    (?: \d+ (?: \.\d )? | one | two | three | four | five | several | many | few | couple [ ] of ) [+]? [ ] years? \b
    (?! [ ] (?: old | ago ) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A word that makes what follows in its clause no fact: farther away it belongs to something else.
_REACH = {"negation": 6, "historic": 6, "risk": 40, "conditional": 40, "if": 40}


class Clause(NamedTuple):
    """This is one clause of a note: its place, the kind of its section, and what its words name.

    ``hits`` are what its words name, by kind; ``size`` counts its words; ``is_long`` tells whether it speaks of a
    course of years.
    """

    note_id: str
    start: int
    end: int
    section: str
    hits: Mapping[str, Sequence[Hit]]
    size: int
    is_long: bool = False

    @property
    def span(self) -> Span:
        """The place of the clause."""
        return Span(self.note_id, self.start, self.end)

    @property
    def is_plan(self) -> bool:
        """Whether the clause stands where problems are assessed and their care is planned."""
        return self.section in PLAN

    def find(self, kind: str, *values: str) -> Iterable[Hit]:
        """Return the hits of a kind, of any value or of these."""
        hits = self.hits.get(kind, ())
        return [hit for hit in hits if hit.value in values] if values and hits else hits

    def has(self, kind: str, *values: str) -> bool:
        """Tell whether there is a hit of a kind."""
        hits = self.hits.get(kind)
        return hits is not None and (not values or any(hit.value in values for hit in hits))

    def is_blocked(self, hit: Hit, *kinds: str) -> bool:
        """Tell whether a word before a hit negates it or makes it conditional."""
        return any(
            block.last < hit.first and hit.first - block.last <= _REACH.get(block.value, 0)
            for block in self.find("block", *kinds)
        )

    def is_conditional_after(self, hit: Hit) -> bool:
        """Tell whether an "if" behind a hit holds it back, unless it says when to call or return."""
        contact = [block.first for block in self.find("block", "contact")]
        return any(
            block.first > hit.last and not any(hit.last < place < block.first for place in contact)
            for block in self.find("block", "if")
        )


def read_clauses(note: Note, sections: Iterable[Section], table: WordTable) -> list[Clause]:
    """Return the clauses of the sections that say anything about a visit's level, in order."""
    pieces: list[tuple[int, int, str]] = []
    words: list[str] = []
    ends: list[int] = []
    for section in sections:
        if section.kind in _READ:
            for start, end in _cut(note.text, section.body):
                words += WORD.findall(note.text[start:end].lower())
                ends.append(len(words))
                pieces.append((start, end, section.kind))
    return _gather(note, pieces, table(words, ends), ends)


def _cut(text: str, body: Span) -> Iterator[tuple[int, int]]:
    for matched in _CLAUSE.finditer(text, body.start, body.end):
        start, end = matched.span()
        while end - start > _LONGEST:
            yield start, start + _LONGEST
            start += _LONGEST
        yield start, end


def _gather(
    note: Note, pieces: Sequence[tuple[int, int, str]], hits: Sequence[Hit], ends: Sequence[int]
) -> list[Clause]:
    """Return the clauses with their own hits; places of words count from the first word of all."""
    clauses = []
    at, first = 0, 0
    for (start, end, kind), last in zip(pieces, ends, strict=True):
        own: dict[str, list[Hit]] = {}
        while at < len(hits) and hits[at].first < last:
            own.setdefault(hits[at].kind, []).append(hits[at])
            at += 1
        if last > first:
            is_long = kind in _COURSE and _is_long(note.text, start, end)
            clauses.append(Clause(note.note_id, start, end, kind, own, last - first, is_long))
        first = last
    return clauses


def _is_long(text: str, start: int, end: int) -> bool:
    return text.find("year", start, end) >= 0 and _LONG.search(text, start, end) is not None
