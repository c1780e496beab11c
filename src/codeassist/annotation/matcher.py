"""Finds the wordings of the term index in a tokenized note, all stretches of the note at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from spacy.attrs import ORTH
from spacy.tokens import Doc

from codeassist.terminology.spelling import SpellingCorrector
from codeassist.terminology.term_index import MAX_WORDS, TermIndex
from codeassist.terminology.words import WordNormalizer, hash_word

# Punctuation that ends a wording: a term does not reach across it.
_BREAKS = frozenset(".,;:?!()[]{}|•→⇒*#=<>~^\u2013\u2014") | {"--", "...", "+"}
_JOINTS = frozenset({"and", "or", "&", "And", "Or", "AND", "OR", "/"})
# What may follow a wording read across a comma without taking its last word away: "diabetes, type 2 with neuropathy".
OPENERS = frozenset({"with", "without", "w", "s", "due", "secondary", "status", "from", "to", "as", "is", "was"})
# How many plain words a stretch may hold before and behind its modifier.
_BEFORE, _AFTER = np.array(
    [(before, size - before) for size in range(1, MAX_WORDS) for before in range(size + 1)], np.intp
).T
# The numbers of words that a stretch may have, one a row.
_SIZES = np.arange(1, MAX_WORDS + 1)[:, None]
_LONG_WORD = 10
_CLAUSE_ENDS = frozenset(".;:?!•|#*")
# Behind such a word a colon ends no clause: a pathologist heads his diagnoses with the site and how it was sampled.
_SAMPLINGS = frozenset(
    {"aspiration", "biopsy", "bx", "core", "curettage", "currettings", "excision", "lumpectomy", "mastectomy"}
    | {"polypectomy", "punch", "resection", "shave"}
)
Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class NoteWords:
    """This is a note as the matcher sees it: its content words in order.

    Everything has one entry a content word. ``token`` is the position in the Doc; ``segment`` changes at every break a
    term cannot cross (comma, bracket, bullet, line end); ``item`` changes at the same places but commas; ``clause``
    changes only at the ends of clauses. ``after_conjunction`` marks the words behind "and", "or" or a comma;
    ``joints`` counts the conjunctions so far, commas and those between two modifiers ("left and right") left out.
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
    joints: npt.NDArray[np.int32]
    word_set: frozenset[str]


