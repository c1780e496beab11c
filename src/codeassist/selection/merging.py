"""Merges the codes of one category that the encounter uses for one condition, to the most specific it supports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeassist.core.suggestions import Candidate
from codeassist.terminology.axes import AxisTables

_SMALL_WORDS = frozenset({"a", "an", "and", "by", "due", "in", "of", "on", "or", "other", "the", "to", "with"})
# A row that says what silence would also mean is stated only where the note's own words say it.
_SILENT_STARTS = ("without", "not ", "uncomplicated")
_ALTERNATIVES = frozenset({"and", "or", "other"})
_DENIALS = frozenset({"without", "no", "uncomplicated", "w/o"})
_SILENT_WORDS = ("unspecified", "unknown")
Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class _Row:
    """This is what the row of a code says: ``told`` unless silence means the same, ``covered`` in full."""

    told: Words
    assumed: tuple[Words, ...]
    covered: Words
    is_other: bool


@dataclass(frozen=True, slots=True)
class _Reading:
    """This is one code with its candidates, the words that state it, and the axis words around its mentions."""

    code: str
    found: tuple[Candidate, ...]
    told: Words
    nearby: Words


class CategoryMerger:
    """This joins what an encounter says of one condition in several places (Guidelines I.B.2).

    Parameters
    ----------
    tables
        The axis tables of the edition.

    Notes
    -----
    Two codes are one condition where a code of their category says all that both say. The order is that of what the
    codes say, not of how many words of the note were needed to say it: a title names its code without any axis value.
    """

    def __init__(self, tables: AxisTables) -> None:
        self._tables = tables
        self._read_rows = lru_cache(maxsize=1024)(self._read_rows_uncached)
        self._read_head = lru_cache(maxsize=1024)(self._read_head_uncached)

    def __call__(self, found_by_code: Mapping[str, Sequence[Candidate]]) -> dict[str, list[Candidate]]:
        """Return the codes of one category with their candidates, those of one condition under one code."""
        readings = [self._read(code, found) for code, found in found_by_code.items()]
        pending = sorted(readings, key=lambda each: (len(each.told), each.code))
        while pending:
            vague = pending.pop(0)
            partner = self._find_partner(vague, readings)
            if partner is None:
                continue
            precise, joined = partner
            readings = [each for each in readings if each.code not in {vague.code, precise.code, joined.code}]
            readings.append(joined)
            pending = [each for each in pending if each.code not in {precise.code, joined.code}] + [joined]
        return {each.code: list(each.found) for each in sorted(readings, key=lambda each: each.code)}

    def _find_partner(self, vague: _Reading, readings: Sequence[_Reading]) -> tuple[_Reading, _Reading] | None:
        """Return the most precise reading of the same condition, and both joined."""
        for precise in sorted(readings, key=lambda each: (-len(each.told), each.code)):
            code = self._join(vague, precise) if precise.code != vague.code else None
            if code == precise.code and self._says_more(vague, precise):
                code = vague.code
            if code is not None:
                known = tuple(c for each in readings if each.code == code for c in each.found)
                # The precise one first: it speaks for both where a third is compared.
                own = tuple(dict.fromkeys((*precise.found, *vague.found, *known)))
                return precise, self._make(code, own, told=vague.told | precise.told)
        return None

    def _join(self, vague: _Reading, precise: _Reading) -> str | None:
        """Return the code that says all that both say, or None if they are two conditions."""
        if _disagree(vague.found[0], precise.found[0]):
            return None
        rows = self._read_rows(precise.code[:3])
        words = vague.nearby | precise.nearby
        moved, grown = (self._tables.select(each.found[0].anchor, words).code for each in (vague, precise))
        told = vague.told | precise.told
        sound = [code for code in (grown, moved, precise.code) if code in rows and told <= rows[code].covered]
        if sound:
            return max(sound, key=lambda code: len(rows[code].told))
        if vague.found[0].axis_values:
            return None
        is_same = self._is_name(vague) or (moved == precise.code and _names(precise.nearby, vague.told))
        return precise.code if is_same else None

    def _says_more(self, other: _Reading, plain: _Reading) -> bool:
        """Tell whether "other specified" is what is meant: its wording is the plain one's with a word more."""
        values = self._read_rows(other.code[:3])
        if other.told != plain.told or not (values[other.code].is_other and not values[plain.code].is_other):
            return False
        words = [frozenset(each.found[0].mention.reading.split()) for each in (other, plain)]
        return words[1] < words[0]

    def _is_name(self, reading: _Reading) -> bool:
        """Tell whether a reading says no more than the name of its category, and names all that the name does."""
        head = self._read_head(reading.code[:3])
        name = frozenset(_words(head))
        is_one = _ALTERNATIVES.isdisjoint(head.split()) or _names(reading.told, name)
        return is_one and _names(name, reading.told)

    def _read(self, code: str, found: Sequence[Candidate]) -> _Reading:
        return self._make(code, tuple(found), told=frozenset())

    def _make(self, code: str, found: tuple[Candidate, ...], *, told: Words) -> _Reading:
        row = self._read_rows(code[:3]).get(code)
        if row is not None:
            spoken = [_split(value) for candidate in found for _, value in candidate.axis_values]
            said = row.assumed if any(map(_denies, found)) else [value for value in row.assumed if value in spoken]
            told = (told & row.covered).union(row.told, *said)
        read = self._tables.wordings.read
        nearby = frozenset[str]().union(*(read(each.mention.nearby_words, each.mention.own_words) for each in found))
        return _Reading(code, found, told, nearby)

    def _read_head_uncached(self, category: str) -> str:
        return self._tables.get(category).head.lower()

    def _read_rows_uncached(self, category: str) -> dict[str, _Row]:
        """Return for each code of a category what its row says."""
        table = self._tables.get(category)
        defaults = [axis.default for axis in table.axes]
        rows = {}
        for row in table.rows:
            values = [(value, default) for (_, value), default in zip(row.values, defaults, strict=True)]
            spoken = [(value, default) for value, default in values if not _is_empty(value)]
            told = [_split(value) for value, default in spoken if not _is_silent(value, default)]
            assumed = tuple(_split(value) for value, default in spoken if _is_silent(value, default))
            is_other = any(value.startswith("other") for value, _ in spoken)
            rows[row.code] = _Row(frozenset().union(*told), assumed, frozenset().union(*told, *assumed), is_other)
        return rows


