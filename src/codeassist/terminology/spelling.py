"""Corrects misspelled words of the index's vocabulary, bounded so that no known word is ever changed.

A word is corrected only if neither the index nor the English word list that comes with ``symspellpy`` knows it, and one
word of the index is clearly nearest to it.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, Levenshtein

from codeassist.terminology.store import Array, CompiledStore, load_or_build
from codeassist.terminology.words import hash_word

_SHORTEST = 6
_LONG = 13
# Letters that are mistaken for each other by ear; any other replaced letter makes another word (labral, labial).
_ALIKE = (frozenset("aeiouy"), frozenset("cksz"), frozenset("fp"))
# Beginnings and endings that change the meaning: a correction never goes from one to the other.
_OPPOSITES = (
    ("hypo", "hyper"), ("intra", "infra"), ("ab", "ad"), ("inter", "intra"), ("pre", "pro"), ("pre", "post"),
    ("macro", "micro"), ("brady", "tachy"), ("endo", "exo"), ("ante", "anti"), ("bi", "di"), ("per", "peri"),
    ("supra", "infra"),
)  # fmt: skip
_ENDINGS = (
    "algia", "ectomy", "emia", "itis", "oma", "opia", "osis", "ostomy", "otomy", "pathy", "pexy", "plasia", "plasty",
    "plegia", "rrhea", "scopy", "trophic", "tropic", "uria",
)  # fmt: skip
_WORD_LIST = "frequency_dictionary_en_82_765.txt"


def load_english() -> CompiledStore:
    """Open the compiled hashes of the English word list, compiling it once."""
    source = importlib.resources.files("symspellpy") / _WORD_LIST
    content = source.read_bytes() if source.is_file() else b""

    def build() -> tuple[Mapping[str, Array | bytes], Mapping[str, str]]:
        words = {line.split()[0] for line in content.decode("utf-8-sig").splitlines() if line.strip()}
        return {"hashes": np.sort(np.array([hash_word(word) for word in words], np.uint64))}, {}

    return load_or_build("english-words", key=hashlib.sha256(content).hexdigest(), build=build)


class SpellingCorrector:
    """This finds the one vocabulary word that an unknown word misspells.

    Parameters
    ----------
    vocabulary
        Words that are known and that a misspelling may stand for.
    english
        Sorted hashes of the words that are known but never a correction.
    """

    def __init__(self, vocabulary: Iterable[str], english: npt.NDArray[np.uint64]) -> None:
        self._english = english
        self._near: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._known = frozenset(vocabulary)
        for word in sorted(self._known):
            if len(word) >= _SHORTEST and word.isalpha():
                self._near[word[0], len(word)].append(word)
        self.correct = lru_cache(maxsize=20_000)(self._correct)

    def is_known(self, word: str) -> bool:
        """Tell whether a lower-case word is in the vocabulary or in English."""
        if word in self._known:
            return True
        wanted = np.uint64(hash_word(word))
        place = int(np.searchsorted(self._english, wanted))
        return place < len(self._english) and bool(self._english[place] == wanted)

    def _correct(self, word: str) -> str | None:
        if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()) or self.is_known(word):
            return None
        allowed = 2 if len(word) >= _LONG else 1
        found = sorted(
            (distance, candidate)
            for candidate in self._candidates(word, allowed)
            if (distance := OSA.distance(word, candidate, score_cutoff=allowed)) <= allowed
        )
        if not found or (len(found) > 1 and found[1][0] == found[0][0]):
            return None
        best = found[0][1]
        return best if _sounds_alike(word, best) and not _crosses_opposites(word, best) else None

    def _candidates(self, word: str, allowed: int) -> Sequence[str]:
        lengths = range(len(word) - allowed, len(word) + allowed + 1)
        return [candidate for length in lengths for candidate in self._near.get((word[0], length), ())]


def _sounds_alike(word: str, candidate: str) -> bool:
    """Tell whether letters were only left out, doubled or swapped, or replaced by ones that sound alike."""
    return all(
        any({word[edit.src_pos], candidate[edit.dest_pos]} <= letters for letters in _ALIKE)
        for edit in Levenshtein.editops(word, candidate)
        if edit.tag == "replace" and OSA.distance(word, candidate) == Levenshtein.distance(word, candidate)
    )


def _crosses_opposites(word: str, candidate: str) -> bool:
    return (
        any(
            (word.startswith(a) and candidate.startswith(b)) or (word.startswith(b) and candidate.startswith(a))
            for a, b in _OPPOSITES
        )
        or len({ending for each in (word, candidate) if (ending := _find_ending(each))}) > 1
    )


def _find_ending(word: str) -> str:
    """Return the ending that says what kind of thing a word names, if it has one."""
    return next((ending for ending in _ENDINGS if word.endswith(ending)), "")
