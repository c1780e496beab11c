"""Parses what follows the name of a measure: values with their units, ranges, trends, pairs, panels, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from codeassist.annotation import measurement_patterns as patterns
from codeassist.annotation.measurement_units import Measure, MeasureTable

_MAX_CHAIN = 6
_MIN_PANEL = 4
# Units that may stand between a value and its name, by their first letters.
_UNIT_BEFORE = {"we": "wk", "wk": "wk", "lb": "lb", "po": "lb", "kg": "kg", "ki": "kg"}


class Reading(NamedTuple):
    """This is one value with where it starts and ends; ``bound`` is a comparator, ``relation`` as of a measurement."""

    measure: Measure
    value: float
    unit: str
    bound: str
    start: int
    end: int
    relation: str = ""
    device: str = ""


class ValueReader:
    """This reads the values that follow a name in a text.

    Parameters
    ----------
    table
        Knows the units of every measure.
    """

    def __init__(self, table: MeasureTable) -> None:
        self._table = table

    def read(
        self,
        text: str,
        end: int,
        measures: Sequence[Measure],
        *,
        needs_scale: bool = False,
        needs_unit: bool = False,
    ) -> list[Reading]:
        """Return the values of a name that ends at ``end``: of one measure, or of two written as a pair."""
        place = self.find_value(text, end, measures[0])
        if place is None:
            return []
        if len(measures) == 2:
            return self._read_pairs(text, end, place, measures)
        measure = measures[0]
        special = _read_composite(text, place, measure)
        if special is not None or patterns.TELEPHONE.match(text, place):
            return [special] if special is not None else []
        gap = text[end:place].lower()
        joint = patterns.BETWEEN if "between" in gap else patterns.CHAIN
        is_from = "rang" not in gap and patterns.FROM.search(gap) is not None
        chain = self._collect(text, place, measure, joint, needs_scale=needs_scale)
        if needs_unit and not any(reading.unit for reading, _ in chain):
            return []
        readings = _settle_chain(text, chain, is_from=is_from)
        return [*readings, *self._read_earlier(text, readings)] if readings else []

    def find_value(self, text: str, end: int, measure: Measure) -> int | None:
        """Return the place where a value may stand after a name that ends at ``end``."""
        gap = patterns.GAP.match(text, end)
        place = gap.end() if gap is not None else end
        if place == end:
            return None
        if "," in text[end:place] and not self._may_follow_comma(text, place, measure):
            return None
        return place

    def read_series(self, text: str, end: int, names: Sequence[Sequence[Measure]]) -> list[list[Reading]]:
        """Return one list of values for each of several names that come before all their values, or nothing."""
        place = self.find_value(text, end, names[-1][0])
        found: list[list[Reading]] = []
        for number, measures in enumerate(names):
            if place is None:
                return []
            readings = self._read_member(text, place, measures)
            joint = patterns.SERIES.match(text, readings[-1].end) if readings else None
            if not readings or (joint is None and number < len(names) - 1):
                return []
            found.append(readings)
            place = joint.end() if joint is not None else None
        last = found[-1][-1]
        return [] if _is_foreign(text, last) else found

    def read_panel(self, text: str, end: int, measures: Sequence[Measure]) -> list[Reading]:
        """Return the values of a panel that are written in its usual order without names."""
        place = self.find_value(text, end, measures[0])
        readings: list[Reading] = []
        for measure in measures:
            reading = self.read_value(text, place, measure) if place is not None else None
            settled = _settle(reading, reading.unit) if reading is not None else None
            if settled is None:
                break
            readings.append(settled)
            joint = patterns.PANEL.match(text, settled.end)
            place = joint.end() if joint is not None else None
        is_complete = place is None and len(readings) >= min(_MIN_PANEL, len(measures))
        return readings if is_complete and not _is_foreign(text, readings[-1]) else []

    def read_cell(self, text: str, place: int, measure: Measure) -> Reading | None:
        """Return the value that stands at a place of a table, unless it is impossible."""
        reading = self.read_value(text, place, measure)
        return _settle(reading, reading.unit) if reading is not None else None

    def read_value(self, text: str, place: int, measure: Measure, *, needs_scale: bool = False) -> Reading | None:
        """Return the number at a place with its unit, whatever it is."""
        matched = patterns.VALUE.match(text, place)
        if matched is None:
            return None
        value, end = float(matched["number"].replace(",", "")), matched.end()
        if measure.low >= 0 or text[max(0, place - 2) : place].rstrip(" ").endswith("-"):
            # A dash is a mark between name and value, and a sign only of what can be negative ("T-score -2.5").
            value = abs(value) if measure.low >= 0 else -abs(value)
        scale = patterns.SCALE.match(text, end) if measure.scale else None
        if scale is not None and int(scale["scale"]) == measure.scale:
            end = scale.end()
        elif needs_scale:
            return None
        unit = self._match_unit(text, end, measure)
        decade = patterns.DECADE.match(text, end) if unit is None and value >= 10 and value % 10 == 0 else None
        end = unit.end() if unit is not None else decade.end() if decade is not None else end
        spelled = self._table.read_unit(measure, unit["unit"]) if unit is not None else ""
        return Reading(measure, value, spelled, _read_bound(matched["bound"]), place, end)

    def _may_follow_comma(self, text: str, place: int, measure: Measure) -> bool:
        """Tell whether a number after a comma may be the value: "61% neutrophils, 21% lymphocytes" and lists say no."""
        if measure.name.endswith("_percent"):
            return False
        if measure.kind == "lab" and patterns.LIST_NUMBER.match(text, place) is None:
            return True
        reading = self.read_value(text, place, measure)
        return reading is not None and bool(reading.unit)

    def _match_unit(self, text: str, end: int, measure: Measure) -> re.Match[str] | None:
        flag = patterns.FLAG.match(text, end)
        unit = measure.unit_pattern.match(text, end)
        return unit or (measure.unit_pattern.match(text, flag.end()) if flag is not None else None)

    def _read_member(self, text: str, place: int, measures: Sequence[Measure]) -> list[Reading]:
        first = self.read_cell(text, place, measures[0])
        if first is None or len(measures) == 1:
            return [first] if first is not None else []
        between = patterns.PAIR.match(text, first.end)
        second = self.read_cell(text, between.end(), measures[1]) if between is not None else None
        return [first._replace(end=second.end), second] if second is not None else []

    def _collect(
        self, text: str, place: int, measure: Measure, joint: re.Pattern[str], *, needs_scale: bool = False
    ) -> list[tuple[Reading, str]]:
        """Return one value, or several joined by dashes, arrows or "to", each with what leads to the next one."""
        chain: list[tuple[Reading, str]] = []
        while len(chain) < _MAX_CHAIN:
            reading = self.read_value(text, place, measure, needs_scale=needs_scale)
            following = self._find_next(text, reading.end, joint) if reading is not None else None
            if reading is not None:
                chain.append((reading, _read_direction(following)))
            if following is None:
                break
            place = following.end()
        return chain

    def _find_next(self, text: str, end: int, joint: re.Pattern[str]) -> re.Match[str] | None:
        dated = patterns.DATED.match(text, end)
        return patterns.AFTER_DATED.match(text, dated.end()) if dated is not None else joint.match(text, end)

    def _read_pairs(self, text: str, end: int, place: int, measures: Sequence[Measure]) -> list[Reading]:
        """Read two values of two measures, and more such pairs after arrows."""
        joint = patterns.PAIR if measures[0].kind == "vital" else patterns.LOOSE_PAIR
        is_from = patterns.FROM.search(text[end:place]) is not None
        pairs: list[tuple[Reading, Reading]] = []
        while len(pairs) < _MAX_CHAIN:
            first = self.read_value(text, place, measures[0])
            between = joint.match(text, first.end) if first is not None else None
            second = self.read_value(text, between.end(), measures[1]) if between is not None else None
            if first is None or second is None or _is_foreign(text, second):
                break
            pairs.append((first._replace(unit=first.unit or second.unit), second))
            chain = self._find_next(text, second.end, patterns.CHAIN)
            if chain is None:
                break
            place = chain.end()
            direction = _read_direction(chain)
            if direction == "later" or (direction == "towards" and is_from):
                pairs[-1] = (pairs[-1][0]._replace(relation="prior"), second._replace(relation="prior"))
        return [reading for pair in pairs for reading in _settle_pair(*pair)]

    def _read_earlier(self, text: str, readings: Sequence[Reading]) -> list[Reading]:
        """Read the baseline or the earlier value that a note gives after the current one."""
        last = readings[-1]
        if last.measure.name.startswith("baseline_"):
            return []
        for pattern, relation in ((patterns.BASELINE, "baseline"), (patterns.PRIOR, "prior")):
            matched = pattern.match(text, last.end)
            if matched is not None:
                chain = self._collect(text, matched.end(), last.measure, patterns.CHAIN)
                found = _settle_chain(text, chain)
                return [reading._replace(relation=relation) for reading in found]
        return []


def read_count(text: str, start: int, end: int, measure: Measure) -> list[Reading]:
    """Return the number of units that stands before the name of a blood product."""
    matched = patterns.COUNT.search(text, max(0, start - 8), start)
    before = text[max(0, start - 60) : start]
    if matched is None or patterns.NOT_GIVEN.search(before) or patterns.CONDITION.search(before):
        return []
    written = matched["number"].lower()
    value = float(patterns.NUMBER_WORDS.get(written) or written)
    settled = _settle(Reading(measure, value, measure.default_unit, "", matched.start(), end), measure.default_unit)
    return [settled] if settled is not None else []


def read_size(text: str, lower: int, start: int, end: int, measure: Measure) -> list[Reading]:
    """Return the longest side of what is named, written before or after its name."""
    before = patterns.SIZE_BEFORE.search(text, max(lower, start - 60), start)
    gap = patterns.SIZE_GAP.match(text, end)
    after = patterns.SIZE.match(text, gap.end()) if gap is not None and gap.end() > end else None
    matched = before or after
    if matched is None:
        return []
    sides = [float(side) for side in re.findall(r"\d+(?:\.\d+)?", matched["sides"])]
    unit = "mm" if matched["unit"].lower().startswith("m") else "cm"
    reading = Reading(measure, max(sides), unit, "", matched.start(), end if before else matched.end())
    settled = _settle(reading, unit)
    return [settled] if settled is not None else []


def read_before(text: str, lower: int, start: int, end: int, measure: Measure, *, may_be_far: bool) -> list[Reading]:
    """Return the per cent or weeks that stand before a name, not before ``lower``."""
    matched = patterns.BEFORE.search(text[lower:start])
    if matched is None or (matched["far"] and not may_be_far):
        return []
    unit = _UNIT_BEFORE.get(matched["unit"][:2].lower(), "%")
    value = float(matched["number"]) + round(int(matched["days"] or 0) / 7, 2)
    if unit not in measure.factors or measure.choose_unit(value, unit) is None:
        return []
    return [Reading(measure, value, unit, "", lower + matched.start(), end)]


def _read_direction(joint: re.Match[str] | None) -> str:
    """Return "later" for an arrow, "towards" for "to", which also joins the ends of a range."""
    groups = joint.groupdict() if joint is not None else {}
    return next((name for name in ("later", "towards") if groups.get(name)), "")


def _settle_chain(text: str, chain: Sequence[tuple[Reading, str]], *, is_from: bool = False) -> list[Reading]:
    """Return the possible values of a chain; what an arrow leads away from is prior, and so is a value after "from"."""
    if not chain or _is_foreign(text, chain[-1][0]):
        return []
    readings = [
        reading._replace(relation="prior") if direction == "later" or (direction and is_from) else reading
        for reading, direction in chain
    ]
    if is_from and len(readings) == 1:
        readings = [readings[0]._replace(relation="prior")]
    return list(_settle_all(readings))


def _settle_all(readings: Sequence[Reading]) -> Iterator[Reading]:
    units = [reading.unit for reading in readings if reading.unit]
    for reading in readings:
        settled = _settle(reading, reading.unit or (units[-1] if units else ""))
        if settled is not None:
            yield settled


def _settle_pair(first: Reading, second: Reading) -> list[Reading]:
    pair = [_settle(first, first.unit), _settle(second, second.unit)]
    return [each._replace(end=second.end) for each in pair if each is not None and None not in pair]


def _settle(reading: Reading, written: str) -> Reading | None:
    """Give a reading its unit, or drop it if its value is impossible."""
    unit = reading.measure.choose_unit(reading.value, written if written in reading.measure.factors else "")
    return None if unit is None else reading._replace(unit=unit)


def _read_bound(written: str | None) -> str:
    if not written:
        return ""
    return "<" if written[0] in "<\u2264" or written.lower().startswith(("less", "below", "under")) else ">"


def _is_foreign(text: str, reading: Reading) -> bool:
    """Tell whether what follows shows that a number is no value: part of a date, a dose, a duration, a count."""
    if not reading.unit and patterns.FOREIGN.match(text, reading.end):
        return True
    return reading.measure.kind == "lab" and patterns.DOSE.match(text, reading.end) is not None


def _read_composite(text: str, place: int, measure: Measure) -> Reading | None:
    """Read what is written in two units: feet and inches, pounds and ounces, weeks and days."""
    if measure.name == "height" and (matched := patterns.FEET.match(text, place)):
        value, unit = 12.0 * int(matched["feet"]) + int(matched["inches"] or 0), "in"
    elif measure.name in ("weight", "birth_weight") and (matched := patterns.POUNDS.match(text, place)):
        value, unit = int(matched["pounds"]) + float(matched["ounces"]) / 16, "lb"
    elif measure.name == "gestational_age" and (matched := patterns.WEEKS.match(text, place)):
        days = int(matched["days"] or matched["sevenths"] or matched["plus"] or 0)
        value, unit = int(matched["weeks"]) + round(days / 7, 2), "wk"
    elif measure.name == "gleason_score" and (matched := patterns.SUM.match(text, place)):
        value, unit = float(int(matched["first"]) + int(matched["second"])), ""
    else:
        return None
    return _settle(Reading(measure, value, unit, "", place, matched.end()), unit)
