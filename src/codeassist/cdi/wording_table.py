"""Finds the wordings of a table in tokens, each looked up by its first word so that work grows with the text only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Generic, TypeVar

from codeassist.cdi.lint_rules import FOLDER, read_table
from codeassist.cdi.wordings import Token, Wording, first_words, match_wording, parse_wording

K = TypeVar("K")
_SHIELD = "-"
_MOST_KNOWN = 10_000


class WordingTable(Generic[K]):
    """This is a set of wordings, each with what it stands for."""

    def __init__(self, entries: Iterable[tuple[Wording, K]]) -> None:
        self._by_word: dict[str, list[tuple[Wording, K]]] = defaultdict(list)
        self._by_prefix: dict[str, list[tuple[Wording, K]]] = defaultdict(list)
        for wording, key in entries:
            for word in first_words(wording):
                table, name = (self._by_prefix, word[:-1]) if word[-1] == "*" else (self._by_word, word)
                table[name].append((wording, key))
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix})
        self._known: dict[str, tuple[tuple[Wording, K], ...]] = {}

    def find(self, tokens: Sequence[Token], diagnoses: dict[int, int] | None = None) -> Iterator[tuple[int, int, K]]:
        """Yield first token, place after the last and meaning of everything found, in order of place."""
        for place, token in enumerate(tokens):
            known = self._known.get(token.word)
            for wording, key in self._look_up(token.word) if known is None else known:
                end = match_wording(wording, tokens, place, diagnoses)
                if end is not None and end > place:
                    yield place, end, key

    def _look_up(self, word: str) -> tuple[tuple[Wording, K], ...]:
        """Return the wordings that can begin with a word, and remember them."""
        prefixes = (word[:length] for length in self._lengths if len(word) >= length)
        found = (
            *self._by_word.get(word, ()),
            *(each for prefix in prefixes for each in self._by_prefix.get(prefix, ())),
        )
        if len(self._known) < _MOST_KNOWN:
            self._known[word] = found
        return found


@lru_cache(maxsize=1)
def _load_diagnoses() -> WordingTable[frozenset[str]]:
    rows = read_table(FOLDER / "diagnosis_words.tsv", ("words", "concepts"))
    return WordingTable((parse_wording(row["words"]), frozenset(row["concepts"].split("|"))) for row in rows)


def find_diagnoses(tokens: Sequence[Token]) -> list[tuple[int, int, frozenset[str]]]:
    """Return first token, place after the last and concepts of every diagnosis; longer wordings hide shorter ones.

    Examples
    --------
    >>> from codeassist.cdi.wordings import read_tokens
    >>> [sorted(concepts) for _, _, concepts in find_diagnoses(read_tokens("Septic shock, ST depression"))]
    [['sepsis', 'shock']]
    """
    found: list[tuple[int, int, frozenset[str]]] = []
    end = 0
    for first, last, concepts in sorted(_load_diagnoses().find(tokens), key=lambda each: (each[0], -each[1])):
        if first >= end:
            found.append((first, last, concepts))
            end = last
    return [each for each in found if _SHIELD not in each[2]]
