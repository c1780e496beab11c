"""Finds names of medications, which hint at what a patient is treated for and never name a code by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from codeassist.annotation.matcher import NoteWords
from codeassist.terminology.words import WordNormalizer


class MedicationFinder:
    """This finds medication names in the words of a note.

    Parameters
    ----------
    names
        Generic and brand names.
    normalizer
        Gives the normal forms of their words.
    """

    def __init__(self, names: Iterable[str], normalizer: WordNormalizer) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for name in sorted(names, key=lambda name: (-len(name), name)):
            words = normalizer.split(name)
            if words:
                self._by_first[words[0]].append((words, name))

    def __call__(self, words: NoteWords) -> Iterator[tuple[int, int, str]]:
        """Yield first and last word position and the name as listed, longest name first."""
        by_first, free = self._by_first, 0
        for i, word in enumerate(words.words):
            if i < free or word not in by_first:
                continue
            for name_words, name in by_first[word]:
                if words.words[i : i + len(name_words)] == name_words:
                    free = i + len(name_words)
                    yield i, free - 1, name
                    break
