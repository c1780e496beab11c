"""Reads measured values that are known beside the notes: FHIR R4 Observations, or rows with a header.

``loinc_measures.tsv`` gives the measure of the commonest LOINC codes of laboratory values, vital signs and scores, and
the unit that is meant where none comes with a value and it is not the measure's default one.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from codeassist.core.notes import Observation
from codeassist.errors import DataFileError
from codeassist.io.texts import read_text

Resource = Mapping[str, Any]

LOINC = "http://loinc.org"
COLUMNS = ("name", "loinc", "value", "unit", "date", "comparator")
_VOID = frozenset(("entered-in-error", "cancelled"))
_NUMBER = re.compile(r"\s* (?P<bound> [<>]=? )? \s* (?P<number> -?\d+(?:\.\d+)? ) \s*", re.VERBOSE)
_COMPARATORS = {"<": "<", "<=": "<", ">": ">", ">=": ">", "": ""}


def read_observations(path: Path) -> tuple[Observation, ...]:
    """Read a file of observations: ``.csv`` or ``.tsv`` rows, ``.jsonl`` one object a line, else one JSON document.

    Parameters
    ----------
    path
        JSON objects are FHIR Observations, Bundles of them, or rows with the keys of `COLUMNS`.

    Raises
    ------
    DataFileError
        If the file cannot be read or an entry is malformed; the message names the entry.
    """
    text = read_text(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        return parse_observations(csv.DictReader(text.splitlines(), delimiter=delimiter), where=str(path))
    try:
        lines = text.splitlines() if path.suffix.lower() == ".jsonl" else [text]
        entries = [json.loads(line) for line in lines if line.strip()]
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not JSON; expected FHIR Observations or rows with the keys {', '.join(COLUMNS)}"
        raise DataFileError(msg) from error
    return parse_observations((each for entry in entries for each in _unpack(entry)), where=str(path))


def parse_observations(entries: Iterable[object], *, where: str = "observations") -> tuple[Observation, ...]:
    """Return the observations of FHIR Observation resources or of rows, in order.

    Left out are resources of other types, those entered in error, those without a number, and those whose LOINC code
    the table lacks.

    Parameters
    ----------
    entries
        Mappings as `json.loads` gives them.
    where
        What to call them in an error message.

    Raises
    ------
    DataFileError
        If an entry is no object, or a row lacks its name or its value.

    Examples
    --------
    >>> parse_observations([{"loinc": "2160-0", "value": "2.4", "unit": "mg/dL", "date": "2026-03-02"}])[0].name
    'creatinine'
    """
    found: list[Observation] = []
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, Mapping):
            msg = f"{where}: entry {number} is a {type(entry).__name__}, expected an object"
            raise DataFileError(msg)
        if "resourceType" in entry:
            found += parse_resource(entry)
        else:
            found.append(_parse_row(entry, f"{where}: row {number}"))
    return tuple(found)


def parse_resource(resource: Resource) -> Iterator[Observation]:
    """Yield what one FHIR Observation measures: its own value and those of its components."""
    if resource.get("resourceType") != "Observation" or resource.get("status") in _VOID:
        return
    date = _read_effective(resource)
    for part in (resource, *_as_list(resource.get("component"))):
        observation = _parse_part(part, date) if isinstance(part, Mapping) else None
        if observation is not None:
            yield observation


@lru_cache(maxsize=1)
def read_loinc_measures() -> dict[str, tuple[str, str]]:
    """Return the measure and, where it is not the default one, the unit of every LOINC code of the table."""
    path = Path(__file__).parent / "loinc_measures.tsv"
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["loinc"]: (row["measure"], row["unit"]) for row in rows}


def _unpack(entry: object) -> Iterator[object]:
    if isinstance(entry, list):
        yield from entry
    elif isinstance(entry, Mapping) and entry.get("resourceType") == "Bundle":
        parts = (part for part in _as_list(entry.get("entry")) if isinstance(part, Mapping))
        yield from (part["resource"] for part in parts if isinstance(part.get("resource"), Mapping))
    else:
        yield entry


def _parse_part(part: Resource, date: dt.date | None) -> Observation | None:
    code = part.get("code")
    codings = _as_list(code.get("coding")) if isinstance(code, Mapping) else []
    known = read_loinc_measures()
    codes = (each.get("code") for each in codings if isinstance(each, Mapping) and each.get("system") == LOINC)
    loinc = next((each for each in codes if isinstance(each, str) and each in known), None)
    quantity = _read_quantity(part)
    if loinc is None or quantity is None:
        return None
    name, usual = known[loinc]
    comparator, value, unit = quantity
    return Observation(name, value, unit or usual, date, loinc, comparator)


def _read_quantity(part: Resource) -> tuple[str, float, str] | None:
    """Return comparator, value and unit of a resource or component."""
    quantity = part.get("valueQuantity")
    if isinstance(quantity, Mapping):
        written = f"{quantity.get('comparator') or ''}{quantity.get('value', '')}"
        unit = quantity.get("unit") or quantity.get("code") or ""
    else:
        written, unit = str(part.get("valueInteger", part.get("valueString", ""))), ""
    number = _read_number(written)
    return None if number is None else (*number, str(unit).strip())


def _read_number(written: str) -> tuple[str, float] | None:
    matched = _NUMBER.fullmatch(written)
    if matched is None:
        return None
    value = float(matched["number"])
    return (_COMPARATORS[matched["bound"] or ""], value) if math.isfinite(value) else None


def _read_effective(resource: Resource) -> dt.date | None:
    period = resource.get("effectivePeriod")
    start = period.get("start") if isinstance(period, Mapping) else None
    for written in (resource.get("effectiveDateTime"), resource.get("effectiveInstant"), start, resource.get("issued")):
        date = _read_date(written)
        if date is not None:
            return date
    return None


def _read_date(written: object) -> dt.date | None:
    try:
        return dt.date.fromisoformat(str(written or "")[:10])
    except ValueError:
        return None


def _parse_row(row: Mapping[str, Any], where: str) -> Observation:
    cells = {str(key).strip().lower(): str(value).strip() for key, value in row.items() if value is not None}
    loinc = cells.get("loinc", "")
    name, usual = read_loinc_measures().get(loinc, ("", ""))
    name = cells.get("name") or name
    number = _read_number(f"{cells.get('comparator', '')}{cells.get('value', '')}")
    if not name or number is None:
        lack = "a value that is a number" if name else "a name or a LOINC code of the table"
        msg = f"{where} has no {lack}; expected the columns {', '.join(COLUMNS)}"
        raise DataFileError(msg)
    date = _read_date(cells.get("date"))
    if cells.get("date") and date is None:
        msg = f"{where} has a date of another form; expected for example 2026-03-02"
        raise DataFileError(msg)
    return Observation(name, number[1], cells.get("unit") or usual, date, loinc, number[0])


def _as_list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