class Match(NamedTuple):
    """This is a stretch of content words, ``first`` to ``last`` included, that names the terms at ``place``.

    ``size`` is the number of words that the term holds, ``content`` the number of those that are no modifiers.
    """

    first: int
    last: int
    size: int
    place: int
    content: int


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
        comma = joint = is_label = False
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
                joined.append(2 if joint else comma)
                comma = joint = is_label = False
                continue
            is_label |= text == ":" and bool(words) and words[-1] in _SAMPLINGS
            if text in _BREAKS or _is_line_end(doc, position, text):
                segment += 1
                item += text != ","
                clause += not is_label and (text in _CLAUSE_ENDS or text.isspace())
            comma |= text == ","
            joint |= text in _JOINTS
        return NoteWords(
            tuple(words),
            tuple(tokens),
            np.array(segments, np.int32),
            np.array(items, np.int32),
            tuple(clauses),
            np.array(hashes, np.uint64),
            np.array(modifiers, np.bool_),
            tuple(map(bool, joined)),
            _count_joints(np.array(joined, np.int32) == 2, np.array(modifiers, np.bool_)),
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


def _count_joints(is_joint: npt.NDArray[np.bool_], is_modifier: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    between_modifiers = is_modifier.copy()
    between_modifiers[1:] &= is_modifier[:-1]
    return np.cumsum(is_joint & ~between_modifiers, dtype=np.int32)


def _join_neighbours(words: Sequence[str], segments: Sequence[int]) -> Iterator[str]:
    places = zip(words, words[1:], segments, segments[1:], strict=False)
    return (f"{word} {following}" for word, following, segment, other in places if segment == other)


def _is_line_end(doc: Doc, position: int, text: str) -> bool:
    """Tell whether white space ends a line of a list rather than wraps a sentence."""
    if not text.isspace() or "\n" not in text:
        return False
    following = doc[position + 1].text if position + 1 < len(doc) else ""
    return "\n" in text.replace("\n", "", 1) or not following[:1].islower()


class _Stretches(NamedTuple):
    """These are stretches of content words: the sum of their hashes, first and last word, number of words."""

    sums: npt.NDArray[np.uint64]
    first: npt.NDArray[np.intp]
    last: npt.NDArray[np.intp]
    size: npt.NDArray[np.intp]


class TermMatcher:
    """This finds every term of the index in a note."""

    def __init__(self, index: TermIndex) -> None:
        self._index = index

    def __call__(self, words: NoteWords) -> tuple[Match, ...]:
        """Return all matches, the better of two that overlap first; `keep_apart` chooses among them.

        Notes
        -----
        More words that are no modifiers stand before fewer: what "left" adds to "femoral neck fracture" is its side,
        what "osteoporotic" adds is another disease. Then come more words, the tighter and the earlier.
        """
        everything = np.arange(len(words.words))
        plain = np.flatnonzero(~words.is_modifier)
        stretches = [_list_stretches(words, everything, gaps_only=False)]
        if len(plain) < len(everything):
            stretches += [_list_stretches(words, plain, gaps_only=True), _list_around_modifiers(words, plain)]
        sums, firsts, lasts, sizes = map(np.concatenate, zip(*stretches, strict=True))
        hits, places = self._index.find_keys(sums)
        first, last, size = firsts[hits], lasts[hits], sizes[hits]
        running = np.concatenate([[0], np.cumsum(~words.is_modifier)])
        content = running[last + 1] - running[first]
        order = np.lexsort((places, first, last - first, -size, -content))
        columns = (column[order].tolist() for column in (first, last, size, places, content))
        return tuple(match for row in zip(*columns, strict=True) if not _is_cut_short(words, match := Match(*row)))


def keep_apart(
    matches: Iterable[Match], taken: bytearray, read: Callable[[Match], Reading | None]
) -> list[tuple[Match, Reading]]:
    """Return matches that do not overlap, each with what it reads as, in order of place.

    Parameters
    ----------
    matches
        The better of two that overlap first.
    taken
        One byte a content word of the note, 1 for those that no match may hold; the words of those kept are added.
    read
        Gives what a match means; None where it is not to be read, so that a shorter one may take its words.
    """
    kept = []
    for match in matches:
        if any(taken[match.first : match.last + 1]):
            continue
        reading = read(match)
        if reading is not None:
            taken[match.first : match.last + 1] = b"\x01" * (match.last + 1 - match.first)
            kept.append((match, reading))
    return sorted(kept, key=lambda pair: pair[0].first)


def _list_stretches(words: NoteWords, chosen: npt.NDArray[np.intp], *, gaps_only: bool) -> _Stretches:
    """Return the stretches of chosen words that a term may fill.

    With ``gaps_only`` they are those that skip a word, or reach across a comma.
    """
    running = _sum_up(words, chosen)
    segments, items = words.segment[chosen], words.item[chosen]
    opens_item = np.ones(len(chosen), np.bool_)
    opens_item[1:] = items[1:] != items[:-1]
    first, size = np.arange(len(chosen)), _SIZES[: len(chosen)]
    # A row for each size; behind the last word stands the last again, and is taken out below.
    last = np.minimum(first + size - 1, len(chosen) - 1)
    is_within = segments[last] == segments
    # "Osteoarthritis, left knee": only what opens an item is read across its commas.
    is_whole = (is_within | (opens_item & (items[last] == items))) & (first + size <= len(chosen))
    if gaps_only:
        # Behind a modifier an item opens here only: "acute knee, pain".
        is_whole &= (chosen[last] - chosen >= size) | ~is_within
    row, start = np.nonzero(is_whole)
    end = start + row + 1
    return _Stretches(running[end] - running[start], chosen[start], chosen[end - 1], row + 1)


def _list_around_modifiers(words: NoteWords, plain: npt.NDArray[np.intp]) -> _Stretches:
    """Return the stretches of plain words with one modifier, another one skipped: "multiple closed rib fractures".

    Only a modifier that has another one near it in its item can stand so.
    """
    modifiers = np.flatnonzero(words.is_modifier)
    is_near = (np.diff(modifiers) < MAX_WORDS) & (np.diff(words.item[modifiers]) == 0)
    modifiers = modifiers[np.append(is_near, False) | np.append(False, is_near)]
    running = _sum_up(words, plain)
    rank = np.searchsorted(plain, modifiers)[:, None]
    start, end = rank - _BEFORE, rank + _AFTER
    row, column = np.nonzero((start >= 0) & (end <= len(plain)))
    modifier, start, end = modifiers[row], start[row, column], end[row, column]
    first, last = np.minimum(modifier, plain[start]), np.maximum(modifier, plain[end - 1])
    size = end - start + 1
    # Nothing plain stands before the first word of the stretch in its item.
    opens_item = (start == 0) | (words.item[plain[start - 1]] != words.item[first])
    is_whole = (words.segment[first] == words.segment[last]) | (opens_item & (words.item[first] == words.item[last]))
    kept = np.flatnonzero(is_whole & (last - first >= size))
    start, end, modifier = start[kept], end[kept], modifier[kept]
    return _Stretches(running[end] - running[start] + words.hashes[modifier], first[kept], last[kept], size[kept])


def _sum_up(words: NoteWords, chosen: npt.NDArray[np.intp]) -> npt.NDArray[np.uint64]:
    running = np.zeros(len(chosen) + 1, np.uint64)
    np.cumsum(words.hashes[chosen], out=running[1:])
    return running


def _is_cut_short(words: NoteWords, match: Match) -> bool:
    """Tell whether a match across a comma leaves the noun of its last part: "asthma, seasonal" of "allergies"."""
    last = match.last
    if words.segment[match.first] == words.segment[last] or last + 1 == len(words.words):
        return False
    if words.segment[last + 1] != words.segment[last] or words.token[last + 1] != words.token[last] + 1:
        return False
    return not words.is_modifier[last + 1] and words.words[last + 1] not in OPENERS
