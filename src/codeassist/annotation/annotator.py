"""The annotation stage: from notes and sections to mentions with their assertion, and measurements.

Spells out the order of reading: tokens, words, terms, senses, assertion. The spaCy Doc lives only here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from spacy.tokens import Doc

from codeassist.annotation.abbreviations import find_definitions
from codeassist.annotation.assertion import AssertionEngine
from codeassist.annotation.matcher import Match, NoteWords, TermMatcher, WordReader
from codeassist.annotation.measurements import MeasurementReader
from codeassist.annotation.medications import MedicationFinder
from codeassist.annotation.phrases import PhraseFinder
from codeassist.annotation.senses import SenseChooser
from codeassist.config import AnnotationSettings
from codeassist.core.mentions import Annotations, Assertion, Measurement, Mention
from codeassist.core.notes import Encounter, Note, Section, Span
from codeassist.terminology.axis_wordings import COMMA
from codeassist.terminology.words import get_tokenizer

_NEARBY = 7
_Nearby = tuple[tuple[str, ...], tuple[int, int]]
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Parts:
    """This is what the stage is built from, in the order of use."""

    read_words: WordReader
    match: TermMatcher
    choose: SenseChooser
    assess: AssertionEngine
    measure: MeasurementReader
    find_medications: MedicationFinder
    find_phrases: PhraseFinder


@dataclass(frozen=True, slots=True)
class _Found:
    """This is a named thing with its place in the text and among the words, and the terms it means."""

    start: int
    end: int
    first: int
    last: int
    entity_type: str
    reading: str
    terms: tuple[int, ...]


class Annotator:
    """This is the annotation stage.

    Reads: notes, sections. Gives: mentions, measurements.
    """

    def __init__(self, parts: Parts, *, settings: AnnotationSettings) -> None:
        self._parts = parts
        self._settings = settings
        self._tokenize = get_tokenizer()

    def __call__(self, encounter: Encounter, sections: Sequence[Section]) -> Annotations:
        """Read every note of the encounter."""
        mentions: list[Mention] = []
        measurements: list[Measurement] = []
        for note in encounter.notes:
            own = [section for section in sections if section.body.note_id == note.note_id]
            doc = self._tokenize(_SURROGATE.sub("?", note.text))
            mentions += self._read(doc, note, own)
            measurements += self._parts.measure(doc, note)
        return Annotations(tuple(mentions), tuple(measurements))

    def assess(
        self, note: Note, sections: Sequence[Section], spans: Sequence[tuple[int, int]]
    ) -> tuple[Assertion, ...]:
        """Return what a note asserts of any stretches of it."""
        doc = self._tokenize(_SURROGATE.sub("?", note.text))
        return self._parts.assess(doc, sections, spans, note.note_id)

    def _read(self, doc: Doc, note: Note, sections: Sequence[Section]) -> Iterator[Mention]:
        words = self._parts.read_words(doc)
        definitions = find_definitions(doc) if self._settings.read_abbreviation_definitions else {}
        matches = self._parts.match(words)
        phrases = list(self._find_phrases(doc, words, sections, matches))
        choose = partial(self._choose, doc, note.text, words, definitions)
        found = [each for match in matches if (each := choose(match)) is not None]
        read = {i for phrase in phrases for i in range(phrase.first, phrase.last + 1)}
        found = [each for each in found if each.first not in read] + phrases
        found = sorted([*found, *self._find_medications(doc, words, found)], key=lambda each: each.start)
        assertions = self._parts.assess(doc, sections, [(each.start, each.end) for each in found], note.note_id)
        contexts = _nearby_words(words, [(each.first, each.last) for each in found])
        places = _Places(sections)
        for each, assertion, nearby in zip(found, assertions, contexts, strict=True):
            yield _make_mention(note, each, assertion, nearby, places)

    def _find_phrases(
        self, doc: Doc, words: NoteWords, sections: Sequence[Section], matches: Sequence[Match]
    ) -> Iterator[_Found]:
        headings = [(span.start, span.end) for section in sections for span in section.problem_headings]
        if not headings:
            return
        starts = [doc[token].idx for token in words.token]
        for first, last in self._parts.find_phrases(words, starts, headings, matches):
            start, end = _place(doc, words, first, last)
            yield _Found(start, end, first, last, "problem", " ".join(words.words[first : last + 1]), ())

    def _find_medications(self, doc: Doc, words: NoteWords, found: Sequence[_Found]) -> Iterator[_Found]:
        taken = {i for each in found for i in range(each.first, each.last + 1)}
        for first, last, name in self._parts.find_medications(words):
            if taken.isdisjoint(range(first, last + 1)):
                start, end = _place(doc, words, first, last)
                yield _Found(start, end, first, last, "medication", name.lower(), ())

    def _choose(
        self, doc: Doc, text: str, words: NoteWords, definitions: Mapping[str, str], match: Match
    ) -> _Found | None:
        start, end = _place(doc, words, match.first, match.last)
        surface = text[start:end]
        terms = self._parts.choose(match.place, surface, words=words.word_set, definitions=definitions)
        if not terms:
            return None
        entity_type = self._parts.choose.entity_type(terms[0])
        numbers = tuple(term.number for term in terms)
        return _Found(start, end, match.first, match.last, entity_type, terms[0].text.lower(), numbers)


def _place(doc: Doc, words: NoteWords, first: int, last: int) -> tuple[int, int]:
    """Return start and end characters of a stretch of content words."""
    final = doc[words.token[last]]
    return doc[words.token[first]].idx, final.idx + len(final)


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


def _nearby_words(words: NoteWords, places: Sequence[tuple[int, int]]) -> Iterator[_Nearby]:
    """Yield for each named thing the words of its clause up to its neighbours, its own included, and where these are.

    Right of it, the words behind a conjunction belong to the next one ("right knee pain and left hip pain").
    """
    clauses = words.clause
    for i, (first, last) in enumerate(places):
        lowest = places[i - 1][1] + 1 if i else 0
        low = max(lowest, first - _NEARBY)
        while clauses[low] != clauses[first]:
            low += 1
        following = places[i + 1][0] if i + 1 < len(places) else len(clauses)
        has_next = following < len(clauses) and clauses[following] == clauses[first]
        high = last
        while high + 1 < following and high < last + _NEARBY and clauses[high + 1] == clauses[first]:
            if has_next and words.after_conjunction[high + 1]:
                break
            high += 1
        yield _mark_commas(words, low, high, (first, last))


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
