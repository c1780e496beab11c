"""The annotation stage: from notes and sections to mentions with their assertion, and measurements.

Spells out the order of reading: tokens, words, terms, senses, assertion. The spaCy Doc lives only here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from spacy.attrs import IDX
from spacy.tokens import Doc

from codeassist.annotation.abbreviations import find_definitions
from codeassist.annotation.assertion import AssertionEngine
from codeassist.annotation.dosages import DosageReader
from codeassist.annotation.labels import LabelFinder
from codeassist.annotation.matcher import Match, NoteWords, TermMatcher, WordReader, keep_apart
from codeassist.annotation.measurements import MeasurementReader
from codeassist.annotation.medications import MedicationFinder
from codeassist.annotation.phrases import PhraseFinder
from codeassist.annotation.senses import SenseChooser
from codeassist.annotation.tokens import NoteTokenizer, read_keys
from codeassist.config import AnnotationSettings
from codeassist.core.mentions import Annotations, Assertion, Dosage, Measurement, Mention
from codeassist.core.notes import Encounter, Note, Section, Span
from codeassist.terminology.axis_wordings import COMMA

_NEARBY = 7
# "AS" and "ALL" look like words of a line in capitals; how far to look for the words beside them.
_SHORT_CAPITALS, _WORD_REACH = 3, 24
# "Sepsis due to E. coli": an organism, like a medication, says something of the condition beside it.
_LEADING_ADJECTIVES = frozenset({"metastatic", "secondary"})
_MALIGNANT_NOUNS = frozenset({"adenocarcinoma", "cancer", "carcinoma", "malignancy", "neoplasm", "tumor"})
_ORGANISMS = ("B95", "B96", "B97")
_Nearby = tuple[tuple[str, ...], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Parts:
    """This is what the stage is built from, in the order of use."""

    read_words: WordReader
    match: TermMatcher
    choose: SenseChooser
    assess: AssertionEngine
    measure: MeasurementReader
    read_dosages: DosageReader
    find_medications: MedicationFinder
    find_phrases: PhraseFinder
    find_labels: LabelFinder


@dataclass(frozen=True, slots=True)
class _Found:
    """This is a named thing with its place in the text and among the words, and the terms it means.

    ``is_condition`` is false for what only says something of a condition: a medication, an organism.
    """

    start: int
    end: int
    first: int
    last: int
    entity_type: str
    reading: str
    terms: tuple[int, ...]
    is_condition: bool = True


class Annotator:
    """This is the annotation stage.

    Reads: notes, sections, observations. Gives: mentions, measurements, dosages.
    """

    def __init__(self, parts: Parts, *, settings: AnnotationSettings) -> None:
        self._parts = parts
        self._settings = settings
        self._tokenize = NoteTokenizer()

    def __call__(self, encounter: Encounter, sections: Sequence[Section]) -> Annotations:
        """Read every note of the encounter."""
        mentions: list[Mention] = []
        measurements: list[Measurement] = []
        dosages: list[Dosage] = []
        for note in encounter.notes:
            own = [section for section in sections if section.body.note_id == note.note_id]
            doc = self._tokenize(note.text)
            mentions += self._read(doc, note, own)
            keys = read_keys(doc)
            measurements += self._parts.measure(doc, note, keys)
            dosages += self._parts.read_dosages(doc, note, keys)
        measurements += self._parts.measure.take(encounter.observations)
        return Annotations(tuple(mentions), tuple(measurements), tuple(dosages))

    def assess(
        self, note: Note, sections: Sequence[Section], spans: Sequence[tuple[int, int]]
    ) -> tuple[Assertion, ...]:
        """Return what a note asserts of any stretches of it."""
        return self._parts.assess(note.text, sections, spans, note.note_id)

    def _read(self, doc: Doc, note: Note, sections: Sequence[Section]) -> Iterator[Mention]:
        words = self._parts.read_words(doc)
        definitions = find_definitions(doc) if self._settings.read_abbreviation_definitions else {}
        read = partial(self._read_match, doc, note.text, words, definitions)
        offsets = doc.to_array(IDX).tolist()
        starts = [offsets[token] for token in words.token]
        taken = bytearray(len(words.words))
        for label in self._parts.find_labels(doc, words, sections, starts):
            taken[label] = 1
        matches = keep_apart(self._parts.match(words), taken, read)
        phrases = list(self._find_phrases(doc, words, sections, starts, [match for match, _ in matches]))
        found = [each for _, readings in matches for each in readings]
        in_phrases = {i for phrase in phrases for i in range(phrase.first, phrase.last + 1)}
        found = [each for each in found if each.first not in in_phrases] + phrases
        found = sorted([*found, *self._find_medications(doc, words, found)], key=lambda each: each.start)
        contexts = list(_nearby_words(words, found))
        # Of a note of megabytes these are a good part of the memory, and the cues need theirs next.
        del words, matches, phrases, read
        assertions = self._parts.assess(note.text, sections, [(each.start, each.end) for each in found], note.note_id)
        places = _Places(sections)
        for each, assertion, nearby in zip(found, assertions, contexts, strict=True):
            yield _make_mention(note, each, assertion, nearby, places)

    def _find_phrases(
        self,
        doc: Doc,
        words: NoteWords,
        sections: Sequence[Section],
        starts: Sequence[int],
        matches: Sequence[Match],
    ) -> Iterator[_Found]:
        headings = [(span.start, span.end) for section in sections for span in section.problem_headings]
        if not headings:
            return
        for first, last in self._parts.find_phrases(words, starts, headings, matches):
            start, end = _place(doc, words, first, last)
            yield _Found(start, end, first, last, "problem", " ".join(words.words[first : last + 1]), ())

    def _find_medications(self, doc: Doc, words: NoteWords, found: Sequence[_Found]) -> Iterator[_Found]:
        taken = {i for each in found for i in range(each.first, each.last + 1)}
        for first, last, name in self._parts.find_medications(words):
            if taken.isdisjoint(range(first, last + 1)):
                start, end = _place(doc, words, first, last)
                yield _Found(start, end, first, last, "medication", name.lower(), (), is_condition=False)

    def _read_match(
        self, doc: Doc, text: str, words: NoteWords, definitions: Mapping[str, str], match: Match
    ) -> tuple[_Found, ...] | None:
        """Return what a match names: nothing for a shield, None where a shorter match may be read instead."""
        start, end = _place(doc, words, match.first, match.last)
        if match.first < match.last and _leads_on(words.words[match.first : match.last + 1], text, end):
            return None
        terms = self._parts.choose(
            match.place,
            text[start:end],
            words=words.word_set,
            definitions=definitions,
            across_joint=bool(words.joints[match.first] != words.joints[match.last]),
            among_capitals=_is_among_capitals(text, start, end),
        )
        if not terms:
            return None if terms is None else ()
        entity_type = self._parts.choose.entity_type(terms[0])
        numbers = tuple(term.number for term in terms)
        is_condition = not terms[0].code.startswith(_ORGANISMS)
        reading = terms[0].text.lower()
        return (_Found(start, end, match.first, match.last, entity_type, reading, numbers, is_condition),)


def _place(doc: Doc, words: NoteWords, first: int, last: int) -> tuple[int, int]:
    """Return start and end characters of a stretch of content words."""
    final = doc[words.token[last]]
    return doc[words.token[first]].idx, final.idx + len(final)


def _leads_on(words: Sequence[str], text: str, end: int) -> bool:
    """Tell whether an adjective in a match parts a disease from what follows: "cancer | metastatic to the lung"."""
    is_open = words[-1] in _LEADING_ADJECTIVES and text[end : end + 4].lower() == " to "
    return is_open or (words[0] in _MALIGNANT_NOUNS and words[1] == "metastatic")


def _is_among_capitals(text: str, start: int, end: int) -> bool:
    """Tell whether a short word of capitals stands between words of capitals, as in a line written in them."""
    if end - start > _SHORT_CAPITALS or not text[start:end].isupper():
        return False
    before, after = text[max(0, start - _WORD_REACH) : start].split(), text[end : end + _WORD_REACH].split()
    near = (before[-1:], after[:1])
    return all(words and len(words[0]) > 1 and words[0].isupper() and words[0].isalpha() for words in near)


def _make_mention(note: Note, found: _Found, assertion: Assertion, nearby: _Nearby, places: _Places) -> Mention:
    section, is_heading = places.find(found.start, found.end)
    return Mention(
        span=Span(note.note_id, found.start, found.end),
        entity_type=found.entity_type,
        section=section,
        assertion=assertion,
        surface=note.text[found.start : found.end],
        reading=found.reading,
        terms=found.terms,
        nearby_words=nearby[0],
        is_heading=is_heading,
        own_words=nearby[1],
    )


class _Places:
    """This answers in which section a place of the note lies; places must be asked in order."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = sections
        self._at = 0
        self._heading = 0

    def find(self, start: int, end: int) -> tuple[str, bool]:
        """Return the kind of the section and whether the place is in the heading of a problem."""
        if not self._sections:
            return "preamble", False
        while self._at < len(self._sections) - 1 and self._sections[self._at].body.end <= start:
            self._at += 1
            self._heading = 0
        section = self._sections[self._at]
        headings = section.problem_headings
        while self._heading < len(headings) and headings[self._heading].end <= start:
            self._heading += 1
        return section.kind, self._heading < len(headings) and headings[self._heading].start < end


