"""Finds the wordings of the term index in a tokenized note, all stretches of the note at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from spacy.attrs import ORTH
from spacy.tokens import Doc

from codeassist.terminology.spelling import SpellingCorrector
from codeassist.terminology.term_index import MAX_WORDS, TermIndex
from codeassist.terminology.words import WordNormalizer, hash_word

# Punctuation that ends a wording: a term does not reach across it.
_BREAKS = frozenset(".,;:?!()[]{}|•→⇒*#=<>~^\u2013\u2014") | {"--", "...", "+"}
_CONJUNCTIONS = frozenset({",", "and", "or", "&", "And", "AND", "OR", "/"})
_LONG_WORD = 10
_CLAUSE_ENDS = frozenset(".;:?!•|#*")


@dataclass(frozen=True, slots=True)
class NoteWords:
    """This is a note as the matcher sees it: its content words in order.

    Everything has one entry a content word. ``token`` is the position in the Doc; ``segment`` changes at every break a
    term cannot cross (comma, bracket, bullet, line end); ``item`` changes at the same places but commas; ``clause``
    changes only at the ends of clauses. ``after_conjunction`` marks the words behind "and", "or" or a comma.
    ``word_set`` holds the words, and every two of a segment that follow each other, joined by a space.
    """

    words: tuple[str, ...]
    token: tuple[int, ...]
    segment: npt.NDArray[np.int32]
    item: npt.NDArray[np.int32]
    clause: tuple[int, ...]
    hashes: npt.NDArray[np.uint64]
    is_modifier: npt.NDArray[np.bool_]
    after_conjunction: tuple[bool, ...]
    word_set: frozenset[str]


class Match(NamedTuple):
    """This is a stretch of content words, ``first`` to ``last`` included, that names the terms at ``place``."""

    first: int
    last: int
    size: int
    place: int


class WordReader:
    """This turns tokens into `NoteWords`.

    Parameters
    ----------
    normalizer
        Gives the normal form of a token.
    modifiers
        Normal forms that only modify (side, acuity, severity...): a term is also found where they stand inside it.
    corrector
        Gives the word that an unknown word misspells; None to leave words as they are.
    """

    def __init__(
        self, normalizer: WordNormalizer, modifiers: AbstractSet[str], corrector: SpellingCorrector | None
    ) -> None:
        self._normalizer = normalizer
        self._corrector = corrector
        self._modifiers = modifiers
        # By spaCy's number of the token's text: nothing is decoded for a token that was seen before.
        self._known: dict[int, tuple[str, int, bool, str]] = {}

    def __call__(self, doc: Doc) -> NoteWords:
        """Read the content words of a tokenized note."""
        words, tokens, segments, items, clauses, hashes, modifiers, joined = [], [], [], [], [], [], [], []
        segment = item = clause = 0
        after_conjunction = False
        known, read = self._known, self._read
        for position, orth in enumerate(doc.to_array(ORTH).tolist()):
            word, number, is_modifier, text = known.get(orth) or read(orth, doc)
            if word:
                words.append(word)
                tokens.append(position)
                segments.append(segment)
                items.append(item)
                clauses.append(clause)
                hashes.append(number)
                modifiers.append(is_modifier)
                joined.append(after_conjunction)
                after_conjunction = False
                continue
            if text in _BREAKS or _is_line_end(doc, position, text):
                segment += 1
                item += text != ","
                clause += text in _CLAUSE_ENDS or text.isspace()
            after_conjunction |= text in _CONJUNCTIONS
        return NoteWords(
            tuple(words),
            tuple(tokens),
            np.array(segments, np.int32),
            np.array(items, np.int32),
            tuple(clauses),
            np.array(hashes, np.uint64),
            np.array(modifiers, np.bool_),
            tuple(joined),
            frozenset(words).union(_join_neighbours(words, segments)),
        )

    def _read(self, orth: int, doc: Doc) -> tuple[str, int, bool, str]:
        text = doc.vocab.strings[orth]
        word = self._normalizer(text)
        # A capitalised word may be a name, and names are not corrected into diseases; long ones hardly are names.
        if word and self._corrector is not None and (text.islower() or text.isupper() or len(text) >= _LONG_WORD):
            word = self._corrector.correct(word) or word
        read = (word, hash_word(word) if word else 0, word in self._modifiers, "" if word else text)
        if len(self._known) < 200_000:
            self._known[orth] = read
        return read


def _join_neighbours(words: Sequence[str], segments: Sequence[int]) -> Iterator[str]:
    places = zip(words, words[1:], segments, segments[1:], strict=False)
    return (f"{word} {following}" for word, following, segment, other in places if segment == other)


def _is_line_end(doc: Doc, position: int, text: str) -> bool:
    """Tell whether white space ends a line of a list rather than wraps a sentence."""
    if not text.isspace() or "\n" not in text:
        return False
    following = doc[position + 1].text if position + 1 < len(doc) else ""
    return "\n" in text.replace("\n", "", 1) or not following[:1].islower()


class TermMatcher:
    """This finds every term of the index in a note, longest first, without overlaps."""

    def __init__(self, index: TermIndex) -> None:
        self._index = index

    def __call__(self, words: NoteWords) -> tuple[Match, ...]:
        """Return the matches in order of place."""
        everything = np.arange(len(words.words))
        plain = np.flatnonzero(~words.is_modifier)
        streams = [(everything, False), (plain, True)] if len(plain) < len(everything) else [(everything, False)]
        found = [match for chosen, gaps_only in streams for match in self._find(words, chosen, gaps_only=gaps_only)]
        return _resolve(found, len(words.words))

    def _find(self, words: NoteWords, chosen: npt.NDArray[np.intp], *, gaps_only: bool) -> list[Match]:
        """Return the terms among the stretches of chosen words, with ``gaps_only`` only those that skip a word."""
        running = np.zeros(len(chosen) + 1, np.uint64)
        np.cumsum(words.hashes[chosen], out=running[1:])
        segments, items = words.segment[chosen], words.item[chosen]
        opens_item = np.ones(len(chosen), np.bool_)
        opens_item[1:] = items[1:] != items[:-1]
        starts, sizes = [], []
        for size in range(1, min(MAX_WORDS, len(chosen)) + 1):
            count = len(chosen) - size + 1
            # "Osteoarthritis, left knee": only what opens an item is read across its commas.
            is_whole = (segments[size - 1 :] == segments[:count]) | (
                opens_item[:count] & (items[size - 1 :] == items[:count])
            )
            if gaps_only:
                is_whole &= chosen[size - 1 :] - chosen[:count] >= size
            same = np.flatnonzero(is_whole)
            starts.append(same)
            sizes.append(np.full(len(same), size))
        if not starts:
            return []
        start, size = np.concatenate(starts), np.concatenate(sizes)
        hits, places = self._index.find_keys(running[start + size] - running[start])
        first, last = chosen[start[hits]], chosen[start[hits] + size[hits] - 1]
        rows = zip(first.tolist(), last.tolist(), size[hits].tolist(), places.tolist(), strict=True)
        return [match for match in (Match(*row) for row in rows) if not self._is_broken(words, match)]

    def _is_broken(self, words: NoteWords, match: Match) -> bool:
        """Tell whether a conjunction stands between words that name a term only together."""
        return (
            match.last > match.first
            and any(words.after_conjunction[match.first + 1 : match.last + 1])
            and self._index.is_one_piece(match.place)
        )


def _resolve(found: list[Match], length: int) -> tuple[Match, ...]:
    """Keep the matches with most words; where equal, the tighter, then the earlier."""
    taken = bytearray(length)
    kept = []
    for match in sorted(set(found), key=lambda m: (-m.size, m.last - m.first, m.first)):
        if not any(taken[match.first : match.last + 1]):
            taken[match.first : match.last + 1] = b"\x01" * (match.last + 1 - match.first)
            kept.append(match)
    return tuple(sorted(kept, key=lambda m: m.first))
