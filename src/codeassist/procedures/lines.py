"""Cuts the sections of a note into lines, each with the part it plays in telling what was done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.notes import Note, Section
from codeassist.procedures.word_lists import get_words
from codeassist.procedures.wording import NO_WORDS, ProcedureWords, Words
from codeassist.terminology.lexicon import read_table

_TABLE = Path(__file__).with_name("section_parts.tsv")
_BREAK = re.compile(
    r"""
    \n
  | ;
  | (?<! \bDr )(?<! \bMr )(?<! \bMrs )(?<! \bNo )(?<! \bvs )   # no sentence ends at a title
    (?<= [^\d\W] )[.?!] (?= [\s,] | $ )        # the end of a sentence, after a letter
  | (?<= [)\]"%] )[.] (?= [\s,] | $ )
  | (?<= [^\s.,]\d )[.] (?= ,| \s+[A-Z] | $ )   # after a number that is no item's, before a new sentence
  | [.,\s] \s* (?= \d{1,2} [.)] \s{1,3} [A-Z] )     # "2.  Next item"
    """,
    re.VERBOSE,
)
# What a note holds when a visit is told, not only a study.
_VISIT_KINDS = frozenset(
    {
        "assessment_plan", "family_history", "hospital_course", "medical_decision_making", "medications", "plan",
        "review_of_systems", "social_history", "vitals",
    }
)  # fmt: skip
_SEEN_KINDS = frozenset({"assessment", "physical_exam", "plan", "review_of_systems"})
_STUDY_KINDS = frozenset({"findings", "imaging", "impression", "technique"})
_OPERATION_KINDS = frozenset({"procedure", "procedure_description", "postoperative_diagnosis"})
# In a study's report these name the study.
_NAMING = frozenset({"study", "exam", "preamble", "title", "other", "results", "technique", "body"})
_HEAD_WORDS = 30
_LONGEST_LINE = 1000
_VERBS = get_words("verb")
# Sections that tell nothing of procedures done now: history, medications, review of systems.
_UNREAD = "none"
# Parts whose heading may be the name of a study or test: "Knee X-ray, 2 views: ...".
_HEADED = frozenset({"study", "results", "other", "plan", "exam"})


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """This is one sentence or list item: its words, the kind of its section and the part that plays."""

    part: str
    kind: str
    start: int
    end: int
    words: Words


@dataclass(frozen=True, slots=True)
class Account:
    """This is a note as lines, and what sort of note it is: ``"operation"``, ``"study"`` or ``"visit"``."""

    note: Note
    sort: str
    lines: tuple[Line, ...]

    def of(self, *parts: str) -> tuple[Line, ...]:
        """Return the lines that play one of some parts."""
        return tuple(line for line in self.lines if line.part in parts)


class LineReader:
    """This is the reader of accounts.

    Parameters
    ----------
    words
        Reads words.
    part_by_kind
        The part that each kind of section plays.
    """

    def __init__(self, words: ProcedureWords, part_by_kind: dict[str, str]) -> None:
        self._words = words
        self._part_by_kind = part_by_kind

    @classmethod
    def load(cls, words: ProcedureWords) -> LineReader:
        """Read ``section_parts.tsv``."""
        rows = read_table(_TABLE, ("kind", "part", "reason"))
        return cls(words, {row["kind"]: row["part"] for row in rows})

    def __call__(self, note: Note, sections: Sequence[Section]) -> Account:
        """Return a note as lines."""
        sort = find_sort({section.kind for section in sections})
        lines = tuple(line for section in sections for line in self._cut(note, section, sort))
        return Account(note, sort, lines)

    def _cut(self, note: Note, section: Section, sort: str) -> Iterator[Line]:
        part = self._part_by_kind.get(section.kind, _UNREAD)
        start = section.body.start
        if section.heading is not None and part in _HEADED:
            start = section.heading.start
        if sort == "study" and part in _NAMING:
            part = "title"
        if part == _UNREAD:
            yield Line(part, section.kind, start, section.body.end, NO_WORDS)
            return
        is_head = part == "body"
        for first, last in cut_lines(note.text, start, section.body.end):
            words = self._words.read(note.text, first, last)
            # An account may begin with the names of what it tells.
            is_head = is_head and len(words.forms) <= _HEAD_WORDS and _VERBS.isdisjoint(words.places)
            if words.forms:
                yield Line("title" if is_head else part, section.kind, first, last, words)


def find_sort(kinds: Set[str]) -> str:
    """Tell whether a note is the account of an operation, the report of a study or something else, by its sections."""
    if kinds & _VISIT_KINDS - {"plan"} and not {"procedure_description", "postoperative_diagnosis"} & kinds:
        return "visit"
    is_seen = "history_of_present_illness" in kinds and not kinds.isdisjoint(_SEEN_KINDS)
    if is_seen and "postoperative_diagnosis" not in kinds:
        return "visit"
    if kinds & _OPERATION_KINDS:
        return "operation"
    if kinds & _STUDY_KINDS and not kinds & _VISIT_KINDS:
        return "study"
    return "visit"


def cut_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last character of each sentence or list item.

    Examples
    --------
    >>> text = "1.  Colonoscopy.,2.  Polypectomy"
    >>> [text[a:b] for a, b in cut_lines(text, 0, len(text))]
    ['1.  Colonoscopy', '2.  Polypectomy']
    """
    first = start
    for mark in _BREAK.finditer(text, start, end):
        if mark.start() > first:
            yield from _cut_long(text, first, mark.start())
        first = mark.start() + 1
    if first < end:
        yield from _cut_long(text, first, end)


def _cut_long(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a line in pieces of at most a thousand characters, so that the work for a note grows with its length."""
    while end - start > _LONGEST_LINE:
        blank = text.rfind(" ", start, start + _LONGEST_LINE)
        cut = blank if blank > start else start + _LONGEST_LINE
        yield start, cut
        start = cut
    yield start, end
