"""Retrieves terms for a wording: by the words they share, weighted by how rare each is, and by nearness of vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codeassist.terminology.embedding import TermVectors
from codeassist.terminology.spelling import SpellingCorrector
from codeassist.terminology.term_index import SHIELD, IndexedTerm, TermIndex
from codeassist.terminology.words import hash_word

_BLOCK = 64
# Any letters lie near some term: invented ones reach a cosine of 0.7. Where no word of a wording is known, a term
# counts from here: "gastroparetic" has 0.8 with "gastroparesis".
_ALONE = 0.75
Numbers = npt.NDArray[np.intp]
Values = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """This is one retrieved term.

    ``similarity`` is 1 when the wording's words are exactly the term's; ``added`` is the weight of the term's words
    that the wording lacks; ``covered`` is the share of the wording's weight that the term has; ``cosine`` is 1 when
    their vectors have the same direction, and 0 where none was asked for; ``has_rarest`` tells whether the term has
    the rarest of the wording's words.
    """

    term: IndexedTerm
    similarity: float
    added: float
    covered: float = 0.0
    cosine: float = 0.0
    has_rarest: bool = False


@dataclass(frozen=True, slots=True)
class Overlap:
    """This is what a wording has in common with every term.

    ``shared`` is the weight of the words that both have, by the term's number; ``weight`` that of all words of a term,
    ``total`` that of the wording's; ``rarest`` are the numbers of the terms that have the wording's rarest word, in
    ascending order.
    """

    shared: Values
    weight: Values
    total: float
    rarest: Numbers

    def find_similar(self, count: int) -> list[int]:
        """Return the numbers of the most similar terms, the most similar first."""
        candidates = np.flatnonzero(self.shared)
        similarity = 2 * self.shared[candidates] / (self.total + self.weight[candidates])
        numbers: list[int] = candidates[find_largest(similarity, count)].tolist()
        return numbers

    def read(self, term: IndexedTerm, *, cosine: float = 0.0) -> Retrieved:
        """Return one term with its figures."""
        shared, weight = float(self.shared[term.number]), float(self.weight[term.number])
        similarity = 2 * shared / (self.total + weight) if shared else 0.0
        covered = shared / self.total if shared else 0.0
        return Retrieved(term, similarity, weight - shared, covered, cosine, self._has_rarest(term.number))

    def _has_rarest(self, number: int) -> bool:
        place = int(np.searchsorted(self.rarest, number))
        return place < len(self.rarest) and int(self.rarest[place]) == number


class WordRetriever:
    """This finds the terms most similar to a wording by weighted Dice overlap of their words.

    Parameters
    ----------
    index
        The term index.
    corrector
        Gives the word that an unknown word misspells.
    """

    def __init__(self, index: TermIndex, corrector: SpellingCorrector) -> None:
        self._index = index
        self._corrector = corrector
        self._hashes = index.store["vocabulary_hashes"]
        self._offsets = index.store["posting_offsets"]
        self._postings = index.store["postings"]
        self._idf = index.store["idf"]
        self._term_weight = index.store["term_weight"]

    def __call__(self, words: Sequence[str], *, limit: int = 20) -> tuple[Retrieved, ...]:
        """Return the terms that share most with ``words``, best first.

        Parameters
        ----------
        words
            Normal forms of the wording.
        limit
            How many terms at the most.
        """
        overlap = self.compare(words)
        found = map(self._index.get, overlap.find_similar(limit))
        return tuple(overlap.read(term) for term in found if term.pedigree != SHIELD)

    def compare(self, words: Sequence[str]) -> Overlap:
        """Return what a wording has in common with every term."""
        # A misspelled word beside the right one is the same word.
        known = tuple({number: weight for word in words for number, weight in self._weigh(word)}.items())
        total = sum(weight for _, weight in known) + self._unknown_weight(words)
        return Overlap(self._add_up(known), self._term_weight, total, self._find_rarest(known))

    def correct(self, words: Sequence[str]) -> tuple[str, ...]:
        """Return the words, each unknown one that misspells a known one corrected."""
        return tuple(word if self._number(word) >= 0 else self._corrector.correct(word) or word for word in words)

    def _find_rarest(self, known: Sequence[tuple[int, float]]) -> Numbers:
        """Return the terms that have the word of the highest weight, of equal ones the first."""
        if not known:
            return np.empty(0, np.intp)
        number, _ = max(known, key=lambda word: word[1])
        terms: Numbers = self._postings[self._offsets[number] : self._offsets[number + 1]]
        return terms

    def _add_up(self, known: Sequence[tuple[int, float]]) -> npt.NDArray[np.float64]:
        if not known:
            return np.zeros(len(self._term_weight))
        parts = [self._postings[self._offsets[n] : self._offsets[n + 1]] for n, _ in known]
        weights = np.repeat([weight for _, weight in known], [len(part) for part in parts])
        sums = np.bincount(np.concatenate(parts), weights=weights, minlength=len(self._term_weight))
        return sums.astype(np.float64, copy=False)

    def _number(self, word: str) -> int:
        wanted = np.uint64(hash_word(word))
        place = int(np.searchsorted(self._hashes, wanted))
        return place if place < len(self._hashes) and self._hashes[place] == wanted else -1

    def _weigh(self, word: str) -> list[tuple[int, float]]:
        number = self._number(word)
        if number < 0:
            corrected = self._corrector.correct(word)
            number = self._number(corrected) if corrected else -1
        return [(number, float(self._idf[number]))] if number >= 0 else []

    def _unknown_weight(self, words: Sequence[str]) -> float:
        unknown = sum(1 for word in set(words) if self._number(word) < 0 and not self._corrector.correct(word))
        return unknown * float(self._idf.max())


class TermFinder:
    """This finds terms that share words with a wording, and terms that lie near it though they may share none.

    Parameters
    ----------
    index
        The term index.
    by_words
        Compares words.
    vectors
        Compares vectors.
    """

    def __init__(self, index: TermIndex, by_words: WordRetriever, vectors: TermVectors) -> None:
        self._index = index
        self._by_words = by_words
        self._vectors = vectors

    def __call__(
        self, words: Sequence[str], *, similar: int, near: int, also: Iterable[int] = ()
    ) -> Iterator[Retrieved]:
        """Yield the terms with all figures, each once.

        Parameters
        ----------
        words
            Normal forms of the wording.
        similar
            How many terms are found by their words.
        near
            How many are found by their vectors; some of them are among the first.
        also
            Numbers of terms that were found in another way.
        """
        overlap = self._by_words.compare(words)
        cosines = self._vectors.compare(self._by_words.correct(words))
        least = 0.0 if overlap.shared.any() else _ALONE
        nearest = [number for number in find_largest(cosines, near).tolist() if cosines[number] >= least]
        numbers = (*overlap.find_similar(similar), *nearest, *also)
        for term in map(self._index.get, dict.fromkeys(numbers)):
            if term.pedigree != SHIELD:
                yield overlap.read(term, cosine=float(cosines[term.number]))


def find_largest(values: Values, count: int) -> Numbers:
    """Return the places of the largest values above 0, the largest first; of equal values the first.

    Parameters
    ----------
    values
        Any numbers.
    count
        How many at the most.

    Examples
    --------
    >>> find_largest(np.array([0.0, 2.0, 3.0, 2.0]), 2).tolist()
    [2, 1]
    """
    if count < 1:
        return np.empty(0, np.intp)
    bound = 0.0
    whole = len(values) - len(values) % _BLOCK
    if whole >= count * _BLOCK:
        # The count-th largest of the blocks' largest values: no value below it can be among the count largest.
        peaks = values[:whole].reshape(-1, _BLOCK).max(axis=1)
        bound = float(np.partition(peaks, len(peaks) - count)[len(peaks) - count])
    likely = np.flatnonzero((values >= bound) & (values > 0))
    largest: Numbers = likely[np.argsort(-values[likely], kind="stable")[:count]]
    return largest