def _disagree(vague: Candidate, precise: Candidate) -> bool:
    """Tell whether the words around two mentions state values of one axis of which neither holds the other."""
    values = {axis: _split(value) for axis, value in precise.axis_values}
    pairs = ((_split(value), values.get(axis)) for axis, value in vague.axis_values)
    return any(yours is not None and not (mine <= yours or yours <= mine) for mine, yours in pairs)


def _denies(candidate: Candidate) -> bool:
    """Tell whether the wording itself says "without", as its code's row does."""
    return not _DENIALS.isdisjoint(candidate.mention.reading.split())


def _is_empty(value: str) -> bool:
    return value == "-" or any(word in value for word in _SILENT_WORDS)


def _is_silent(value: str, default: str | None) -> bool:
    return value == default or value.startswith(_SILENT_STARTS)


def _split(value: str) -> Words:
    """Return the words of a value; a denial is one word, or "without fever" would be a part of "fever"."""
    if value.startswith(("without", "not ", "no ")):
        return frozenset({value})
    return frozenset(_words(value))


def _names(nearby: Words, told: Words) -> bool:
    """Tell whether the words around a mention name all that is told."""
    stems = {_stem(word) for word in nearby}
    return all(_stem(word) in stems for word in told)


def _stem(word: str) -> str:
    """Return what "depression" and "depressive", "abdomen" and "abdominal" share."""
    return word[:5]


def _words(value: str) -> Iterator[str]:
    # A title's brackets hold another name, not more detail: "panic disorder [episodic paroxysmal anxiety]".
    for word in value.split("[", maxsplit=1)[0].replace(",", " ").split():
        if word not in _SMALL_WORDS:
            yield word
