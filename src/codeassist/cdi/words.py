"""Finds the terms of the condition library in the words of a note, and tells which are denied.

Most findings that a CDI specialist cites ("accessory muscle use", "cool extremities") stand for no code of their own,
so no mention names them; they are looked up word by word. One pass over a note serves all terms.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codeassist.core.notes import Note, Section, Span
from codeassist.errors import DataFileError

TABLE = Path(__file__).with_name("denial_words.tsv")
# A word: letters and digits with inner hyphens or slashes cut off.
_WORD = re.compile(r"[a-z0-9]+")
_BREAK = re.compile(r"[.;:!?\n](?!\d)")
_REACH = 6
# A list of what is denied goes on from comma to comma.
_LIST_REACH = 40
_MINUS = re.compile(r"\(\s*[-\u2013]\s*\)\s*$")
# What these hold is not said of the patient as he is.
_FOREIGN_SECTIONS = frozenset(
    {"family_history", "allergies", "patient_instructions", "discharge_instructions", "administrative",
     "health_maintenance", "immunizations", "risk_factors"}
)  # fmt: skip
Phrase = tuple[str, ...]


def cut_words(text: str) -> Phrase:
    """Return the words of a term as they are looked up: lower case, without a plural's last letter.

    Examples
    --------
    >>> cut_words("Accessory muscles use")
    ('accessory', 'muscle', 'use')
    """
    return tuple(_strip(word) for word in _WORD.findall(text.lower()))


@dataclass(frozen=True, slots=True)
class DenialWords:
    """This is the words that deny.

    ``before`` deny what stands behind them, ``behind`` what stands before them, ``sentence`` all that follows in the
    sentence; ``turns`` end what a denial covers.
    """

    before: frozenset[str]
    behind: frozenset[str]
    turns: frozenset[str]
    sentence: frozenset[str]

    @classmethod
    def load(cls, path: Path = TABLE) -> DenialWords:
        """Read ``denial_words.tsv``.

        Raises
        ------
        DataFileError
            If a row has an unknown place.
        """
        words: dict[str, set[str]] = {"before": set(), "behind": set(), "turn": set(), "sentence": set()}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
            word, place, _ = line.split("\t")
            if place not in words:
                msg = f"{path.name} line {number}: place {place!r} is unknown; expected one of {', '.join(words)}"
                raise DataFileError(msg)
            words[place].add(word if place == "behind" else _strip(word))
        return cls(*(frozenset(found) for found in words.values()))


class TermFinder:
    """This finds phrases in notes.

    Parameters
    ----------
    phrases
        The terms to look for, each cut by `cut_words`.
    denials
        The words that deny.
    """

    def __init__(self, phrases: Iterable[Phrase], denials: DenialWords) -> None:
        self._denials = denials
        # By the first word as written and the second, "" where there is none: a common first word costs one more look.
        by_first: dict[str, dict[str, list[Phrase]]] = defaultdict(lambda: defaultdict(list))
        for phrase in dict.fromkeys(phrases):
            second = phrase[1] if len(phrase) > 1 else ""
            for first in _write(phrase[0]):
                for written in _write(second):
                    by_first[first][written].append(phrase)
        self._by_first: Mapping[str, Mapping[str, Sequence[Phrase]]] = {
            first: dict(found) for first, found in by_first.items()
        }

    def __call__(self, note: Note, sections: Sequence[Section]) -> Iterator[tuple[Phrase, Span]]:
        """Yield every phrase that the note says of the patient, with its place."""
        words = _Words(_lower(note.text), self._denials)
        outside = _Outside([each.body for each in sections if each.kind in _FOREIGN_SECTIONS])
        for place, phrase in self._match(words):
            start, end = words.place(place, place + len(phrase))
            if not outside.holds(start) and not words.is_denied(place, place + len(phrase)):
                yield phrase, Span(note.note_id, start, end)

    def _match(self, words: _Words) -> Iterator[tuple[int, Phrase]]:
        """Yield every phrase that the words hold, with the place of its first word."""
        by_first = self._by_first
        following = [*words.written[1:], ""]
        for place, (written, second) in enumerate(zip(words.written, following, strict=False)):
            if written in by_first:
                by_second = by_first[written]
                for phrase in (*by_second.get("", ()), *(by_second.get(second, ()) if second else ())):
                    if words.match(place, phrase):
                        yield place, phrase


class _Words:
    """This is the words of a note; their places are worked out when first asked for, which many notes never do."""

    def __init__(self, text: str, denials: DenialWords) -> None:
        self._text = text
        self._denials = denials
        self.written: list[str] = _WORD.findall(text)
        self._spans: list[tuple[int, int]] = []

    def match(self, place: int, phrase: Phrase) -> bool:
        """Tell whether a phrase, whose first two words are at ``place``, goes on there."""
        return len(phrase) < 3 or tuple(map(_strip, self.written[place : place + len(phrase)])) == phrase

    def place(self, first: int, end: int) -> tuple[int, int]:
        """Return the characters from one word to another, exclusive."""
        if not self._spans:
            self._spans = [found.span() for found in _WORD.finditer(self._text)]
        return self._spans[first][0], self._spans[end - 1][1]

    def is_denied(self, first: int, end: int) -> bool:
        """Tell whether the words before, or right behind, say that the patient does not have it."""
        return self._is_denied_before(first) or self._is_denied_behind(end)

    def _is_denied_behind(self, end: int) -> bool:
        if end >= len(self.written) or _BREAK.search(self._between(end - 1)):
            return False
        if self.written[end] in ("was", "were", "is", "are") and end + 1 < len(self.written):
            end += 1
        return self.written[end] in self._denials.behind

    def _is_denied_before(self, first: int) -> bool:
        start = self.place(first, first + 1)[0]
        if _MINUS.search(self._text, max(0, start - 6), start):
            return True
        since_comma, may_reach = 0, True
        for place in range(first - 1, max(-1, first - 1 - _LIST_REACH), -1):
            between = self._between(place)
            if between != " " and _BREAK.search(between):
                return False
            since_comma = 0 if "," in between else since_comma + 1
            word = _strip(self.written[place])
            may_reach = may_reach and since_comma <= _REACH and word not in self._denials.turns
            if word in self._denials.sentence or (may_reach and word in self._denials.before):
                return True
        return False

    def _between(self, place: int) -> str:
        return self._text[self.place(place, place + 1)[1] : self.place(place + 1, place + 2)[0]]


class _Outside:
    """This answers whether a place lies in a part of the note that is not about the patient as he is."""

    def __init__(self, bodies: Iterable[Span]) -> None:
        self._edges = sorted((body.start, body.end) for body in bodies)

    def holds(self, start: int) -> bool:
        """Tell whether one of the parts holds a character."""
        at = bisect_right(self._edges, (start, sys.maxsize))
        return at > 0 and start < self._edges[at - 1][1]


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    # A few characters have a longer lower case ("\u0130"); offsets must stay those of the note.
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _write(word: str) -> tuple[str, ...]:
    """Return the forms in which a word that was cut may be written."""
    return (word, f"{word}s") if word and _strip(f"{word}s") == word else (word,)


def _strip(word: str) -> str:
    return word[:-1] if len(word) > 2 and word[-1] == "s" and word[-2] != "s" else word
