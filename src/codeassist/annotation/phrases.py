"""Finds headings of problems that no term names as a whole, to be looked up by their words.

"Right knee posterior cruciate ligament strain" may be no wording of the index; as the heading of a problem it still
names one, and linking finds the codes whose wordings share most with it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from codeassist.annotation.matcher import Match, NoteWords

_SHORTEST, _LONGEST = 2, 9
# A heading that ends so ("C diff negative", "MRSA swab neg") names the result of a test, not a problem.
_RESULTS = frozenset({"negative", "neg", "normal", "unremarkable"})


class PhraseFinder:
    """This finds the heading phrases that exact terms leave unread.

    Parameters
    ----------
    generic_words
        Head words that name a kind of condition only; a match of one of them does not read a heading.
    """

    def __init__(self, generic_words: AbstractSet[str]) -> None:
        self._generic_words = generic_words

    def __call__(
        self, words: NoteWords, starts: Sequence[int], headings: Sequence[tuple[int, int]], matches: Sequence[Match]
    ) -> Iterator[tuple[int, int]]:
        """Yield first and last word position of every phrase.

        Parameters
        ----------
        words
            The content words of the note.
        starts
            Start character of each content word.
        headings
            Start and end character of the problem headings.
        matches
            The exact matches, in order of place.
        """
        firsts = [match.first for match in matches]
        for start, end in headings:
            first, last = bisect_left(starts, start), bisect_left(starts, end) - 1
            while last >= first and words.segment[last] != words.segment[first]:
                last -= 1
            inside = matches[bisect_left(firsts, first) : bisect_left(firsts, last + 1)]
            if self._is_unread(words, first, last, inside):
                yield first, last

    def _is_unread(self, words: NoteWords, first: int, last: int, inside: Sequence[Match]) -> bool:
        content = [words.words[i] for i in range(first, last + 1) if not words.is_modifier[i]]
        if not _SHORTEST <= len(content) <= _LONGEST or content[-1] in _RESULTS:
            return False
        return all(match.size == 1 and words.words[match.first] in self._generic_words for match in inside)
