"""Reads codes off measurements: the body mass index, the week of gestation, the scales of coma and stroke."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codeassist.core.mentions import Measurement
from codeassist.terminology.lexicon import read_table


class Band(NamedTuple):
    """This is one row of ``measured_codes.tsv``: a value from ``low`` to below ``high`` has a code."""

    measure: str
    low: float
    high: float
    code: str


def read_bands() -> tuple[Band, ...]:
    """Return the rows of the table that lies beside this module."""
    rows = read_table(Path(__file__).parent / "measured_codes.tsv", ("measure", "from", "below", "code", "basis"))
    return tuple(Band(row["measure"], float(row["from"]), float(row["below"]), row["code"]) for row in rows)


def code_measurements(measurements: Sequence[Measurement], bands: Sequence[Band]) -> dict[str, str]:
    """Return for each measure the code of the first value that the encounter gives; bounds ("> 40") have none."""
    codes: dict[str, str] = {}
    for each in measurements:
        if each.name in codes or each.comparator:
            continue
        band = next((b for b in bands if b.measure == each.name and b.low <= each.value < b.high), None)
        if band is not None:
            codes[each.name] = band.code
    return codes
