"""Reads the published files about procedure codes: licensed CPT texts, HCPCS Level II, fee schedule, NCCI edits.

Each file is known by its content, never by its name alone; every reader gives rows of plain text columns.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from codeassist.errors import DataFileError

Row = tuple[str, ...]
_CODE = re.compile(r"[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4}")
_CPT_LINE = re.compile(r"([0-9]{4}[0-9A-Z])(?:\t|\s{1,4})(\S.*)")
# Positions of the HCPCS contractor record (CMS record layout, 320 characters), counted from zero.
_LONG, _SHORT, _KIND = slice(11, 91), slice(91, 119), 10
_ADDED, _ENDED = slice(268, 276), slice(284, 292)
_SHORT_WIDTH, _MEDIUM_WIDTH = 28, 48
_FEE_COLUMNS = ("pctc", "glob", "mult", "bilat")


@dataclass(frozen=True, slots=True)
class FileKind:
    """This is one kind of published file: the code set it belongs to, its name there and the columns of its rows."""

    system: str
    role: str
    description: str
    columns: tuple[str, ...]


SHORT = FileKind("CPT", "short", "CPT short descriptors", ("code", "text"))
MEDIUM = FileKind("CPT", "medium", "CPT medium descriptors", ("code", "text"))
LONG = FileKind("CPT", "long", "CPT long descriptors", ("code", "text"))
CONSUMER = FileKind("CPT", "consumer", "CPT consumer-friendly descriptors", ("code", "text"))
HCPCS = FileKind("HCPCS", "codes", "HCPCS Level II codes", ("code", "short", "long", "added", "ended"))
FEES = FileKind("MPFS", "indicators", "fee-schedule indicators", ("code", "modifier", *_FEE_COLUMNS))
PTP = FileKind("NCCI", "ptp", "NCCI procedure-to-procedure edits", ("first", "second", "from", "to", "modifier"))
MUE = FileKind("NCCI", "mue", "NCCI medically unlikely edits", ("code", "units", "indicator"))
KINDS = (SHORT, MEDIUM, LONG, CONSUMER, HCPCS, FEES, PTP, MUE)
_EXPECTED = "a licensed CPT descriptor file, the CMS HCPCS file, the CMS fee schedule or an NCCI edit file"


def read_procedure_file(content: bytes, name: str) -> tuple[FileKind, list[Row]]:
    """Return what a file is and its rows.

    Parameters
    ----------
    content
        The bytes of the file.
    name
        Its name, for messages.

    Raises
    ------
    DataFileError
        If it is none of the known files, or holds no rows.
    """
    text = _decode(content)
    for is_kind, kind, read in _READERS:
        if is_kind(text):
            kind_of, rows = kind, list(read(text))
            break
    else:
        kind_of, rows = _read_cpt(text)
    if not rows:
        msg = f"{name} is no file of procedure codes; expected {_EXPECTED}"
        raise DataFileError(msg)
    _check_codes(rows, name)
    return kind_of, rows


def is_procedure_file(content: bytes) -> bool:
    """Tell whether a file looks like one of those that are read here."""
    text = _decode(content)
    return any(is_kind(text) for is_kind, _, _ in _READERS) or bool(_read_cpt(text)[1])


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The older files of the AMA and of CMS are written in the character set of Windows.
        return content.decode("cp1252", errors="replace")


def _check_codes(rows: Sequence[Row], name: str) -> None:
    for number, row in enumerate(rows, start=1):
        if _CODE.fullmatch(row[0]) is None:
            msg = f"{name}, row {number}: {row[0][:10]!r} is not a procedure code; expected five characters"
            raise DataFileError(msg)


def _read_cpt(text: str) -> tuple[FileKind, list[Row]]:
    """Return the descriptors of a CPT text file; its length tells which of the three it is.

    The file may begin with lines about copyright. From the first code on, every line is a code and its text.
    """
    rows: list[Row] = []
    for line in text.splitlines():
        found = _CPT_LINE.fullmatch(line.strip())
        if found:
            rows.append((found.group(1), found.group(2).strip()))
        elif rows and line.strip():
            return LONG, []
    longest = max((len(row[1]) for row in rows), default=0)
    return SHORT if longest <= _SHORT_WIDTH else MEDIUM if longest <= _MEDIUM_WIDTH else LONG, rows


def _is_consumer(text: str) -> bool:
    return "consumer friendly" in text[:2000].lower() and "\t" in text[:2000]


def _read_consumer(text: str) -> Iterator[Row]:
    head, *lines = _find_header(text, "\t", "consumer friendly")
    code = _place(head, "cpt")
    described = _place(head, "consumer friendly")
    for line in lines:
        if len(line) > max(code, described) and line[code].strip():
            yield line[code].strip(), line[described].strip()


def _is_hcpcs(text: str) -> bool:
    line = text.partition("\n")[0].rstrip("\r")
    return 280 <= len(line) <= 320 and line[_KIND : _KIND + 1] in ("3", "4", "7", "8")


def _read_hcpcs(text: str) -> Iterator[Row]:
    """Yield the codes of the contractor records; a long description goes on over the records of kind 4."""
    current: list[str] | None = None
    for line in text.splitlines():
        kind = line[_KIND : _KIND + 1]
        if kind == "4" and current is not None:
            current[2] = f"{current[2]} {line[_LONG].strip()}".strip()
            continue
        if current is not None:
            yield tuple(current)
        current = None
        if kind == "3":
            current = [line[:5], line[_SHORT].strip(), line[_LONG].strip(), line[_ADDED].strip(), line[_ENDED].strip()]
    if current is not None:
        yield tuple(current)


def _is_fees(text: str) -> bool:
    head = text[:6000].upper()
    return "HCPCS" in head and "GLOB" in head and "BILAT" in head and "," in head


def _read_fees(text: str) -> Iterator[Row]:
    """Yield the indicators of the fee schedule; its column names may stand in several rows above each other."""
    lines = list(csv.reader(io.StringIO(text)))
    last = next(i for i, line in enumerate(lines) if line and line[0].strip().upper() == "HCPCS")
    above = lines[max(0, last - 4) : last + 1]
    heads = [" ".join(line[i] for line in above if i < len(line)).lower() for i in range(len(lines[last]))]
    places = [next((i for i, head in enumerate(heads) if name in head), None) for name in _FEE_COLUMNS]
    for line in lines[last + 1 :]:
        if line and _CODE.fullmatch(line[0].strip()):
            values = [line[i].strip() if i is not None and i < len(line) else "" for i in places]
            yield line[0].strip(), line[1].strip(), *values


def _is_ptp(text: str) -> bool:
    head = text[:4000].lower()
    return "column 1" in head and "column 2" in head and "modifier" in head


def _read_ptp(text: str) -> Iterator[Row]:
    for line in csv.reader(io.StringIO(text), delimiter=_find_delimiter(text)):
        cells = [cell.strip() for cell in line]
        if len(cells) >= 6 and _CODE.fullmatch(cells[0]) and _CODE.fullmatch(cells[1]):
            ended = cells[4] if cells[4].isdigit() else ""
            yield cells[0], cells[1], cells[3], ended, cells[5][:1]


def _is_mue(text: str) -> bool:
    head = text[:4000].lower()
    return "mue values" in head or "mue adjudication" in head


def _read_mue(text: str) -> Iterator[Row]:
    for line in csv.reader(io.StringIO(text), delimiter=_find_delimiter(text)):
        cells = [cell.strip() for cell in line]
        if len(cells) >= 3 and _CODE.fullmatch(cells[0]) and cells[1].isdigit():
            yield cells[0], cells[1], cells[2][:1]


def _find_delimiter(text: str) -> str:
    return "\t" if text[:4000].count("\t") > text[:4000].count(",") else ","


def _find_header(text: str, delimiter: str, sign: str) -> list[list[str]]:
    lines = list(csv.reader(io.StringIO(text), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    first = next((i for i, line in enumerate(lines) if len(line) > 1 and sign in " ".join(line).lower()), None)
    return lines[first:] if first is not None else [[""]]


def _place(head: Sequence[str], sign: str) -> int:
    return next((i for i, cell in enumerate(head) if sign in cell.lower()), 0)


_READERS: tuple[tuple[Callable[[str], bool], FileKind, Callable[[str], Iterator[Row]]], ...] = (
    (_is_hcpcs, HCPCS, _read_hcpcs),
    (_is_ptp, PTP, _read_ptp),
    (_is_mue, MUE, _read_mue),
    (_is_fees, FEES, _read_fees),
    (_is_consumer, CONSUMER, _read_consumer),
)
