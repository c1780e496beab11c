"""Reads how medications are given: dose, unit, route, frequency, as far as the note says.

The names are those of ``medication_names.tsv`` and of the lexicon, the words of a dosage those of ``dosage_words.tsv``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc

from codeassist.annotation.measurement_units import FOLDER, read_rows
from codeassist.annotation.tokens import read_keys
from codeassist.core.mentions import Dosage
from codeassist.core.notes import Note, Span
from codeassist.errors import DataFileError

KINDS = ("unit", "per", "route", "frequency", "need")
_FLAGS = re.VERBOSE | re.IGNORECASE
_NUMBERS = {"half": 0.5, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
_NUMBER = (
    r"(?: \d{1,3} (?: ,\d{3} ){1,3} (?!\d) | \d{1,7} (?: \.\d{1,4} )? | \.\d{1,4} | " + " | ".join(_NUMBERS) + " )"
)
# What may stand between a name and its dose without being part of either.
_SKIPPED = re.compile(
    r"""
    [ ]{1,2} (?: sodium | hcl | hydrochloride | tartrate | succinate | sulfate | acetate | maleate | besylate | mesylate
      | phosphate | citrate | chloride | potassium | calcium | carbonate | gluconate | fumarate
      | xl | xr | er | sr | cr | dr | ec | la | odt | ds | hfa
      | tablets? | tabs? | capsules? | solution | suspension | cream | ointment | gel | patch | injection
      | dose | dosed | dosing | at | of | was | is | given | started | increased | decreased | changed | titrated
      | continued | reduced | up | down | to | on | his | her | home | renally | a | an | rate ) (?![a-z0-9])
      | [ ] \( [a-z][a-z -]{1,24} \)                       # "sertraline (Zoloft) 50 mg"
      | [ ]? [:,(=\u2022-] (?= [ ]? [a-z\d.] )
    """,
    _FLAGS,
)
_JOINT = re.compile(r"[ ]{0,2} [,;(/-]? [ ]{0,2}", re.VERBOSE)
_INTERVAL = re.compile(
    r"""
    (?: q [ .]? (?P<low> \d{1,2} ) (?: [ ]? - [ ]? (?P<high> \d{1,2} ) )? [ ]? (?: h (?:ours?|rs?|r)? | \u00b0 )
      | every [ ] (?P<every> \d{1,2} | four | six | eight | twelve ) (?: [ ]? (?: - | to ) [ ]? \d{1,2} )? [ ]?
        (?: hours? | hrs? | h )
    ) (?![a-z])
    """,
    _FLAGS,
)
_HOURS = {"four": "4", "six": "6", "eight": "8", "twelve": "12"}
_REACH = 45
_ROUTE_REACH = 16
_MAX_PARTS = 6
_MEMO_SIZE = 200_000
# Stands for what no token was asked for yet; it matches nothing.
_UNKNOWN = re.compile(r"(?!)")
_NUMERIC = re.compile(rf"\d | \b (?: {' | '.join(_NUMBERS)} ) \b", _FLAGS)


class _Amount(NamedTuple):
    value: float
    high: float | None
    unit: str
    start: int
    end: int


class _How(NamedTuple):
    """This is what stands around an amount: values by kind, and where the last of it ends."""

    found: Mapping[str, str]
    end: int


class DosageReader:
    """This is the reader of dosages.

    Reads: the tokens and the text of a note.
    Gives: dosages in order of place; a medication without dose, route and frequency has none.

    Parameters
    ----------
    medication_by_wording
        The generic name of every wording, lower case.
    words
        By kind, the value of every wording of a dosage.
    """

    def __init__(self, medication_by_wording: Mapping[str, str], words: Mapping[str, Mapping[str, str]]) -> None:
        self._medication_by_wording = medication_by_wording
        self._words = words
        by_first: dict[str, list[str]] = {}
        for wording in medication_by_wording:
            by_first.setdefault(re.split(r"[^a-z0-9]", wording, maxsplit=1)[0], []).append(wording)
        self._pattern_by_first = {first: _compile(wordings) for first, wordings in by_first.items()}
        self._memo: dict[int, re.Pattern[str] | None] = {}
        unit = f"(?P<unit> {_alternate(words['unit'])} )"
        per = rf"(?: [ ]? (?: / | per[ ] ) [ ]? (?: {_alternate(words['per'])} ) ){{0,2}}"
        number = (
            rf"(?P<low> {_NUMBER} ) (?: [ ]? (?: - | \u2013 | to | / ) [ ]? (?P<high> {_NUMBER} ) (?= [ -]? [a-z%] ) )?"
        )
        amount = rf"{number} [ -]? {unit} (?P<per> {per} ) (?! [a-z0-9] )"
        self._amount = re.compile(rf"(?: 1/2[ ] )? {amount}", _FLAGS)
        routes = f"(?P<route> {_alternate(words['route'])} )"
        self._before = re.compile(
            rf"(?<! [\d.,/:-] ) {amount} [ ] (?: of[ ] )? (?: {routes} [ ] )? (?: of[ ] )? $",
            _FLAGS,
        )
        self._bare = re.compile(rf"(?P<low> {_NUMBER} ) (?! [\d/:.,%-] )", _FLAGS)
        self._parts = {
            kind: re.compile(rf"(?P<word> {_alternate(words[kind])} ) (?! [a-z0-9] )", _FLAGS)
            for kind in ("route", "frequency", "need")
        }

    @classmethod
    def load(cls, names: Iterable[str] = (), path: Path | None = None) -> DosageReader:
        """Read ``medication_names.tsv`` and ``dosage_words.tsv``; ``names`` are further medications.

        Raises
        ------
        DataFileError
            If a row has an unknown kind.
        """
        path = path or FOLDER / "medication_names.tsv"
        medications = {name.lower(): name.lower() for name in names}
        medications |= {row["wording"]: row["medication"] for _, row in read_rows(path)}
        words: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for number, row in read_rows(path.with_name("dosage_words.tsv")):
            if row["kind"] not in KINDS:
                msg = f"dosage_words.tsv line {number}: kind {row['kind']!r} is unknown; expected one of {KINDS}"
                raise DataFileError(msg)
            words[row["kind"]][row["wording"]] = row["value"]
        return cls(medications, words)

    def __call__(self, doc: Doc, note: Note, keys: Sequence[int] | None = None) -> tuple[Dosage, ...]:
        """Return the dosages of a note; ``keys`` are those of its lower-case tokens, if they are known already.

        Examples
        --------
        >>> from codeassist.terminology.words import get_tokenizer
        >>> note = Note("n1", "Started vancomycin 1 g IV q12h.")
        >>> (found,) = DosageReader.load()(get_tokenizer()(note.text), note)
        >>> found.medication, found.value, found.unit, found.route, found.frequency
        ('vancomycin', 1.0, 'g', 'intravenous', 'q12h')
        """
        return tuple(self._read(doc, note, read_keys(doc) if keys is None else keys))

    def _read(self, doc: Doc, note: Note, keys: Sequence[int]) -> Iterator[Dosage]:
        text = note.text if note.text.isascii() else note.text.translate(_PLAIN)
        read_to = 0
        for start, end in self._find_names(doc, text, keys):
            if start >= read_to:
                dosage = self._read_dosage(text, note.note_id, start, end, read_to)
                read_to = end if dosage is None else dosage.span.end
                if dosage is not None:
                    yield dosage

    def _find_names(self, doc: Doc, text: str, keys: Sequence[int]) -> Iterator[tuple[int, int]]:
        memo = self._memo
        unknown = _UNKNOWN
        for token in [token for token, key in enumerate(keys) if memo.get(key, unknown) is not None]:
            pattern = memo.get(keys[token], unknown)
            if pattern is unknown:
                pattern = memo[keys[token]] = self._find_pattern(doc.vocab.strings[keys[token]])
            start = doc[token].idx
            matched = pattern.match(text, start) if pattern is not None else None
            if matched is not None:
                yield start, matched.end()
        if len(memo) > _MEMO_SIZE:
            self._memo = {}

    def _find_pattern(self, lower: str) -> re.Pattern[str] | None:
        return self._pattern_by_first.get(re.split(r"[^a-z0-9]", lower, maxsplit=1)[0])

    def _read_dosage(self, text: str, note_id: str, start: int, end: int, read_to: int) -> Dosage | None:
        before = None
        if _NUMERIC.search(text, max(read_to, start - _REACH), start):
            before = self._before.search(text, max(read_to, start - _REACH), start)
        found: dict[str, str] = {}
        amount = self._make_amount(before) if before is not None else None
        if before is not None and before["route"]:
            found["route"] = self._words["route"][_fold(before["route"])]
        elif before is None:
            start, found = self._read_route_before(text, start, read_to)
        place, amount = self._read_amount(text, end, amount)
        how = self._read_how(text, place, found)
        if amount is None and how.end > place:
            # "heparin gtt at 18 units/kg/h": the amount may follow how it is given.
            place, amount = self._read_amount(text, how.end, None)
            how = self._read_how(text, max(place, how.end), how.found)
        if amount is None and (bare := self._read_bare(text, end)) is not None:
            following = self._read_how(text, bare.end, found)
            if following.end > bare.end:
                amount, how = bare, following
        if amount is None and not how.found:
            return None
        span = Span(
            note_id, min([start, *([amount.start] if amount else [])]), max(end, how.end, amount.end if amount else 0)
        )
        return Dosage(
            span,
            self._medication_by_wording[_fold(text[_trim(text, start, end, self._medication_by_wording) : end])],
            amount.value if amount else None,
            amount.unit if amount else "",
            how.found.get("route", ""),
            how.found.get("frequency", ""),
            as_needed="need" in how.found,
            high=amount.high if amount else None,
        )

    def _read_route_before(self, text: str, start: int, lower: int) -> tuple[int, dict[str, str]]:
        """Return where a route directly before a name starts ("IV vancomycin"), and the route."""
        routes = self._words["route"]
        begin = start
        while begin > max(lower, start - _ROUTE_REACH) and text[begin - 1] == " ":
            begin = max(text.rfind(" ", lower, begin - 1), text.rfind("\n", lower, begin - 1), lower - 1) + 1
            route = routes.get(_fold(text[begin:start]))
            if route is not None:
                return begin, {"route": route}
        return start, {}

    def _read_amount(self, text: str, end: int, known: _Amount | None) -> tuple[int, _Amount | None]:
        """Return where route and frequency may follow, and the amount behind a name unless it stands before it."""
        if known is not None:
            return end, known
        place = _skip(text, end)
        matched = self._amount.match(text, place) if place > end else None
        if matched is None:
            return end, None
        amount = self._make_amount(matched)
        # "1-2 tablets of 500 mg": what is swallowed follows the strength, or the other way round; the first one counts.
        return amount.end, amount

    def _read_bare(self, text: str, end: int) -> _Amount | None:
        place = _skip(text, end)
        matched = self._bare.match(text, place) if place > end else None
        return _Amount(_read_number(matched["low"]), None, "", place, matched.end()) if matched is not None else None

    def _read_how(self, text: str, place: int, known: Mapping[str, str]) -> _How:
        """Return route, frequency and need that follow a place, in any order."""
        found, end = dict(known), place
        for _ in range(_MAX_PARTS):
            joint = _JOINT.match(text, end)
            begin = joint.end() if joint is not None else end
            interval = _INTERVAL.match(text, begin)
            if interval is not None and "frequency" not in found:
                found["frequency"] = _write_interval(interval)
                end = interval.end()
                continue
            part = self._match_part(text, begin, found) if begin > end else None
            if part is None:
                break
            kind, value, end = part
            found[kind] = value
        return _How(found, end)

    def _match_part(self, text: str, place: int, found: Mapping[str, str]) -> tuple[str, str, int] | None:
        for kind, pattern in self._parts.items():
            matched = pattern.match(text, place) if kind not in found else None
            if matched is not None:
                return kind, self._words[kind][_fold(matched["word"])], matched.end()
        return None

    def _make_amount(self, matched: re.Match[str]) -> _Amount:
        low, high = _read_number(matched["low"]), _read_number(matched["high"]) if matched["high"] else None
        units = [self._words["unit"][_fold(matched["unit"])]]
        units += [
            self._words["per"][_fold(part)] for part in re.split(r"\s*/\s*|\s*per\s+", matched["per"]) if part.strip()
        ]
        # "875/125 mg" is a combination of two, no range.
        high = high if high is not None and high > low else None
        return _Amount(low, high, "/".join(units), matched.start(), matched.end("per"))


# Characters that stand for a plain one; the text keeps its length.
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2005": " ", "\u200a": " ", "\u03bc": "u", "\u00b5": "u"}
)


def _compile(wordings: Iterable[str]) -> re.Pattern[str]:
    parts = (
        r"[ \t]{1,2}".join(map(re.escape, wording.split())) for wording in sorted(wordings, key=lambda w: (-len(w), w))
    )
    return re.compile(rf"(?:{'|'.join(parts)})(?![A-Za-z0-9])", re.IGNORECASE)


def _alternate(wordings: Iterable[str]) -> str:
    ordered = sorted(wordings, key=lambda wording: (-len(wording), wording))
    return " | ".join("[ ]".join(map(re.escape, wording.split())) for wording in ordered)


def _fold(written: str) -> str:
    return " ".join(written.lower().split())


def _trim(text: str, start: int, end: int, known: Mapping[str, str]) -> int:
    """Return where the name itself starts in a stretch that may begin with a route."""
    while start < end and _fold(text[start:end]) not in known:
        start = text.find(" ", start, end) + 1 or end
    return start


def _skip(text: str, place: int) -> int:
    for _ in range(_MAX_PARTS):
        skipped = _SKIPPED.match(text, place)
        if skipped is None:
            break
        place = skipped.end()
    while place < len(text) and text[place] == " ":
        place += 1
    return place


def _read_number(written: str) -> float:
    folded = written.lower().strip()
    return float(_NUMBERS.get(folded) or folded.replace(",", ""))


def _write_interval(matched: re.Match[str]) -> str:
    if matched["every"]:
        every = matched["every"].lower()
        return f"q{_HOURS.get(every, every)}h"
    return f"q{matched['low']}-{matched['high']}h" if matched["high"] else f"q{matched['low']}h"
