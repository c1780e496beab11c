"""Finds the phrases that head a problem inside assessments, plans and lists of diagnoses."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from codeassist.core.notes import Note, Section, Span
from codeassist.sections.candidates import LINE_BREAK
from codeassist.sections.headings import HeadingTable
from codeassist.sections.kinds import SectionKind, load_kinds

WORDS_PATH = Path(__file__).parent / "narrative_words.tsv"
_MAX_LENGTH = 220
_MAX_LIST_WORDS = 30  # diagnoses in one line, parted by commas
_MAX_WORDS = {"number": 14, "hash": 14, "bullet": 12, "line": 10}

_MARK = re.compile(
    r"""
    [ \t\xa0,*_]*
    (?: (?P<hash> \# [ ]? \d{0,2} [.:)]? | (?i:problem) [ ] \#? \d{1,2} [.:)]? )    # "#CHF", "# 1.", "Problem 2:"
      | (?P<number> \(? \d{1,2} (?: [.)] (?!\d) | [ ]?[-\u2013] (?= [ ]*[A-Za-z]) ) )  # "1.", "2)", "3 -"
      | (?P<bullet> [•◦▪●■➢►‣·>\u2013\u2014-]{1,2} | \* )
    )?
    [ \t\xa0*_,]*
    """,
    re.VERBOSE,
)
_INLINE_NUMBER = re.compile(r"(?<= [\s.,;:)]) (?P<digits> \d{1,2} ) [.)] \s* (?= [A-Za-z])", re.VERBOSE)
_STOP = re.compile(
    r"""
    [:;?!\n]
    | \s [-\u2013\u2014] | [-\u2013\u2014] [-\u2013\u2014\s] | \s? [→=>]       # a dash or an arrow
    | \. (?= \s*$ | \s+ [A-Z\d] | , )             # the end of a sentence, not of an abbreviation
    """,
    re.VERBOSE,
)
# Under a numbered problem a line is its text; under a problem on a line of its own bullets are.
_TOPS_ABOVE = {"bullet": ("number", "hash", "line"), "line": ("number", "hash")}
_EDGES = " \t\xa0.,;:*_-\u2013\u2014#"
# Names of topics that are also names of problems: "Tobacco use: counselled."
_PROBLEM_TOPICS = frozenset(
    {"social_history", "obstetric_history", "functional_status", "birth_history", "oncologic_history"}
)


class _Item(NamedTuple):
    form: str
    start: int
    end: int


class ProblemHeadingFinder:
    """This is the finder of problem headings: the first phrase of each numbered or bulleted item and short lines.

    Parameters
    ----------
    headings, kinds
        The headings (a label such as "Plan:" heads no problem) and the kinds that list problems.
    first_words, verbs
        Words that start an instruction or a sentence, and words that occur in running text only.
    """

    def __init__(
        self,
        headings: HeadingTable,
        kinds: Mapping[str, SectionKind],
        *,
        first_words: frozenset[str],
        verbs: frozenset[str],
    ) -> None:
        self._headings = headings
        self._kinds = kinds
        self._first_words = first_words
        self._verbs = verbs

    @classmethod
    def load(cls, path: Path | None = None) -> ProblemHeadingFinder:
        """Read ``narrative_words.tsv`` (columns word, position, provenance)."""
        with (path or WORDS_PATH).open(encoding="utf-8", newline="") as lines:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows = [(row["word"], row["position"]) for row in table]
        first_words = frozenset(word for word, position in rows if position == "first")
        verbs = frozenset(word for word, position in rows if position == "anywhere")
        return cls(HeadingTable.load(), load_kinds(), first_words=first_words, verbs=verbs)

    def find_problem_headings(self, note: Note, section: Section) -> tuple[Span, ...]:
        """Return the spans that head a problem; none in a section whose kind lists no problems.

        Examples
        --------
        >>> note = Note("n1", "1. Gout: colchicine. 2. Continue aspirin. 3. Anemia, stable.")
        >>> section = Section("assessment_plan", None, Span("n1", 0, len(note.text)))
        >>> [note.slice(span) for span in ProblemHeadingFinder.load().find_problem_headings(note, section)]
        ['Gout', 'Anemia, stable']
        """
        kind = self._kinds[section.kind]
        if not kind.lists_problems:
            return ()
        found: list[Span] = []
        top = ""
        for item in _split_items(note.text, section.body.start, section.body.end):
            is_below = top in _TOPS_ABOVE.get(item.form, ())
            end = 0 if is_below else self._end_phrase(note.text, item, is_list=not kind.is_plan)
            if end:
                found.append(Span(note.note_id, item.start, end))
                top = top or item.form
        return tuple(found)

    def _end_phrase(self, text: str, item: _Item, *, is_list: bool) -> int:
        """Return where the phrase at the start of an item ends, or 0 if it heads no problem."""
        limit = min(item.end, item.start + _MAX_LENGTH)
        stop = _STOP.search(text, item.start, limit)
        if stop is None and limit < item.end:
            return 0
        phrase = text[item.start : stop.start() if stop is not None else limit].rstrip(_EDGES).rstrip()
        words = [word.strip(".,;()") for word in phrase.lower().split()]
        most = _MAX_LIST_WORDS if is_list and "," in phrase else _MAX_WORDS[item.form]
        if not words or len(words) > most or phrase[0].isspace() or not any(map(str.isalpha, words[0])):
            return 0
        is_running = words[0] in self._first_words or not self._verbs.isdisjoint(words)
        if is_running or (item.form == "line" and phrase[0].islower()) or self._is_label(phrase):
            return 0
        return item.start + len(phrase)

    def _is_label(self, phrase: str) -> bool:
        heading = self._headings.find(phrase)
        return heading is not None and not (heading.role == "topic" and heading.kind in _PROBLEM_TOPICS)


def _split_items(text: str, start: int, end: int) -> Iterator[_Item]:
    """Yield the items of a section's body: lines, and numbered items inside a line."""
    number = 0
    line_start = start
    while line_start < end:
        broken = LINE_BREAK.search(text, line_start, end)
        line_end = broken.start() if broken is not None else end
        item, number = _read_mark(text, line_start, line_end, number)
        for inline in _INLINE_NUMBER.finditer(text, max(item.start, line_start + 1), line_end):
            digits = int(inline["digits"])
            if digits == number + 1:
                yield item._replace(end=inline.start())
                item, number = _Item("number", inline.end(), line_end), digits
        yield item
        line_start = broken.end() if broken is not None else end


def _read_mark(text: str, start: int, end: int, number: int) -> tuple[_Item, int]:
    mark = _MARK.match(text, start, end)
    if mark is None:
        return _Item("line", start, end), number
    form = next((form for form in ("hash", "number", "bullet") if mark[form]), "line")
    if form == "number":
        number = int("".join(filter(str.isdigit, mark["number"])))
    return _Item(form, mark.end(), end), number
