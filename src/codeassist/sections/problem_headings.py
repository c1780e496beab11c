"""Finds the phrases that head a problem inside assessments, plans and lists of diagnoses."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist.core.notes import Note, Section, Span
from codeassist.sections.candidates import LINE_BREAK
from codeassist.sections.headings import HeadingTable
from codeassist.sections.kinds import SectionKind, load_kinds

WORDS_PATH = Path(__file__).parent / "narrative_words.tsv"
_MAX_LENGTH = 220
_MAX_LIST_WORDS = 30  # diagnoses in one line, parted by commas
_MAX_NAME_WORDS = 16  # one diagnosis, in sections that hold nothing else
_REACH = 40  # items looked at below a line that leads to a list
_LEAST_LISTED, _SHARE_NAMED = 2, 0.75  # problems of a list without a heading, and their share of its items
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
_LOWER_END = re.compile(r"(?<= [a-z]{3} ) \. (?= \s )", re.VERBOSE)  # a sentence's end where all is in lower case
_PART_BREAK = re.compile(r"[.;] \s+", re.VERBOSE)  # between the diagnoses of one line
# Behind the plan of a problem, where the next problem of the line may begin: "Otitis media - amoxicillin. Cough."
_PLAN_BREAK = re.compile(r"\s [-\u2013\u2014]+ \s (?: [^.;\n] | \.(?=\d) ){1,120} [.;] \s+", re.VERBOSE)
# "No pneumonia. Gout.": what is denied heads nothing, and what follows may.
_DENIED_PART = re.compile(r"(?i:no|denies|without|negative[ ]for) [ ] [^.;\n]{1,80} [.;] [ ]+", re.VERBOSE)
# Under a numbered problem a line is its text; under a problem on a line of its own bullets are.
_TOPS_ABOVE = {"bullet": ("number", "hash", "line"), "line": ("number", "hash")}
_EDGES = " \t\xa0.,;:*_-\u2013\u2014#"
# A line about the patient as a whole: "62M with COPD".
_SUMMARY = re.compile(
    r"""
    (?: an? \s )? \d{1,3} \s? -?
    (?: [mf]\b | y/?o\b | y\.?o\. | yrs? | years? | months? | mo\b | weeks? | wk | days? | do\b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DOSE = re.compile(
    r"""
    \d \s? (?: mg | mcg | g | ml | units? | puffs? ) \b      # an amount
    | \b (?: b\.?i\.?d | t\.?i\.?d | q\.?i\.?d | qhs | qday | q\d+h | prn | po | iv | daily ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Names of topics that are also names of problems: "Tobacco use: counselled."
_PROBLEM_TOPICS = frozenset(
    {"social_history", "obstetric_history", "functional_status", "birth_history", "oncologic_history"}
)


class _Item(NamedTuple):
    """A line or numbered part of it: ``line`` is where it starts, marks included, ``start`` where its text does."""

    form: str
    start: int
    end: int
    line: int


class ProblemHeadingFinder:
    """This is the finder of problem headings: the first phrase of each numbered or bulleted item and short lines.

    Parameters
    ----------
    headings, kinds
        The headings (a label such as "Plan:" heads no problem) and the kinds that list problems.
    first_words, verbs, before_words
        Words that start an instruction or a sentence, words that occur in running text only, and words that start
        either a remark ("stable on treatment") or the name of a problem ("stable angina").
    """

    def __init__(
        self,
        headings: HeadingTable,
        kinds: Mapping[str, SectionKind],
        *,
        first_words: frozenset[str],
        verbs: frozenset[str],
        before_words: frozenset[str] = frozenset(),
    ) -> None:
        self._headings = headings
        self._kinds = kinds
        self._first_words = first_words
        self._verbs = verbs
        self._before_words = before_words

    @classmethod
    def load(cls, path: Path | None = None) -> ProblemHeadingFinder:
        """Read ``narrative_words.tsv`` (columns word, position, provenance)."""
        with (path or WORDS_PATH).open(encoding="utf-8", newline="") as lines:
            table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows = [(row["word"], row["position"]) for row in table]
        first, verbs, before = (
            frozenset(word for word, position in rows if position == wanted)
            for wanted in ("first", "anywhere", "before")
        )
        return cls(HeadingTable.load(), load_kinds(), first_words=first, verbs=verbs, before_words=before)

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
        items = list(_split_items(note.text, section.body.start, section.body.end))
        found: list[Span] = []
        top, may_be_lower = "", section.heading is not None
        for place, item in enumerate(items):
            if top in _TOPS_ABOVE.get(item.form, ()):
                continue
            parts = list(self._read_parts(note.text, item, kind, may_be_lower=may_be_lower))
            found.extend(Span(note.note_id, start, end) for start, end in parts)
            may_be_lower = may_be_lower and bool(parts)
            if parts and not (top or self._is_lead(note.text, section, items, place)):
                top = item.form
        return tuple(found)

    def find_list(self, note: Note, section: Section) -> int | None:
        r"""Return where a list of problems without a heading starts in a section, or None if it holds none.

        Such a list has two problems or more, marked with ``#`` or numbered from 1, and nearly nothing else.

        Examples
        --------
        >>> note = Note("n1", "Seen for follow-up.\n# Gout: colchicine\n# Anemia, stable")
        >>> ProblemHeadingFinder.load().find_list(note, Section("preamble", None, Span("n1", 0, len(note.text))))
        20
        """
        items = list(_split_items(note.text, section.body.start, section.body.end))
        form = next((item.form for item in items if item.form in ("hash", "number")), "")
        marked = [item for item in items if item.form == form]
        if len(marked) < _LEAST_LISTED or not _starts_list(note.text, marked[0]):
            return None
        plan = self._kinds["assessment_plan"]
        named = sum(
            self._end_phrase(note.text, item, plan) > 0 and not self._is_step(note.text, item) for item in marked
        )
        return marked[0].line if named >= max(_LEAST_LISTED, _SHARE_NAMED * len(marked)) else None

    def _read_parts(
        self, text: str, item: _Item, kind: SectionKind, *, may_be_lower: bool
    ) -> Iterator[tuple[int, int]]:
        """Yield the phrase that an item begins with and, on a line of several diagnoses, those behind it."""
        start = item.start
        while start < item.end:
            part = item if start == item.start else item._replace(start=start)
            if part is item and item.form == "line" and text[start : start + 1].islower() and not may_be_lower:
                return
            denied = _DENIED_PART.match(text, start, item.end) if item.form == "line" else None
            if denied is not None:
                start = denied.end()
                continue
            end = self._end_phrase(text, part, kind)
            if not end:
                return
            yield start, end
            broken = _match_break(text, end, item.end) if item.form == "line" else None
            start = broken.end() if broken is not None else item.end

    def _end_phrase(self, text: str, item: _Item, kind: SectionKind) -> int:
        """Return where the phrase at the start of an item ends, or 0 if it heads no problem."""
        limit = min(item.end, item.start + _MAX_LENGTH)
        stop = _find_stop(text, item.start, limit)
        if stop < 0 and limit < item.end:
            return 0
        phrase = text[item.start : stop if stop >= 0 else limit].rstrip(_EDGES).rstrip()
        phrase = self._cut_remark(phrase, item.form)
        words = _split_words(phrase)
        if len(words) > _count_most(phrase, item.form, kind) and not _SUMMARY.match(phrase):
            phrase = phrase.partition(",")[0].rstrip(_EDGES)
            words = _split_words(phrase)
        if not words or len(words) > _count_most(phrase, item.form, kind) or not any(map(str.isalpha, words[0])):
            return 0
        may_qualify = item.form != "line" or not kind.keeps_topics
        is_refused = phrase[0].isspace() or self._is_running(words, may_qualify=may_qualify) or self._is_label(phrase)
        return 0 if is_refused else item.start + len(phrase)

    def _is_running(self, words: Sequence[str], *, may_qualify: bool) -> bool:
        """Tell whether words are an instruction, a remark or a sentence rather than a name."""
        if words[0] in self._before_words:
            is_remark = len(words) == 1 or words[1] in self._first_words or words[1] in self._before_words
            return is_remark or not may_qualify or not self._verbs.isdisjoint(words)
        return words[0] in self._first_words or not self._verbs.isdisjoint(words)

    def _cut_remark(self, phrase: str, form: str) -> str:
        """Return a phrase without what is told of the problem behind a comma ("Gout, flare was treated")."""
        if "," not in phrase or (form == "line" and _SUMMARY.match(phrase)):
            return phrase
        end = phrase.index(",")
        while end < len(phrase):
            comma = phrase.find(",", end + 1)
            following = comma if comma >= 0 else len(phrase)
            if not self._verbs.isdisjoint(_split_words(phrase[end + 1 : following])):
                break
            end = following
        return phrase[:end].rstrip(_EDGES)

    def _is_lead(self, text: str, section: Section, items: Sequence[_Item], place: int) -> bool:
        """Tell whether a first line only leads to a list of problems in bullets.

        It is on the line of the section's heading or about the patient as a whole, and most bullets are no steps.
        """
        item, heading = items[place], section.heading
        if item.form != "line":
            return False
        is_behind = place == 0 and heading is not None and "\n" not in text[heading.end : item.start]
        bullets = [each for each in items[place + 1 : place + 1 + _REACH] if each.form == "bullet"]
        if not bullets or not (is_behind or _SUMMARY.match(text, item.start)):
            return False
        return 2 * sum(self._is_step(text, each) for each in bullets) < len(bullets)

    def _is_step(self, text: str, item: _Item) -> bool:
        limit = min(item.end, item.start + _MAX_LENGTH)
        stop = _find_stop(text, item.start, limit)
        phrase = text[item.start : stop if stop >= 0 else limit]
        words = _split_words(phrase)
        return not words or self._is_running(words, may_qualify=True) or _DOSE.search(phrase) is not None

    def _is_label(self, phrase: str) -> bool:
        heading = self._headings.find(phrase)
        return heading is not None and not (heading.role == "topic" and heading.kind in _PROBLEM_TOPICS)


def _match_break(text: str, start: int, end: int) -> re.Match[str] | None:
    return _PART_BREAK.match(text, start, end) or _PLAN_BREAK.match(text, start, end)


def _starts_list(text: str, item: _Item) -> bool:
    """Tell whether an item starts a line and is the first of its list."""
    if text[item.line - 1 : item.line] not in ("", "\n", "\r", ","):
        return False
    digits = "".join(filter(str.isdigit, text[item.line : item.start]))
    return item.form == "hash" or int(digits or 0) == 1


def _find_stop(text: str, start: int, limit: int) -> int:
    """Return where the first phrase of a stretch stops, or -1 if it goes on beyond the limit."""
    stop = _STOP.search(text, start, limit)
    end = stop.start() if stop is not None else -1
    if not text[start : start + 1].islower():
        return end
    lower = _LOWER_END.search(text, start, end if end >= 0 else limit)
    return lower.start() if lower is not None else end


def _split_words(phrase: str) -> list[str]:
    return [word.strip(".,;()") for word in phrase.lower().split()]


def _count_most(phrase: str, form: str, kind: SectionKind) -> int:
    """Return how many words a phrase may have."""
    if "," in phrase and not kind.is_plan:
        return _MAX_LIST_WORDS
    return _MAX_WORDS[form] if kind.keeps_topics else _MAX_NAME_WORDS


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
                item, number = _Item("number", inline.end(), line_end, inline.start()), digits
        yield item
        line_start = broken.end() if broken is not None else end


def _read_mark(text: str, start: int, end: int, number: int) -> tuple[_Item, int]:
    mark = _MARK.match(text, start, end)
    if mark is None:
        return _Item("line", start, end, start), number
    form = next((form for form in ("hash", "number", "bullet") if mark[form]), "line")
    if form == "number":
        number = int("".join(filter(str.isdigit, mark["number"])))
    return _Item(form, mark.end(), end, start), number
