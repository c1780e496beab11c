"""Reads the official order file: every code of an edition, its billable flag and its titles, in tabular order.

An order file has no notes. Together with a tabular list it has the last word on which codes exist; alone it brings
an older tabular list up to date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from codeassist.core.codes import format_icd10cm
from codeassist.errors import CodeFormatError, DataFileError
from codeassist.terminology.tabular import Entry, TabularList

_EXPECTED = "expected order number, code, 0 or 1, short title, and the full title from column 78 on"
_ROW = re.compile(
    r"""
    \d{5} \ (?P<code> [0-9A-Z]{3,7} ) \ + (?P<flag> [01] ) \   # columns 1-16
    .{60} \ (?P<title> .+ )                                    # short title to column 76, full title from 78
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class OrderRow:
    """This is one row of an order file; the code is in canonical form."""

    code: str
    is_billable: bool
    title: str


def read_order(content: bytes, name: str) -> tuple[OrderRow, ...]:
    """Read an order file.

    Raises
    ------
    DataFileError
        If a row is not in the fixed columns of an ICD-10-CM order file.
    """
    lines = decode_text(content).splitlines()
    return tuple(_read_row(line, name, number) for number, line in enumerate(lines, start=1) if line.strip())


def merge_order(tabular: TabularList, rows: Sequence[OrderRow]) -> TabularList:
    """Return the tabular list with exactly the codes of an order file.

    A code that the tabular list has keeps its notes, its seventh characters, and its title unless the order file
    words it differently; order files write no accents, and that alone is no difference.
    """
    known = {entry.code: entry for entry in tabular.entries}
    merged = TabularList(tabular.year, tabular.chapters, tabular.blocks)
    line: list[tuple[str, int]] = []
    block = 0
    for position, row in enumerate(rows):
        plain = row.code.replace(".", "")
        while line and not plain.startswith(line[-1][0]):
            line.pop()
        parent = line[-1][1] if line else -1
        block = merged.entries[parent].block if line else _find_block(known, row.code, block)
        merged.entries.append(_merge_row(row, known.get(row.code), parent, block))
        line.append((plain, position))
    return merged


def decode_text(content: bytes) -> str:
    """Return the text of an official text file; older ones are in Latin-1."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def list_codes(rows: Sequence[OrderRow]) -> frozenset[str]:
    """Return every code of an order file without dots."""
    return frozenset(row.code.replace(".", "") for row in rows)


def _read_row(line: str, name: str, number: int) -> OrderRow:
    match = _ROW.match(line)
    if match is None:
        msg = f"{name}, line {number}: the row is not in order-file columns; {_EXPECTED}"
        raise DataFileError(msg)
    try:
        code = format_icd10cm(match["code"])
    except CodeFormatError as error:
        msg = f"{name}, line {number}, column 7: {match['code']} is not an ICD-10-CM code; {_EXPECTED}"
        raise DataFileError(msg) from error
    return OrderRow(code, match["flag"] == "1", " ".join(match["title"].split()))


def _find_block(known: Mapping[str, Entry], category: str, block: int) -> int:
    """Return the block of a category; a new one stands in the block of the category before it."""
    return known[category].block if category in known else block


def _merge_row(row: OrderRow, entry: Entry | None, parent: int, block: int) -> Entry:
    if entry is None:
        return Entry(row.code, row.title, parent, block, row.is_billable)
    title = entry.title if _fold(entry.title) == _fold(row.title) else row.title
    return replace(entry, title=title, parent=parent, block=block, is_billable=row.is_billable)


def _fold(title: str) -> str:
    if title.isascii():
        return title
    return "".join(c for c in unicodedata.normalize("NFKD", title) if not unicodedata.combining(c))