def _nearby_words(words: NoteWords, found: Sequence[_Found]) -> Iterator[_Nearby]:
    """Yield for each named thing the words of its clause up to its neighbours, its own included, and where these are.

    Right of it, the words behind a conjunction belong to the next one ("right knee pain and left hip pain"), unless
    they are an aside ("asthma, severe, and hip pain"). Medications and organisms are no neighbours: what is treated, or
    caused, goes on behind.
    """
    conditions = [each for each in found if each.is_condition]
    ends = [*(each.first for each in conditions), len(words.clause)]
    read: dict[_Found, _Nearby] = {}
    lowest = 0
    for each, following in zip(conditions, ends[1:], strict=True):
        low = max(lowest, each.first - _NEARBY)
        while words.clause[low] != words.clause[each.first]:
            low += 1
        high, lowest = _find_reach(words, each.last, following)
        read[each] = _mark_commas(words, low, high, (each.first, each.last))
    yield from (
        read.get(each) or (words.words[each.first : each.last + 1], (0, each.last - each.first + 1)) for each in found
    )


def _find_reach(words: NoteWords, last: int, following: int) -> tuple[int, int]:
    """Return the last word near what ends at ``last``, and the first that its next neighbour may have."""
    clause = words.clause[last]
    has_next = following < len(words.clause) and words.clause[following] == clause
    high, free = last, last + 1
    while high + 1 < following and high < last + _NEARBY and words.clause[high + 1] == clause:
        if has_next and words.after_conjunction[high + 1]:
            end = _find_aside(words, high + 1, following)
            if end == high + 1:
                break
            # What follows in brackets or behind the next comma may share all but a side or severity of its own.
            free = end if words.is_modifier[high + 1 : end].all() else free
            high = end - 1
        else:
            high += 1
    return high, free


