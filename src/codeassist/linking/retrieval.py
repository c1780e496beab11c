"""Retrieves terms by the words they share with a wording, weighted by how rare each word is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codeassist.terminology.spelling import SpellingCorrector
from codeassist.terminology.term_index import SHIELD, IndexedTerm, TermIndex
from codeassist.terminology.words import hash_word


@dataclass(frozen=True, slots=True)
class Retrieved:
    """This is one retrieved term.

    ``similarity`` is 1 when the wording's words are exactly the term's; ``added`` is the weight of the term's words
    that the wording lacks.
    """

    term: IndexedTerm
    similarity: float
    added: float


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
        # A misspelled word beside the right one is the same word.
        known = tuple({number: weight for word in words for number, weight in self._weigh(word)}.items())
        if not known:
            return ()
        total = sum(weight for _, weight in known) + self._unknown_weight(words)
        shared = self._add_up(known)
        candidates = np.flatnonzero(shared)
        scores = 2 * shared[candidates] / (total + self._term_weight[candidates])
        added = self._term_weight[candidates] - shared[candidates]
        best = np.argsort(-scores, kind="stable")[:limit]
        found = (Retrieved(self._index.get(int(candidates[i])), float(scores[i]), float(added[i])) for i in best)
        return tuple(each for each in found if each.term.pedigree != SHIELD)

    def _add_up(self, known: Sequence[tuple[int, float]]) -> npt.NDArray[np.float64]:
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
