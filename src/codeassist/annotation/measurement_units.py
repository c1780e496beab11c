"""The measures that are read from notes: their units, and the values that are possible for a living patient."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.mentions import Measurement
from codeassist.errors import DataFileError

FOLDER = Path(__file__).parent
MEASURE_KINDS = ("lab", "vital", "score", "setting", "finding")


@dataclass(frozen=True, slots=True)
class Measure:
    """This is one thing that is measured.

    ``factors`` maps each allowed unit to the factor and offset that turn it into the first one, the default unit:
    those of its row, which may be meant where none is written (``implied``), and the others of their families
    (``unit_families.tsv``).
    ``scale`` is the highest value of a score that is written like "7/10", or 0. ``low`` and ``high`` bound the values
    that are believed, in the default unit. ``unit_pattern`` matches an allowed unit after a number.
    """

    name: str
    kind: str
    factors: Mapping[str, tuple[float, float]]
    scale: int
    low: float
    high: float
    unit_pattern: re.Pattern[str]
    implied: tuple[str, ...]

    @property
    def default_unit(self) -> str:
        """The unit that is meant where none is written; empty where none can be told."""
        return next(iter(self.factors))

    def convert(self, value: float, unit: str) -> float:
        """Return the value in the default unit."""
        factor, offset = self.factors[unit]
        return value * factor + offset

    def choose_unit(self, value: float, written: str) -> str | None:
        """Return the unit in which the value is possible: as written, else the first that fits; None if none does."""
        units = (written,) if written else self.implied
        return next((unit for unit in units if self.low <= self.convert(value, unit) <= self.high), None)


class MeasureTable:
    """This is the set of measures with the spellings of their units."""

    def __init__(self, measure_by_name: Mapping[str, Measure], unit_by_spelling: Mapping[str, tuple[str, ...]]) -> None:
        self._measure_by_name = measure_by_name
        self._units_by_spelling = unit_by_spelling

    @classmethod
    def load(cls, path: Path | None = None) -> MeasureTable:
        """Read ``measures.tsv`` and, beside it, ``measure_units.tsv``.

        Raises
        ------
        DataFileError
            If a row names an unknown kind or unit.
        """
        path = path or FOLDER / "measures.tsv"
        spellings: dict[str, list[str]] = {}
        for _, row in read_rows(path.with_name("measure_units.tsv")):
            spellings.setdefault(row["unit"], []).append(row["spelling"])
        families = _read_families(path.with_name("unit_families.tsv"))
        measures = [
            _read_measure(row, spellings, families, where=f"{path.name} line {number}")
            for number, row in read_rows(path)
        ]
        units: dict[str, list[str]] = {}
        for unit, wordings in spellings.items():
            for wording in wordings:
                units.setdefault(wording, []).append(unit)
        by_spelling = {wording: tuple(names) for wording, names in units.items()}
        return cls({measure.name: measure for measure in measures}, by_spelling)

    def __contains__(self, name: str) -> bool:
        return name in self._measure_by_name

    def __iter__(self) -> Iterator[Measure]:
        return iter(self._measure_by_name.values())

    def get(self, name: str) -> Measure:
        """Return the measure with this name, or raise ``KeyError``."""
        return self._measure_by_name[name]

    def read_unit(self, measure: Measure, spelling: str) -> str:
        """Return the unit of ``measure`` that is written as ``spelling``."""
        known = self._units_by_spelling[" ".join(spelling.lower().split())]
        return next(unit for unit in known if unit in measure.factors)

    def find_unit(self, measure: Measure, spelling: str) -> str | None:
        """Return the unit of ``measure`` that is written as ``spelling``, empty for none, None for another's."""
        if not spelling or spelling in measure.factors:
            return spelling
        known = self._units_by_spelling.get(" ".join(spelling.lower().split()), ())
        return next((unit for unit in known if unit in measure.factors), None)

    def standardize(self, measurement: Measurement) -> float:
        """Return the value of a measurement in the default unit of its measure.

        Examples
        --------
        >>> from codeassist.core.notes import Span
        >>> celsius = Measurement(Span("n1", 0, 9), "body_temperature", 38.0, "C")
        >>> round(MeasureTable.load().standardize(celsius), 1)
        100.4
        """
        return self.get(measurement.name.removeprefix("baseline_")).convert(measurement.value, measurement.unit)


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table with their line numbers."""
    with path.open(encoding="utf-8", newline="") as lines:
        yield from enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2)


def _read_families(path: Path) -> dict[str, dict[str, float]]:
    """Return for each unit the units of its family, each with its factor."""
    families: dict[str, dict[str, float]] = {}
    for _, row in read_rows(path):
        families.setdefault(row["family"], {})[row["unit"]] = float(row["factor"])
    return {unit: family for family in families.values() for unit in family}


def _read_measure(
    row: Mapping[str, str], spellings: Mapping[str, list[str]], families: Mapping[str, dict[str, float]], *, where: str
) -> Measure:
    factors = {row["default_unit"]: (1.0, 0.0)}
    for part in filter(None, row["other_units"].split(";")):
        unit, _, factor = part.partition("=")
        slope, _, offset = factor.partition("+")
        factors[unit] = (float(slope), float(offset or 0))
    unknown = [unit for unit in factors if unit and unit not in spellings and unit != "fraction"]
    if unknown or row["kind"] not in MEASURE_KINDS:
        msg = (
            f"{where}: kind {row['kind']!r} or units {unknown} unknown; expected {MEASURE_KINDS} and measure_units.tsv"
        )
        raise DataFileError(msg)
    implied = tuple(factors)
    for unit in implied:
        family = families.get(unit, {})
        factors = {other: (factors[unit][0] * size / family[unit], 0.0) for other, size in family.items()} | factors
    # The default unit stands first.
    factors = {implied[0]: factors[implied[0]]} | factors
    written = [wording for unit in factors for wording in spellings.get(unit, ())]
    scale = int(row["scale"] or 0)
    bounds = float(row["low"]), float(row["high"])
    return Measure(row["measure"], row["kind"], factors, scale, *bounds, _compile_units(written), implied)


def _compile_units(spellings: list[str]) -> re.Pattern[str]:
    parts = [
        r"[ ]+".join(map(re.escape, spelling.split()))
        for spelling in sorted(set(spellings), key=lambda s: (-len(s), s))
    ]
    if not parts:
        return re.compile(r"(?!)")
    return re.compile(rf"[ \t|]{{0,3}}(?P<unit>{'|'.join(parts)})(?![A-Za-z0-9/])", re.IGNORECASE)
