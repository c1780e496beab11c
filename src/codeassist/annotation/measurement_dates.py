"""Tells when a measured value was taken: the date written with it, over its line or over its block, else its note's.

A date without a year is the last such day up to the date of the note. Where a note places a value at another time and
gives no full date ("in 2019", "3 months ago"), there is none.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right

from codeassist.core.notes import Note

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?: jan | feb | mar | apr | may | june? | july? | aug | sept? | oct | nov | dec )[a-z]{0,6} \.?"
DATE = rf"""
    (?: (?P<y1> (?:19|20)\d\d ) - (?P<m1> \d\d ) - (?P<d1> \d\d ) (?! \d )
      | (?P<m2> 1[0-2] | 0?[1-9] ) / (?P<d2> 3[01] | [12]\d | 0?[1-9] ) (?: / (?P<y2> (?:19|20)\d\d | \d\d ) )?
        (?! [\d/%.] )
      | (?P<m3> {_MONTH} ) [ ] (?P<d3> 3[01] | [12]\d | 0?[1-9] ) (?: st | nd | rd | th )? (?! \d )
        (?: ,? [ ] (?P<y3> (?:19|20)\d\d ) )? )
    """
_TIME = r"(?: [ ,]{0,2} (?: at | @ )? [ ]? \d{1,2} :? \d\d (?: [ ]? [ap]m )? (?: [ ] h(?:ours|rs)? )? )?"
_FLAGS = re.VERBOSE | re.IGNORECASE
_FOUND = re.compile(rf"(?<! [\d/.] ) {DATE}", _FLAGS)
_AFTER = re.compile(
    rf"""
    [ ]{{0,2}} (?: \( [ ]? (?: (?: on | from | dated )[ ] )? {DATE}
      | ,? [ ]? (?: on | from | dated | as[ ]of )[ ] {DATE.replace("P<", "P<x")} )
    """,
    _FLAGS,
)
# The date of a row of results: "Sodium 128 (L) 136-145 mmol/L 03/02/2026 06:10".
_ROW_END = re.compile(rf"[^\n.;]{{0,40}}? [ \t|] {DATE} {_TIME} [ ]{{0,3}} $", _FLAGS | re.MULTILINE)
# A heading of values: "3/2/2026:", "Labs 3/2 06:00:", "Echo (3/2/2026):", or alone on its line.
_HEADING = re.compile(
    rf"""
    ^ [ \t*\u2022-]{{0,8}}
    (?P<label> [a-z] [a-z /&.-]{{0,30}} [ ,:]{{1,2}} (?: on | from | of | dated | drawn )[ ] [(]?
      | [a-z] [a-z /&.-]{{0,30}} [(]
      | (?: [a-z]{{1,12}} [ ] )? (?: labs? | laboratory | results? | vitals | vital[ ]signs | data | echo | tte | tee
          | cmp | bmp | cbc | abg | ct | mri | cxr ) [ ,:]{{1,3}} )?
    {DATE} (?P<time> {_TIME} ) (?P<close> [ )]{{0,2}} (?: [:\u2013-] | $ ) | [)] | [ ] )
    """,
    _FLAGS | re.MULTILINE,
)
_CLAUSE = re.compile(rf"(?: ^ | [.;:,\n] [ ]* | \band[ ] ) (?: labs[ ] )? on [ ] {DATE} [ ,]", _FLAGS)
_DAY = re.compile(r"[ ,(]{0,3} (?P<day> today | this[ ]morning | yesterday | last[ ]night ) \b", _FLAGS)
_ELSEWHEN = re.compile(
    r"""
    (?<! \w )
    (?: (?: in | since | from | back[ ]in | of )[ ] (?: (?: early | late | mid ) [ -] )?
        (?: [a-z]{3,9} [ ] (?:of[ ])? )? (?:19|20)\d\d
      | (?: one | two | three | four | five | six | several | few | \d{1,2} )[ ]
        (?: day | week | month | year )s? [ ] (?: ago | prior | earlier | before )
      | (?: last | previous | prior )[ ] (?: week | month | year | visit | admission | hospitalization
        | january | february | march | april | may | june | july | august | september | october | november | december )
      | (?<! [\d/] ) \d{1,2}/(?:19|20)\d\d ) \b
    """,
    _FLAGS,
)
_ASIDE = re.compile(r"[ ]? \( [ ]?", re.VERBOSE)
_REACH = 60
_NEAR = 30


class DateFinder:
    """This tells the dates of the values of one note."""

    def __init__(self, note: Note, text: str) -> None:
        self._text = text
        self._today = note.date
        self._blocks: tuple[list[int], list[tuple[int, dt.date | None]]] | None = None

    def find(self, start: int, value_start: int, end: int, *, is_current: bool = True) -> dt.date | None:
        """Return the date of a value whose name starts at ``start``; what is not current has only a written one."""
        text = self._text
        for matched in (_AFTER.match(text, end), _last(_FOUND, text, start, value_start), _ROW_END.match(text, end)):
            if matched is not None:
                return self._make(matched)
        day = _DAY.match(text, end) or _DAY.search(text, start, value_start)
        if day is not None:
            is_before = day["day"].lower() in ("yesterday", "last night")
            return self._today - dt.timedelta(days=is_before) if self._today is not None else None
        if self._is_elsewhen(start, end) or not is_current:
            return None
        return self._find_heading(start)

    def make(self, written: str) -> dt.date | None:
        """Return the date that a text such as "3/2" or "2026-03-02" stands for."""
        matched = _FOUND.match(written)
        return self._make(matched) if matched is not None else None

    def _is_elsewhen(self, start: int, end: int) -> bool:
        text, low, high = self._text, max(0, start - _NEAR), end + _NEAR
        aside = _ASIDE.match(text, end)
        if aside is not None:
            return _ELSEWHEN.match(text, aside.end()) is not None
        stop = min([high, *(at for at in (text.find(mark, end, high) for mark in ".;\n(") if at >= 0)])
        lower = max(low, *(text.rfind(mark, low, start) for mark in ".;\n"))
        return _ELSEWHEN.search(text, lower, stop) is not None

    def _find_heading(self, start: int) -> dt.date | None:
        text = self._text
        line = text.rfind("\n", max(0, start - 300), start) + 1
        clause = _last(_CLAUSE, text, max(line - 1, start - _REACH, 0), start)
        if clause is not None:
            return self._make(clause)
        starts, blocks = self._find_blocks()
        place = bisect_right(starts, start) - 1
        if place >= 0 and start < blocks[place][0]:
            return blocks[place][1]
        return self._today

    def _find_blocks(self) -> tuple[list[int], list[tuple[int, dt.date | None]]]:
        """Return where every dated heading starts, where its values end, and its date."""
        if self._blocks is None:
            text, starts, blocks = self._text, [], []
            gap = -1
            for matched in filter(_is_heading, _HEADING.finditer(text)):
                end = matched.end()
                if gap < end:
                    gap = _find_mark(text, "\n\n", end)
                is_alone = text[end : end + 1] in ("", "\n", "\r")
                starts.append(matched.start())
                blocks.append((gap if is_alone else _find_mark(text, "\n", end), self._make(matched)))
            self._blocks = starts, blocks
        return self._blocks

    def _make(self, matched: re.Match[str]) -> dt.date | None:
        groups = matched.groupdict()
        for mark in ("", "x"):
            for number in "123":
                month, day = groups.get(f"{mark}m{number}"), groups.get(f"{mark}d{number}")
                if month and day:
                    return self._build(groups.get(f"{mark}y{number}"), month, int(day))
        return None

    def _build(self, written: str | None, month: str, day: int) -> dt.date | None:
        number = int(month) if month.isdigit() else _MONTHS.index(month[:3].lower()) + 1
        if written is None and self._today is None:
            return None
        year = _read_year(written) if written is not None else self._today.year if self._today is not None else 0
        try:
            date = dt.date(year, number, day)
            is_later = written is None and self._today is not None and date > self._today
            return date.replace(year=year - 1) if is_later else date
        except ValueError:
            return None


def _is_heading(matched: re.Match[str]) -> bool:
    """Tell a date from a grade such as "4/5": it has a year, a time, a label or a colon."""
    return bool(
        matched["close"] != " "
        or matched["label"]
        or matched["y1"]
        or matched["y2"]
        or matched["m3"]
        or matched["time"]
    )


def _find_mark(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return len(text) if found < 0 else found


def _read_year(written: str) -> int:
    year = int(written)
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _last(pattern: re.Pattern[str], text: str, start: int, end: int) -> re.Match[str] | None:
    found = None
    for matched in pattern.finditer(text, start, end):
        found = matched
    return found