def _find_aside(words: NoteWords, start: int, following: int) -> int:
    """Return the end of what stands behind a comma and still says something of what stands before it.

    That is a part that names nothing ("stroke, left MCA territory, due to AF"), and modifiers that no word follows
    closely ("POAG, moderate - treated").
    """
    segment, modified = words.segment[start], start
    if segment == words.segment[start - 1]:
        return start
    end = int(np.searchsorted(words.segment, segment, side="right"))
    if end <= following:
        return end
    while modified < following and words.is_modifier[modified]:
        modified += 1
    is_bound = words.token[modified] == words.token[modified - 1] + 1
    return start if is_bound else modified


def _mark_commas(words: NoteWords, low: int, high: int, own: tuple[int, int]) -> _Nearby:
    """Return the words from ``low`` to ``high`` with a comma where the note has one, and the place of the own ones."""
    nearby = words.words[low : high + 1]
    first, last = own[0] - low, own[1] - low
    segments = words.segment[low : high + 1].tolist()
    if segments[0] == segments[-1]:
        return nearby, (first, last + 1)
    marked: list[str] = []
    places: list[int] = []
    for place, word in enumerate(nearby):
        if place and segments[place] != segments[place - 1]:
            marked.append(COMMA)
        places.append(len(marked))
        marked.append(word)
    return tuple(marked), (places[first], places[last] + 1)
