"""Reads text as the words under which procedures are known, and finds wordings among them.

A wording is a set of words that stand close together in one line, in any order: ``excision lesion|nevus -breast`` needs
"excision" and one of two words, and no "breast" in the same line.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from codeassist.terminology.words import WordNormalizer

_TOKEN = re.compile(
    r"""
    (?P<xray> [Xx][-\ ]?[Rr]ays? )          # X-ray is one word
  | (?P<pair> [A-Za-z]\ ?&\ ?[A-Za-z]\b )   # D&C, I & D
  | (?P<number> \d+ (?: [.,]\d+ )? )
  | (?P<word> [A-Za-z][A-Za-z0-9']* )
    """,
    re.VERBOSE,
)
# How many words may stand between those of a wording.
SLACK = 5
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Words:
    """This is one line as words: normal forms, where each begins and ends in the note, and the places of each."""

    forms: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    places: Mapping[str, Sequence[int]]

    def join(self, other: Words) -> Words:
        """Return the words of this line followed by those of another."""
        own = len(self.forms)
        places: dict[str, Sequence[int]] = dict(self.places)
        for word, spots in other.places.items():
            places[word] = (*places.get(word, ()), *(spot + own for spot in spots))
        return Words((*self.forms, *other.forms), (*self.starts, *other.starts), (*self.ends, *other.ends), places)


NO_WORDS = Words((), (), (), {})


class ProcedureWords:
    """This is the reader of words: the normal forms of the library, with the forms of procedure names folded further.

    Parameters
    ----------
    normalizer
        Gives the normal forms that all wordings of the library share.
    canonical_by_word
        Word, or beginning of a word with ``*``, to the word it is read as.
    """

    def __init__(self, normalizer: WordNormalizer, canonical_by_word: Mapping[str, str]) -> None:
        self._normalize = normalizer
        self._exact = {word: to for word, to in canonical_by_word.items() if not word.endswith("*")}
        self._prefixes = sorted((w[:-1], to) for w, to in canonical_by_word.items() if w.endswith("*"))
        self._memo: dict[str, str] = {}

    def read(self, text: str, start: int, end: int) -> Words:
        """Return the words of one stretch of a note."""
        memo, forms = self._memo, list[str]()
        starts: list[int] = []
        ends: list[int] = []
        for token in _TOKEN.finditer(text, start, end):
            text_of = token.group()
            form = memo.get(text_of)
            if form is None:
                form = self.fold(text_of)
            if form:
                forms.append(form)
                starts.append(token.start())
                ends.append(token.end())
        places: dict[str, list[int]] = {}
        for place, form in enumerate(forms):
            places.setdefault(form, []).append(place)
        return Words(tuple(forms), tuple(starts), tuple(ends), places)

    def fold(self, token: str) -> str:
        """Return the form under which one word is known, or "" for a word without meaning of its own."""
        known = self._memo.get(token)
        if known is None:
            known = self._fold(token)
            if len(self._memo) < 100_000:
                self._memo[token] = known
        return known

    def _fold(self, token: str) -> str:
        lower = token.lower()
        if lower[0] == "x" and lower.rstrip("s").endswith("ray"):
            return "xray"
        if "&" in lower:
            return lower.replace(" ", "")
        to = self._exact.get(lower) or next((to for prefix, to in self._prefixes if lower.startswith(prefix)), "")
        return self._normalize(to or token)


@dataclass(frozen=True, slots=True)
class Wording(Generic[T]):
    """This is one wording of a thing: its slots of alternative words, and the words that must not be in the line."""

    thing: T
    slots: tuple[frozenset[str], ...]
    barred: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """This is a wording found in a line: the places of its words, in order."""

    thing: T
    places: tuple[int, ...]


def compile_wording(thing: T, text: str, words: ProcedureWords) -> Wording[T] | None:
    """Return the wording that a row of a table describes, or ``None`` if no word of it has a meaning of its own."""
    slots: list[frozenset[str]] = []
    barred: set[str] = set()
    for part in text.split():
        folded = frozenset(form for each in part.removeprefix("-").split("|") if (form := words.fold(each)))
        if part.startswith("-"):
            barred |= folded
        elif folded:
            slots.append(folded)
    needed = frozenset().union(*slots)
    return Wording(thing, tuple(slots), frozenset(barred - needed)) if slots else None


def find_wording(wording: Wording[T], words: Words, *, slack: int = SLACK) -> tuple[int, ...] | None:
    """Return the places of a wording's words if they stand close together in the line, first occurrence first."""
    places = words.places
    if any(word in places for word in wording.barred):
        return None
    spots: list[Sequence[int]] = []
    for slot in wording.slots:
        own = [place for word in slot if word in places for place in places[word]]
        if not own:
            return None
        spots.append(sorted(own))
    return _gather(spots, len(spots) + slack)


def _gather(spots: list[Sequence[int]], width: int) -> tuple[int, ...] | None:
    """Return one place of each slot, all different and within a width, around the first place that allows it."""
    rarest = min(spots, key=len)
    for anchor in rarest:
        taken = {anchor}
        for spot in spots:
            if spot is rarest:
                continue
            near = [place for place in spot if place not in taken and abs(place - anchor) < width]
            if not near:
                break
            taken.add(min(near, key=lambda place: (abs(place - anchor), place)))
        if len(taken) == len(spots) and max(taken) - min(taken) < width:
            return tuple(sorted(taken))
    return None


class WordingIndex(Generic[T]):
    """This is an index of wordings by their rarest slot, so that most lines ask for few of them."""

    def __init__(self, wordings: Iterable[Wording[T]]) -> None:
        kept = list(wordings)
        often = Counter(word for each in kept for slot in each.slots for word in slot)
        self._by_word: dict[str, list[Wording[T]]] = defaultdict(list)
        for each in kept:
            for word in min(each.slots, key=lambda slot: sum(often[word] for word in slot)):
                self._by_word[word].append(each)

    def find(self, words: Words, *, slack: int = SLACK) -> list[Found[T]]:
        """Return every thing that the line names, the longest wording of each."""
        best: dict[T, tuple[int, ...]] = {}
        for word in words.places:
            for wording in self._by_word.get(word, ()):
                known = best.get(wording.thing)
                if known is not None and len(known) >= len(wording.slots):
                    continue
                places = find_wording(wording, words, slack=slack)
                if places is not None:
                    best[wording.thing] = places
        return [Found(thing, places) for thing, places in best.items()]
