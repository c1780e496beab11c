"""Finds the places that look like headings: at line starts, after the comma breaks of transcriptions, and inline.

Every step looks at a bounded stretch of text, so the work grows linearly with the note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from codeassist.sections.headings import MAX_HEADING_LENGTH, Heading, HeadingTable

# The reach of a look back from an inline colon; an inline heading is shorter than one on its own line.
_REACH = 64

# All breaks start with one set of characters, which lets the search skip what lies between at full speed.
LINE_BREAK = re.compile(
    r"""
    [\n\r\x0b\x0c\x85\u2028\u2029,]
    (?: (?<! ,) [\n\r\x0b\x0c\x85\u2028\u2029]*        # line ends
      | (?<= ,) (?= [A-Z\#•*] | \d{1,2}[.)]\s )     # in transcriptions on one line, a comma with no space after it
    )
    """,
    re.VERBOSE,
)
_LEAD = re.compile(
    r"""
    [ \t\xa0,]*
    (?P<markdown> (?: \#{1,6}[ \t]* )? (?: \*\*|__ )? )     # "## ", "**"
    (?P<mark> (?: (?: [•◦▪●■➢►‣·*>\u2013\u2014-]{1,2}         # bullets
              | \(?\d{1,2}[.)] | [IVX]{1,4}[.)] ) [ \t]* )? )  # "1.", "2)", "IV."
    (?: \*\*|__ )?
    """,
    re.VERBOSE,
)
_TAIL = re.compile(r"[ \t\xa0:,]* (?: \*\* | __ )? [ \t\xa0:,]*", re.VERBOSE)
_LINE_TAIL = re.compile(r"[ \t\xa0:.*_#,]*")
_DASH_TAIL = re.compile(
    r"""
    (?P<words> [A-Za-z][A-Za-z/&' ]{0,40} )
    (?: [ ] [-\u2013\u2014]{1,2} [ ]? | [-\u2013\u2014]{1,2} [ ] )    # a dash beside a space: no compound word
    """,
    re.VERBOSE,
)
_CAPITALS_LEAD = re.compile(
    r"""
    (?P<words> [A-Z][A-Z/&'-]+ (?: [ ] [A-Z/&'-]{2,} | [ ]& ){0,6} )
    [ ]+ (?= [A-Z][a-z] | A[ ] | \d )     # text that is not in capitals, or a number, follows
    """,
    re.VERBOSE,
)
_AFTER_STOP = re.compile(
    r"""
    .* (?: [.;!?)\]] [\s,]+ | [ \t]{2,} | \t | [•|] \s* )     # the last stop or gap before a colon
    (?P<words> [A-Z] .*)
    """,
    re.VERBOSE | re.DOTALL,
)
_CAPITALS_RUN = re.compile(
    r"""
    (?: .* [^A-Z/&' -] )? [ ]*             # up to the last character that is no capital
    (?P<words> [A-Z][A-Z/&' -]* )
    """,
    re.VERBOSE | re.DOTALL,
)
# What follows a heading that is alone on its line, with neither colon nor blank line: an item of a list, or a new line
# of text rather than the rest of a wrapped one.
_NEXT_ITEM = re.compile(
    r"""
    [ \t\xa0:.*_\#,]* [\n\r] \s*
    (?: [•◦▪●■➢►‣·*>\u2013\u2014-] | \# | \(? \d{1,2} [.)] )
    """,
    re.VERBOSE,
)
_NEXT_TEXT = re.compile(r"[ \t\xa0:.*_\#,]* [\n\r] \s* [A-Z\d]", re.VERBOSE)
_CONCLUDING = frozenset(
    {"assessment", "assessment_plan", "diagnosis", "discharge_diagnosis", "impression", "plan", "problem_list"}
)
# A vital sign ("T: 98.6"), unless the number is an age or a time: "A: 12 mo well child", "P: 10 days of antibiotics".
_NUMBER = re.compile(
    r"""
    \s* (?: \d{2,} | \d+\.\d )
    (?! \d | [ -]? (?: y | mo | w(?:ee)?k | day ) )
    """,
    re.VERBOSE,
)


class Candidate(NamedTuple):
    """This is a place that looks like a heading.

    ``start`` is where its marks begin, ``end`` where the body may begin. ``heading`` is None for an unknown heading in
    capitals. ``is_marked``: bulleted or numbered; ``is_inline``: inside a line.
    """

    start: int
    end: int
    words: str
    heading: Heading | None
    is_capitals: bool
    is_marked: bool = False
    is_inline: bool = False


def find_candidates(text: str, table: HeadingTable) -> Iterator[Candidate]:
    """Yield the candidates of a note in order."""
    start, is_new_line, blank_before = 0, True, True
    for broken in LINE_BREAK.finditer(text):
        yield from _read_line(text, start, broken.start(), table, is_new_line=is_new_line, blank_before=blank_before)
        is_new_line = text[broken.start()] != ","
        blank_before = is_new_line and broken.end() - broken.start() > 1
        start = broken.end()
    yield from _read_line(text, start, len(text), table, is_new_line=is_new_line, blank_before=blank_before)


def _read_line(
    text: str, start: int, end: int, table: HeadingTable, *, is_new_line: bool, blank_before: bool
) -> Iterator[Candidate]:
    if start >= end:
        return
    lead = _LEAD.match(text, start, end)
    first = lead.end() if lead is not None else start
    inline_from = start
    if lead is not None and first < end and text[first].isalpha():
        stands_apart = blank_before or bool(lead["markdown"])
        found = _read_first(text, first, end, table, is_new_line=is_new_line, stands_apart=stands_apart)
        if found is not None:
            is_marked = bool(lead["mark"]) and not lead["markdown"]
            yield found._replace(start=_skip_blank(text, start, first), is_marked=is_marked)
            inline_from = found.end
    yield from _read_inline(text, inline_from, end, table)


def _skip_blank(text: str, start: int, end: int) -> int:
    while start < end and text[start] in " \t\xa0,":
        start += 1
    return start


def _read_first(
    text: str, first: int, end: int, table: HeadingTable, *, is_new_line: bool, stands_apart: bool
) -> Candidate | None:
    colon = text.find(":", first, min(end, first + MAX_HEADING_LENGTH))
    found = _read_before_colon(text, first, colon, table, is_new_line=is_new_line) if colon > 0 else None
    if found is not None and found.heading is not None:
        return found
    if end - first <= MAX_HEADING_LENGTH:
        whole = _read_whole_line(text, first, end, table, is_new_line=is_new_line, stands_apart=stands_apart)
        if whole is not None:
            return whole
    return _read_lead(text, first, end, table, is_new_line=is_new_line) or found


def _read_lead(text: str, first: int, end: int, table: HeadingTable, *, is_new_line: bool) -> Candidate | None:
    """Read a heading without a colon at the start of a line: in capitals, or before a dash."""
    for pattern, shortest in ((_CAPITALS_LEAD, 5), (_DASH_TAIL, 2)):
        matched = pattern.match(text, first, end) if is_new_line or pattern is _CAPITALS_LEAD else None
        if matched is not None:
            words = matched["words"].rstrip()
            heading = table.find(words) if len(words) >= shortest else None
            if heading is not None and words[0].isupper() and heading.kind != "administrative":
                return Candidate(first, matched.end(), words, heading, words.isupper())
    return None


def _read_before_colon(
    text: str, first: int, colon: int, table: HeadingTable, *, is_new_line: bool
) -> Candidate | None:
    words = text[first:colon].rstrip(" *_\t")
    is_capitals = words.isupper()
    if not is_capitals and not is_new_line and not words[:1].isupper():
        return None
    if len(words) == 1 and _NUMBER.match(text, colon + 1):
        return None
    heading = table.find(words, general=True)
    if heading is None and not (is_capitals and len(words) > 3 and "," not in words):
        return None
    if not words[:1].isupper() and not _starts_sentence(text, first):
        return None
    tail = _TAIL.match(text, colon)
    return Candidate(first, tail.end() if tail else colon + 1, words, heading, is_capitals)


def _starts_sentence(text: str, first: int) -> bool:
    """Tell whether what stands before a line that starts in lower case ends a sentence or a short line."""
    before = text[max(0, first - _REACH) : first].rstrip(" \t")
    lines = before.rstrip("\n\r").rsplit("\n", 1)
    return not lines[-1] or lines[-1][-1] in ".:;!?)" or len(lines) > 1 or first < _REACH or before.endswith("\n\n")


def _read_whole_line(
    text: str, first: int, end: int, table: HeadingTable, *, is_new_line: bool, stands_apart: bool
) -> Candidate | None:
    line = text[first:end].rstrip()
    words = line.rstrip(" \t\xa0:.*_#")
    is_capitals = words.isupper()
    is_title = is_new_line and line[0].isupper() and not line.endswith(".")
    if len(words) < 2 or not (is_capitals or is_title):
        return None
    heading = table.find(words, general=is_capitals)
    if heading is None or heading.kind == "administrative":
        return None
    stands_apart = stands_apart or is_capitals or (heading.role == "frame" and " " in words)
    if not (stands_apart or _is_followed(text, first, first + len(words), heading)):
        return None
    tail = _LINE_TAIL.match(text, first + len(words))
    return Candidate(first, tail.end() if tail else end, words, heading, is_capitals)


def _is_followed(text: str, first: int, end: int, heading: Heading) -> bool:
    """Tell whether what follows an unmarked line of one word makes it a heading."""
    is_marked = text[max(0, first - 4) : first].rstrip(" \t\xa0")[-1:] not in ("", "\n", "\r")
    if heading.role != "frame" or is_marked:
        return False
    is_item = _NEXT_ITEM.match(text, end) is not None
    return is_item or (heading.kind in _CONCLUDING and _NEXT_TEXT.match(text, end) is not None)


def _read_inline(text: str, start: int, end: int, table: HeadingTable) -> Iterator[Candidate]:
    lower = start
    while (colon := text.find(":", lower, end)) >= 0:
        if colon > start and (text[colon - 1].isalpha() or text[colon - 1] in ")*_ "):
            found = _read_before_inline_colon(text, max(lower, colon - _REACH), colon, table)
            if found is not None:
                yield found
        lower = colon + 1


def _read_before_inline_colon(text: str, lower: int, colon: int, table: HeadingTable) -> Candidate | None:
    chunk = text[lower:colon].rstrip(" *_")
    matched = _AFTER_STOP.fullmatch(chunk)
    if matched is not None:
        words = matched["words"]
        heading = table.find(words)
        is_capitals = words.isupper()
        if heading is not None and (is_capitals or (heading.role != "topic" and heading.kind != "administrative")):
            if len(words) == 1 and _NUMBER.match(text, colon + 1):
                return None
            return _make_inline(text, lower + matched.start("words"), colon, words, heading)
    matched = _CAPITALS_RUN.fullmatch(chunk)
    if matched is None:
        return None
    return _read_capitals_run(text, lower + matched.start("words"), colon, matched["words"], table)


def _read_capitals_run(text: str, start: int, colon: int, run: str, table: HeadingTable) -> Candidate | None:
    """Read the longest heading that ends a run of words in capitals."""
    place = 0
    while place >= 0:
        words = run[place:].lstrip()
        heading = table.find(words) if len(words) > 2 else None
        if heading is not None and heading.role == "frame" and heading.kind != "administrative":
            return _make_inline(text, start + len(run) - len(words), colon, words, heading)
        place = run.find(" ", place + 1)
    return None


def _make_inline(text: str, start: int, colon: int, words: str, heading: Heading) -> Candidate:
    tail = _TAIL.match(text, colon)
    return Candidate(start, tail.end() if tail else colon + 1, words, heading, words.isupper(), is_inline=True)
