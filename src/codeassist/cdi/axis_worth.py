"""Which open axes anyone would ask for, of categories that no family covers: ``open_axes.tsv``."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.gaps import GAP_AXES
from codeassist.errors import DataFileError

TABLE = Path(__file__).with_name("open_axes.tsv")
_COLUMNS = ["prefix", "axis", "worth", "from", "note"]
_SOURCES = ("table", "declared")


@dataclass(frozen=True, slots=True)
class AxisWorth:
    """This is what an axis is worth for the codes under a prefix.

    ``is_declared`` axes are open wherever the code is suggested; others only where the axis table says so.
    """

    axis: str
    worth: float
    is_declared: bool


class AxisWorths:
    """This answers what an open axis of a code is worth; the longest prefix decides.

    Parameters
    ----------
    rows
        For each prefix its axes; the empty prefix holds for every code.
    """

    def __init__(self, rows: Mapping[str, tuple[AxisWorth, ...]]) -> None:
        self._rows = rows
        self._known: dict[str, Mapping[str, AxisWorth]] = {}

    @classmethod
    def load(cls, path: Path = TABLE) -> AxisWorths:
        """Read the table.

        Raises
        ------
        DataFileError
            If a row has an unknown axis or source, or a worth outside 0..1.
        """
        rows: dict[str, tuple[AxisWorth, ...]] = {}
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            if reader.fieldnames != _COLUMNS:
                msg = f"{path.name} line 1: columns {reader.fieldnames}, expected {_COLUMNS}"
                raise DataFileError(msg)
            for number, row in enumerate(reader, start=2):
                worth = float(row["worth"])
                if row["axis"] not in GAP_AXES or row["from"] not in _SOURCES or not 0 <= worth <= 1:
                    msg = f"{path.name} line {number}: axis, worth or source is not allowed; expected {_SOURCES}"
                    raise DataFileError(msg)
                prefix = "" if row["prefix"] == "*" else row["prefix"]
                rows[prefix] = (*rows.get(prefix, ()), AxisWorth(row["axis"], worth, row["from"] == "declared"))
        return cls(rows)

    def find(self, code: str) -> Mapping[str, AxisWorth]:
        """Return the axes that have a worth for a code, by name."""
        known = self._known.get(code)
        if known is None:
            known = self._known[code] = {
                each.axis: each for end in range(len(code) + 1) for each in self._rows.get(code[:end], ())
            }
        return known
