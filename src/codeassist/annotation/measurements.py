"""Reads laboratory values, vital signs and scores from a note.

The words of a token are looked up in ``measure_wordings.tsv``; what follows a name is parsed up to its value and unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc

from codeassist.annotation import measurement_patterns as patterns
from codeassist.annotation.measurement_units import FOLDER, Measure, MeasureTable, read_rows
from codeassist.core.mentions import Measurement
from codeassist.core.notes import Note, Span
from codeassist.errors import DataFileError

RULES = ("any", "exact", "before", "before_exact", "scaled", "vital_letter")
# How far apart two vital signs may stand for "T 98.6 P 72" to be read as such.
_COMPANY = 30
_MEMO_SIZE = 200_000
_BEFORE_REACH = 32
_MAX_CHAIN = 6


class _Name(NamedTuple):
    measures: tuple[Measure, ...]
    rules: frozenset[str]


class _Reading(NamedTuple):
    measure: Measure
    value: float
    unit: str
    bound: str
    end: int
    prefix: str = ""


class _Found(NamedTuple):
    measurement: Measurement
    kind: str
    needs_company: bool


class MeasurementReader:
    """This is the reader of measured values.

    Reads: the tokens and the text of a note.
    Gives: measurements in order of place; a value outside the possible range is left out. Of a range both ends are
    given, of a trend ("128→131") each value; the value that a note calls baseline has a name with ``baseline_``.
    """

    def __init__(
        self, table: MeasureTable, names_by_word: Mapping[str, tuple[re.Pattern[str], tuple[_Name, ...]]]
    ) -> None:
        self._table = table
        self._names_by_word = names_by_word
        self._memo: dict[int, tuple[tuple[int, str], ...]] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> MeasurementReader:
        """Read ``measures.tsv`` and the tables beside it.

        Raises
        ------
        DataFileError
            If a wording names an unknown measure or rule.
        """
        path = path or FOLDER / "measures.tsv"
        table = MeasureTable.load(path)
        wordings = path.with_name("measure_wordings.tsv")
        rules: dict[tuple[str, str, bool], set[str]] = {}
        for number, row in read_rows(wordings):
            if row["rule"] not in RULES or any(name not in table for name in row["measure"].split("/")):
                msg = f"{wordings.name} line {number}: measure or rule is unknown; expected measures.tsv and {RULES}"
                raise DataFileError(msg)
            is_exact = row["rule"] in ("exact", "before_exact", "vital_letter")
            rules.setdefault((row["wording"], row["measure"], is_exact), set()).add(row["rule"])
        return cls(table, _compile_names(table, rules))

    def __call__(self, doc: Doc, note: Note) -> tuple[Measurement, ...]:
        """Return the measurements of a note.

        Examples
        --------
        >>> from codeassist.terminology.words import get_tokenizer
        >>> note = Note("n1", "BP 88/50, A1c of 7.5, Na 128")
        >>> doc = get_tokenizer()(note.text)
        >>> [(found.name, found.value) for found in MeasurementReader.load()(doc, note)][1:]
        [('diastolic_blood_pressure', 50.0), ('hemoglobin_a1c', 7.5), ('sodium', 128.0)]
        """
        found: list[_Found] = []
        read_to = 0
        for start, word in self._find_words(doc):
            if start < read_to:
                continue
            pattern, names = self._names_by_word[word]
            matched = pattern.match(note.text, start)
            if matched is None or matched.lastindex is None:
                continue
            name = names[matched.lastindex - 1]
            span_start, readings = self._read_name(note.text, start, matched.end(), name, read_to)
            read_to = max([matched.end(), *(reading.end for reading in readings)])
            needs_company = "vital_letter" in name.rules
            found += (
                _Found(_make_measurement(note, span_start, part), part.measure.kind, needs_company) for part in readings
            )
        return tuple(entry.measurement for entry in _keep_accompanied(found))

    def _find_words(self, doc: Doc) -> Iterator[tuple[int, str]]:
        """Yield the words that may begin a name, with their places."""
        memo = self._memo
        for token, key in enumerate(doc.to_array("LOWER").tolist()):
            words = memo.get(key)
            if words is None:
                words = self._split(doc.vocab.strings[key])
                if len(memo) < _MEMO_SIZE:
                    memo[key] = words
            if words:
                start = doc[token].idx
                for offset, word in words:
                    yield start + offset, word

    def _split(self, lower: str) -> tuple[tuple[int, str], ...]:
        found = ((matched.start(), matched.group()) for matched in patterns.WORD.finditer(lower))
        return tuple((offset, word) for offset, word in found if word in self._names_by_word)

    def _read_name(self, text: str, start: int, end: int, name: _Name, read_to: int) -> tuple[int, list[_Reading]]:
        """Return where the span of a name and its values starts, and the values."""
        if start and (text[start - 1].isalnum() or text[start - 1] in "_/"):
            return start, []
        before = text[max(0, start - _BEFORE_REACH) : start]
        if patterns.GOAL.search(before) or (name.measures[0].kind == "lab" and patterns.SPECIMEN.search(before)):
            return start, []
        readings = self._read_after(text, end, name) if name.rules - {"before", "before_exact"} else []
        if any(reading.bound for reading in readings) and patterns.CONDITION.search(before):
            return start, []
        if readings or name.rules.isdisjoint(("before", "before_exact")):
            return start, readings
        return self._read_before(text, start, end, name, read_to)

    def _read_before(self, text: str, start: int, end: int, name: _Name, read_to: int) -> tuple[int, list[_Reading]]:
        lower = max(read_to, start - _BEFORE_REACH)
        matched = patterns.BEFORE.search(text[lower:start])
        if matched is None:
            return start, []
        measure = name.measures[0]
        unit = "wk" if matched["unit"][0] in "wW" else "%"
        value = float(matched["number"]) + round(int(matched["days"] or 0) / 7, 2)
        if unit not in measure.factors or measure.choose_unit(value, unit) is None:
            return start, []
        return lower + matched.start(), [_Reading(measure, value, unit, "", end)]

    def _read_after(self, text: str, end: int, name: _Name) -> list[_Reading]:
        gap = patterns.GAP.match(text, end)
        place = gap.end() if gap is not None else end
        measure = name.measures[0]
        if place == end or ("," in text[end:place] and not _may_follow_comma(text, place, measure)):
            return []
        if len(name.measures) == 2:
            return self._read_pairs(text, place, name.measures)
        special = _read_composite(text, place, measure)
        if special is not None or patterns.TELEPHONE.match(text, place):
            return [special] if special is not None else []
        joint = patterns.BETWEEN if "between" in text[end:place].lower() else patterns.CHAIN
        readings = self._read_chain(text, place, measure, needs_scale="scaled" in name.rules, joint=joint)
        return [*readings, *self._read_baseline(text, readings)] if readings else []

    def _read_chain(
        self,
        text: str,
        place: int,
        measure: Measure,
        *,
        needs_scale: bool = False,
        joint: re.Pattern[str] = patterns.CHAIN,
    ) -> list[_Reading]:
        """Read one value, or several joined by dashes, arrows or "to"."""
        readings: list[_Reading] = []
        while len(readings) < _MAX_CHAIN:
            reading = self._read_value(text, place, measure, needs_scale=needs_scale)
            if reading is None:
                break
            readings.append(reading)
            chain = joint.match(text, reading.end)
            if chain is None:
                break
            place = chain.end()
        if not readings or _is_foreign(text, readings[-1]):
            return []
        units = [reading.unit for reading in readings if reading.unit]
        settled = (_settle(reading, reading.unit or (units[-1] if units else "")) for reading in readings)
        return [reading for reading in settled if reading is not None]

    def _read_value(self, text: str, place: int, measure: Measure, *, needs_scale: bool = False) -> _Reading | None:
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
        flag = patterns.FLAG.match(text, end)
        unit = measure.unit_pattern.match(text, end) or (measure.unit_pattern.match(text, flag.end()) if flag else None)
        spelled = self._table.read_unit(measure, unit["unit"]) if unit is not None else ""
        bound = _read_bound(matched["bound"])
        return _Reading(measure, value, spelled, bound, unit.end() if unit else end)

    def _read_pairs(self, text: str, place: int, measures: tuple[Measure, ...]) -> list[_Reading]:
        """Read two values of two measures, and more such pairs after arrows."""
        joint = patterns.PAIR if measures[0].kind == "vital" else patterns.LOOSE_PAIR
        readings: list[_Reading] = []
        while len(readings) < _MAX_CHAIN:
            first = self._read_value(text, place, measures[0])
            between = joint.match(text, first.end) if first is not None else None
            second = self._read_value(text, between.end(), measures[1]) if between is not None else None
            if first is None or second is None or _is_foreign(text, second):
                break
            pair = [_settle(first, first.unit or second.unit), _settle(second, second.unit)]
            readings += [
                reading._replace(end=second.end) for reading in pair if reading is not None and None not in pair
            ]
            chain = patterns.CHAIN.match(text, second.end)
            if chain is None:
                break
            place = chain.end()
        return readings

    def _read_baseline(self, text: str, readings: list[_Reading]) -> list[_Reading]:
        last = readings[-1]
        matched = patterns.BASELINE.match(text, last.end)
        if matched is None or last.measure.name.startswith("baseline_"):
            return []
        return [part._replace(prefix="baseline_") for part in self._read_chain(text, matched.end(), last.measure)]


def _compile_names(
    table: MeasureTable, rules: Mapping[tuple[str, str, bool], set[str]]
) -> dict[str, tuple[re.Pattern[str], tuple[_Name, ...]]]:
    """Return, for each first word, one pattern whose n-th group is its n-th name, longest first."""
    by_word: dict[str, list[tuple[str, str, bool]]] = {}
    for wording, measure, is_exact in rules:
        first = patterns.WORD.match(wording)
        if first is None:
            msg = f"measure wording {wording!r} does not start with a letter; write it so that it does"
            raise DataFileError(msg)
        by_word.setdefault(first.group().lower(), []).append((wording, measure, is_exact))
    compiled = {}
    for word, entries in by_word.items():
        entries.sort(key=lambda entry: (-len(entry[0]), not entry[2], entry))
        parts = [_write_pattern(wording, is_exact=is_exact) for wording, _, is_exact in entries]
        # "EF" is found as written and, like "ef", by the rules for any case.
        all_rules = (rules[key] | rules.get((key[0].lower(), key[1], False), set()) for key in entries)
        names = tuple(
            _Name(tuple(map(table.get, key[1].split("/"))), frozenset(found))
            for key, found in zip(entries, all_rules, strict=True)
        )
        compiled[word] = (re.compile(f"(?:{'|'.join(parts)})(?![A-Za-z0-9])"), names)
    return compiled


def _write_pattern(wording: str, *, is_exact: bool) -> str:
    body = r"[ \t-]{1,2}".join(map(re.escape, wording.split()))
    return f"({body})" if is_exact else f"((?i:{body}))"


def _read_bound(written: str | None) -> str:
    if not written:
        return ""
    return "<" if written[0] in "<\u2264" or written.lower().startswith(("less", "below", "under")) else ">"


def _is_foreign(text: str, reading: _Reading) -> bool:
    """Tell whether what follows shows that a number is no value: part of a date, a dose, a duration, a count."""
    if not reading.unit and patterns.FOREIGN.match(text, reading.end):
        return True
    return reading.measure.kind == "lab" and patterns.DOSE.match(text, reading.end) is not None


def _may_follow_comma(text: str, place: int, measure: Measure) -> bool:
    """Tell whether a number after a comma may be the value: "61% neutrophils, 21% lymphocytes" and lists say no."""
    is_plain_lab = measure.kind == "lab" and not measure.name.endswith("_percent")
    return is_plain_lab and patterns.LIST_NUMBER.match(text, place) is None


def _settle(reading: _Reading, written: str) -> _Reading | None:
    """Give a reading its unit, or drop it if its value is impossible."""
    unit = reading.measure.choose_unit(reading.value, written if written in reading.measure.factors else "")
    return None if unit is None else reading._replace(unit=unit)


def _read_composite(text: str, place: int, measure: Measure) -> _Reading | None:
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
    return _settle(_Reading(measure, value, unit, "", matched.end()), unit)


def _make_measurement(note: Note, start: int, reading: _Reading) -> Measurement:
    span = Span(note.note_id, start, reading.end)
    return Measurement(span, reading.prefix + reading.measure.name, reading.value, reading.unit, None, reading.bound)


def _keep_accompanied(found: list[_Found]) -> Iterable[_Found]:
    """Leave out letters such as "T" and "P" that do not stand beside another vital sign."""
    for place, entry in enumerate(found):
        if not entry.needs_company:
            yield entry
            continue
        span = entry.measurement.span
        others = (
            other for other in found[max(0, place - 2) : place + 3] if other is not entry and other.kind == "vital"
        )
        if any(_distance(span, other.measurement.span) <= _COMPANY for other in others):
            yield entry


def _distance(one: Span, other: Span) -> int:
    return max(one.start - other.end, other.start - one.end)
