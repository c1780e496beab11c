"""Reads laboratory values, vital signs, scores, settings and sizes from a note, and takes those given beside it.

The words of a token are looked up in ``measure_wordings.tsv`` and ``oxygen_devices.tsv``; what follows a name is parsed
up to its value and unit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc

from codeassist.annotation import measurement_patterns as patterns
from codeassist.annotation.measurement_dates import DateFinder
from codeassist.annotation.measurement_tables import TableReader
from codeassist.annotation.measurement_units import FOLDER, Measure, MeasureTable, read_rows
from codeassist.annotation.measurement_values import Reading, ValueReader, read_before, read_count, read_size
from codeassist.annotation.oxygen import SupportReader, is_saturation
from codeassist.annotation.tokens import read_keys
from codeassist.core.mentions import Measurement
from codeassist.core.notes import Note, Observation, Span
from codeassist.errors import DataFileError

RULES = (
    "any", "exact", "before", "before_exact", "before_far", "scaled", "vital_letter", "panel", "count", "size",
    "with_unit",
)  # fmt: skip
_EXACT_RULES = ("exact", "before_exact", "vital_letter")
_BEFORE_RULES = frozenset(("before", "before_exact", "before_far"))
# Rules of names whose value stands at one place; every other name has its value behind it.
_OWN_RULES = _BEFORE_RULES | {"count", "size", "device", "with_unit"}
# How far apart two vital signs may stand for "T 98.6 P 72" to be read as such.
_COMPANY = 30
_MEMO_SIZE = 200_000
_BEFORE_REACH = 32
_MAX_SERIES = 6
# Characters of print that stand for a plain one; the text keeps its length, so places hold.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000", " "),
        **dict.fromkeys("\u03bc\u00b5", "u"),
        "\u00d7": "x",
        "\u00b7": ".",
        "\u2212": "-",
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-"),
        "\u223c": "~",
        "\u2248": "~",
        "\u2044": "/",
        "\u2215": "/",
        "\ufe64": "<",
        "\uff1c": "<",
    }
)


class _Name(NamedTuple):
    measures: tuple[Measure, ...]
    rules: frozenset[str]
    device: str = ""


class _Place(NamedTuple):
    """This is one name in a note."""

    start: int
    end: int
    name: _Name


class _Found(NamedTuple):
    start: int
    name_end: int
    reading: Reading
    needs_company: bool = False
    date: str = ""


class MeasurementReader:
    """This is the reader of measured values.

    Reads: the tokens and the text of a note.
    Gives: measurements in order of place; a value outside the possible range is left out. Of a range both ends are
    given, of a trend ("128→131") each value, the earlier ones as prior; the value that a note calls baseline has a
    name with ``baseline_``.
    """

    def __init__(
        self,
        table: MeasureTable,
        names_by_word: Mapping[str, tuple[re.Pattern[str], tuple[_Name, ...]]],
        read_support: SupportReader,
    ) -> None:
        self._table = table
        self._names_by_word = names_by_word
        self._values = ValueReader(table)
        self._support = read_support
        self._read_tables = TableReader(self._values, self._find_plain_name)
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
        support = SupportReader.load(table, path.with_name("oxygen_devices.tsv"))
        rules: dict[tuple[str, str, bool], set[str]] = {}
        for number, row in read_rows(wordings):
            if row["rule"] not in RULES or any(name not in table for name in row["measure"].split("/")):
                msg = f"{wordings.name} line {number}: measure or rule is unknown; expected measures.tsv and {RULES}"
                raise DataFileError(msg)
            is_exact = row["rule"] in _EXACT_RULES
            rules.setdefault((row["wording"], row["measure"], is_exact), set()).add(row["rule"])
        return cls(table, _compile_names(table, rules, support.wordings), support)

    def __call__(self, doc: Doc, note: Note, keys: Sequence[int] | None = None) -> tuple[Measurement, ...]:
        """Return the measurements of a note; ``keys`` are those of its lower-case tokens, if they are known already.

        Examples
        --------
        >>> from codeassist.terminology.words import get_tokenizer
        >>> note = Note("n1", "BP 88/50, A1c of 7.5, Na 128")
        >>> doc = get_tokenizer()(note.text)
        >>> [(found.name, found.value) for found in MeasurementReader.load()(doc, note)][1:]
        [('diastolic_blood_pressure', 50.0), ('hemoglobin_a1c', 7.5), ('sodium', 128.0)]
        """
        text = note.text if note.text.isascii() else note.text.translate(_PLAIN)
        tables = self._read_tables(text)
        found = [
            _Found(cell.start, cell.start, cell.reading, date=cell.date) for _, _, cells in tables for cell in cells
        ]
        words = self._find_words(doc, read_keys(doc) if keys is None else keys)
        places = self._find_places(words, text, [(start, end) for start, end, _ in tables])
        found += _keep_accompanied(list(self._read_places(text, places)))
        if tables:
            found.sort(key=lambda each: each.start)
        dates = DateFinder(note, text)
        return tuple(_make_measurement(note, each, dates) for each in found)

    def take(self, observations: Iterable[Observation]) -> tuple[Measurement, ...]:
        """Return as measurements what was given beside the notes; impossible values are left out."""
        return tuple(taken for each in observations if (taken := self._take(each)) is not None)

    def _take(self, given: Observation) -> Measurement | None:
        unit = given.unit
        if given.name in self._table:
            measure = self._table.get(given.name)
            known = self._table.find_unit(measure, given.unit)
            chosen = measure.choose_unit(given.value, known) if known is not None else None
            if chosen is None:
                return None
            unit = chosen
        return Measurement(
            None, given.name, given.value, unit, given.date, comparator=given.comparator, loinc=given.loinc
        )

    def _find_places(
        self, words: Iterable[tuple[int, str]], text: str, tables: Sequence[tuple[int, int]]
    ) -> Iterator[_Place]:
        """Yield the names of a note outside its tables; no two share a character."""
        read_to = 0
        remaining = iter([*tables, (len(text) + 1, len(text) + 1)])
        table = next(remaining)
        for start, word in words:
            while start >= table[1]:
                table = next(remaining)
            if start < read_to or start >= table[0]:
                continue
            pattern, names = self._names_by_word[word]
            matched = pattern.match(text, start)
            if matched is None or matched.lastindex is None:
                continue
            read_to = matched.end()
            yield _Place(start, read_to, names[matched.lastindex - 1])

    def _read_places(self, text: str, places: Iterable[_Place]) -> Iterator[_Found]:
        """Read the values of names in order; a name without a value waits for those of the next ones."""
        waiting: list[_Place] = []
        read_to = 0
        for place in places:
            if place.start < read_to:
                continue
            if waiting and not patterns.NAMES.fullmatch(text, waiting[-1].end, place.start):
                waiting = []
            start, readings = self._read_series(text, [*waiting, place]) if waiting else (place.start, [])
            if not readings:
                start, readings = self._read_name(text, place, read_to)
            needs_company = "vital_letter" in place.name.rules
            yield from (_Found(start, place.end, reading, needs_company) for reading in readings)
            read_to = max([read_to, *(reading.end for reading in readings)])
            may_wait = not readings and not (place.name.rules & {"panel", "device", "count", "size", "vital_letter"})
            waiting = [*waiting[1 - _MAX_SERIES :], place] if may_wait and place.name.measures else []

    def _read_series(self, text: str, places: Sequence[_Place]) -> tuple[int, list[Reading]]:
        if any(not _is_free(text, place) or place.name.rules & _OWN_RULES == place.name.rules for place in places):
            return places[0].start, []
        found = self._values.read_series(text, places[-1].end, [place.name.measures for place in places])
        return places[0].start, [reading for readings in found for reading in readings]

    def _find_words(self, doc: Doc, keys: Sequence[int]) -> Iterator[tuple[int, str]]:
        """Yield the words that may begin a name, with their places."""
        memo = self._memo
        for token in [token for token, key in enumerate(keys) if memo.get(key, True)]:
            words = memo.get(keys[token])
            if words is None:
                words = memo[keys[token]] = self._split(doc.vocab.strings[keys[token]])
            start = doc[token].idx if words else 0
            for offset, word in words:
                yield start + offset, word
        if len(memo) > _MEMO_SIZE:
            self._memo = {}

    def _split(self, lower: str) -> tuple[tuple[int, str], ...]:
        found = ((matched.start(), matched.group()) for matched in patterns.WORD.finditer(lower))
        return tuple((offset, word) for offset, word in found if word in self._names_by_word)

    def _find_plain_name(self, text: str, start: int) -> tuple[int, Sequence[Measure]] | None:
        """Return the end and the measures of the name at a place, if its value may stand in a column."""
        word = patterns.WORD.match(text, start)
        known = self._names_by_word.get(word.group().lower()) if word is not None else None
        matched = known[0].match(text, start) if known is not None else None
        if known is None or matched is None or matched.lastindex is None:
            return None
        name = known[1][matched.lastindex - 1]
        is_plain = not name.device and not name.rules <= {*_OWN_RULES, "panel"}
        return (matched.end(), name.measures) if is_plain else None

    def _read_name(self, text: str, place: _Place, read_to: int) -> tuple[int, list[Reading]]:
        """Return where the span of a name and its values starts, and the values."""
        start, end, name = place
        if not _is_free(text, place):
            return start, []
        if name.device:
            readings = self._support.read(text, start, end, name.device, free=read_to)
        elif "count" in name.rules:
            readings = read_count(text, start, end, name.measures[0])
        elif "size" in name.rules:
            readings = read_size(text, max(read_to, 0), start, end, name.measures[0])
        else:
            readings = self._read_value(text, place, read_to)
        return min([start, *(reading.start for reading in readings)]), readings

    def _read_value(self, text: str, place: _Place, read_to: int) -> list[Reading]:
        start, end, name = place
        readings: list[Reading] = []
        if "panel" in name.rules:
            readings = self._values.read_panel(text, end, name.measures)
        elif not name.rules <= _BEFORE_RULES:
            needs_unit = "with_unit" in name.rules and "any" not in name.rules
            readings = self._values.read(
                text, end, name.measures, needs_scale="scaled" in name.rules, needs_unit=needs_unit
            )
        readings = _order_blood_count(readings)
        before = text[max(0, start - _BEFORE_REACH) : start]
        if any(reading.bound for reading in readings) and patterns.CONDITION.search(before):
            return []
        if not readings and not name.rules.isdisjoint(_BEFORE_RULES):
            lower = max(read_to, start - _BEFORE_REACH)
            is_far = "before_far" in name.rules
            readings = read_before(text, lower, start, end, name.measures[0], may_be_far=is_far)
        if patterns.NAMED_BASELINE.search(before):
            readings = [reading._replace(relation=reading.relation or "baseline") for reading in readings]
        if readings and is_saturation(readings[-1].measure):
            readings = [each for reading in readings for each in self._support.place(text, start, reading)]
        return readings


def _order_blood_count(readings: list[Reading]) -> list[Reading]:
    """Return hemoglobin and hematocrit that were written the other way round in their order: "H&H 41.7 and 14.6"."""
    if [reading.measure.name for reading in readings] != ["hemoglobin", "hematocrit"]:
        return readings
    first, second = readings
    if first.value <= second.value:
        return readings
    swapped = ((first, second.measure), (second, first.measure))
    return [reading._replace(measure=measure, unit=measure.default_unit) for reading, measure in swapped]


def _is_free(text: str, place: _Place) -> bool:
    """Tell whether nothing before a name makes it another thing: a longer word, a goal, another fluid."""
    start, _, name = place
    if start and (text[start - 1].isalnum() or text[start - 1] in "_/"):
        # "2u PRBC", "4LNC": the number belongs to what follows it; "AC/VC".
        return bool(name.rules & {"count", "device"}) and text[start - 1].isdigit()
    before = text[max(0, start - _BEFORE_REACH) : start]
    is_lab = bool(name.measures) and name.measures[0].kind == "lab"
    return not patterns.GOAL.search(before) and not (is_lab and patterns.SPECIMEN.search(before))


def _compile_names(
    table: MeasureTable, rules: Mapping[tuple[str, str, bool], set[str]], devices: Mapping[str, str]
) -> dict[str, tuple[re.Pattern[str], tuple[_Name, ...]]]:
    """Return, for each first word, one pattern whose n-th group is its n-th name, longest first."""
    by_word: dict[str, list[tuple[str, bool, _Name]]] = {}
    for (wording, measure, is_exact), own in rules.items():
        # "EF" is found as written and, like "ef", by the rules for any case.
        all_rules = own | rules.get((wording.lower(), measure, False), set())
        name = _Name(tuple(map(table.get, measure.split("/"))), frozenset(all_rules))
        by_word.setdefault(_first_word(wording), []).append((wording, is_exact, name))
    for wording, device in devices.items():
        name = _Name((), frozenset(("device",)), device)
        by_word.setdefault(_first_word(wording), []).append((wording, wording != wording.lower(), name))
    compiled = {}
    for word, entries in by_word.items():
        entries.sort(key=lambda entry: (-len(entry[0]), not entry[1], bool(entry[2].device), entry[0]))
        parts = [_write_pattern(wording, is_exact=is_exact) for wording, is_exact, _ in entries]
        names = tuple(name for _, _, name in entries)
        compiled[word] = (re.compile(f"(?:{'|'.join(parts)})(?![A-Za-z0-9])"), names)
    return compiled


def _first_word(wording: str) -> str:
    first = patterns.WORD.match(wording)
    if first is None:
        msg = f"measure wording {wording!r} does not start with a letter; write it so that it does"
        raise DataFileError(msg)
    return first.group().lower()


def _write_pattern(wording: str, *, is_exact: bool) -> str:
    body = r"[ \t-]{1,2}".join(map(re.escape, wording.split()))
    return f"({body})" if is_exact else f"((?i:{body}))"


def _make_measurement(note: Note, found: _Found, dates: DateFinder) -> Measurement:
    reading = found.reading
    date = (
        dates.make(found.date)
        if found.date
        else dates.find(found.start, reading.start, reading.end, is_current=not reading.relation)
    )
    is_named = reading.measure.name.startswith("baseline_")
    relation = "baseline" if is_named else reading.relation
    prefix = "baseline_" if relation == "baseline" and not is_named else ""
    return Measurement(
        Span(note.note_id, found.start, reading.end),
        prefix + reading.measure.name,
        reading.value,
        reading.unit,
        date,
        comparator=reading.bound,
        relation=relation,
        device=reading.device,
    )


def _keep_accompanied(found: list[_Found]) -> Iterable[_Found]:
    """Leave out letters such as "T" and "P" that do not stand beside another vital sign."""
    for place, entry in enumerate(found):
        if not entry.needs_company:
            yield entry
            continue
        others = (
            other
            for other in found[max(0, place - 2) : place + 3]
            if other is not entry and other.reading.measure.kind == "vital"
        )
        if any(_distance(entry, other) <= _COMPANY for other in others):
            yield entry


def _distance(one: _Found, other: _Found) -> int:
    return max(one.start - other.reading.end, other.start - one.reading.end)
