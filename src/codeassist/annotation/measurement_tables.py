"""Reads values that stand in columns: a row of dates over rows of values, or a row of names over rows of values.

Every other layout (one name and its value a line, with tabs, bars or reference ranges) is read like running text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from codeassist.annotation.measurement_dates import DATE
from codeassist.annotation.measurement_units import Measure
from codeassist.annotation.measurement_values import Reading, ValueReader

NameFinder = Callable[[str, int], "tuple[int, Sequence[Measure]] | None"]
_DATE = re.compile(DATE.replace("P<", "P<_"), re.VERBOSE | re.IGNORECASE)
_TIME = re.compile(r"\d{1,2}:\d\d (?: [ ]? [ap]m )?", re.VERBOSE | re.IGNORECASE)
# What stands between columns; single blanks divide columns of dates and of values, not words.
_GAP = re.compile(r"[ \t|,]+")
_WIDE_GAP = re.compile(r"[ ]* (?: \t | \| | [ ]{2} ) [ \t|]*", re.VERBOSE)
_EMPTY = re.compile(r"(?: -{1,3} | \u2013 | n/?a | \* )(?= [ \t|,] | $ )", re.VERBOSE | re.IGNORECASE | re.MULTILINE)
_FLAG = re.compile(r"[ ]? \(? (?: H{1,2} | L{1,2} | \* | ! ) \)? (?= [ \t|,] | $ )", re.VERBOSE | re.MULTILINE)
_UNIT_CELL = re.compile(r"\( [^()\n]{1,15} \)", re.VERBOSE)
_LINE = re.compile(r"[^\r\n]+")
_MAX_LINE = 400
_MAX_ROWS = 60


class Cell(NamedTuple):
    """This is one value of a table: where its row's name or its column's heading starts, its reading, its date."""

    start: int
    reading: Reading
    date: str


class TableReader:
    """This reads the tables of a note.

    Parameters
    ----------
    values
        Reads a value at a place.
    find_name
        Returns the end and the measures of the name at a place, if there is one.
    """

    def __init__(self, values: ValueReader, find_name: NameFinder) -> None:
        self._values = values
        self._find_name = find_name

    def __call__(self, text: str) -> list[tuple[int, int, list[Cell]]]:
        """Return start, end and values of every table, in order of place."""
        if "\n" not in text:
            return []
        lines = [(found.start(), found.end()) for found in _LINE.finditer(text)]
        found: list[tuple[int, int, list[Cell]]] = []
        place = 0
        while place < len(lines) - 1:
            table = self._read_table(text, lines, place)
            if table is not None:
                found.append((lines[place][0], lines[table[0] - 1][1], table[1]))
            place = table[0] if table is not None else place + 1
        return found

    def _read_table(self, text: str, lines: Sequence[tuple[int, int]], place: int) -> tuple[int, list[Cell]] | None:
        """Return the number of the first line behind the table whose heading is line ``place``, and its values."""
        start, end = lines[place]
        if end - start > _MAX_LINE:
            return None
        dates = _find_dates(text, start, end)
        names = [] if dates else self._find_names(text, start, end)
        if not dates and not names:
            return None
        cells: list[Cell] = []
        following = place + 1
        while (
            following < min(len(lines), place + 1 + _MAX_ROWS)
            and lines[following][1] - lines[following][0] <= _MAX_LINE
        ):
            row = (
                self._read_dated_row(text, lines[following], dates)
                if dates
                else self._read_named_row(text, lines[following], names)
            )
            if not row:
                break
            cells += row
            following += 1
        return (following, cells) if cells else None

    def _read_dated_row(self, text: str, line: tuple[int, int], dates: Sequence[str]) -> list[Cell]:
        start = line[0] + len(text[line[0] : line[1]]) - len(text[line[0] : line[1]].lstrip(" \t|"))
        name = self._find_name(text, start)
        if name is None or len(name[1]) > 2:
            return []
        unit = _UNIT_CELL.match(text, _skip(text, name[0], line[1]))
        columns = self._read_columns(text, unit.end() if unit is not None else name[0], line[1], name[1])
        if len(columns) != len(dates):
            return []
        return [
            Cell(start, each, date) for readings, date in zip(columns, dates, strict=True) for each in readings or ()
        ]

    def _read_columns(self, text: str, place: int, end: int, measures: Sequence[Measure]) -> list[list[Reading] | None]:
        """Return the readings of every column up to the end of a line, None for an empty one."""
        columns: list[list[Reading] | None] = []
        while True:
            begin = _skip(text, place, end)
            if begin >= end or (begin == place and text[place - 1] not in "|\t: "):
                break
            empty = _EMPTY.match(text, begin)
            readings = None if empty is not None else self._read_cell(text, begin, measures)
            if empty is None and readings is None:
                break
            columns.append(readings)
            place = empty.end() if empty is not None else readings[-1].end if readings else begin
            flag = _FLAG.match(text, place)
            place = flag.end() if flag is not None else place
        return columns

    def _read_cell(self, text: str, place: int, measures: Sequence[Measure]) -> list[Reading] | None:
        first = self._values.read_cell(text, place, measures[0])
        if first is None or len(measures) == 1:
            return [first] if first is not None else None
        if text[first.end : first.end + 1] != "/":
            return None
        second = self._values.read_cell(text, first.end + 1, measures[1])
        return [first._replace(end=second.end), second] if second is not None else None

    def _find_names(self, text: str, start: int, end: int) -> list[tuple[int, Sequence[Measure] | None]]:
        """Return the columns of a line that holds three names or more and no value; other columns have no measures."""
        line = text[start:end]
        if "\t" not in line and "|" not in line and "  " not in line:
            return []
        if sum(char.isdigit() for char in line) > 4:
            return []
        columns: list[tuple[int, Sequence[Measure] | None]] = []
        for place, stop in _split(text, start, end):
            name = self._find_name(text, place)
            is_name = name is not None and (name[0] == stop or _UNIT_CELL.match(text, _skip(text, name[0], stop)))
            columns.append((place, name[1] if name is not None and is_name else None))
        return columns if sum(measures is not None for _, measures in columns) >= 3 else []

    def _read_named_row(
        self, text: str, line: tuple[int, int], names: Sequence[tuple[int, Sequence[Measure] | None]]
    ) -> list[Cell]:
        cells = _split(text, *line)
        if len(cells) != len(names):
            return []
        date = next((text[begin:stop] for begin, stop in cells if _DATE.match(text, begin)), "")
        found: list[Cell] = []
        for (begin, _), (_, measures) in zip(cells, names, strict=True):
            readings = self._read_cell(text, begin, measures) if measures is not None else None
            found += (Cell(begin, each, date) for each in readings or ())
        return found


def _split(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return start and end of every cell of a line."""
    cells: list[tuple[int, int]] = []
    place = _skip(text, start, end)
    for gap in _WIDE_GAP.finditer(text, place, end):
        if gap.start() > place:
            cells.append((place, gap.start()))
        place = gap.end()
    if place < end:
        cells.append((place, place + len(text[place:end].rstrip())))
    return cells


def _skip(text: str, place: int, end: int) -> int:
    gap = _GAP.match(text, place, end)
    return gap.end() if gap is not None else place


def _find_dates(text: str, start: int, end: int) -> list[str]:
    """Return the dates of a line that holds two or more of them and, but for one label before, nothing else."""
    dates = list(_iterate_dates(text, start, end))
    if len(dates) < 2 or dates[0][0] - start > 30 or text[dates[-1][1] : end].strip(" \t|:"):
        return []
    gaps = (text[one[1] : other[0]] for one, other in pairwise(dates))
    is_row = all(gap and not _TIME.sub("", gap).strip(" \t|,") for gap in gaps)
    label = text[start : dates[0][0]]
    return [text[a:b] for a, b in dates] if is_row and not any(char.isdigit() for char in label) else []


def _iterate_dates(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if not any(char.isdigit() for char in text[start : start + 45]):
        return
    for matched in _DATE.finditer(text, start, end):
        yield matched.start(), matched.end()
