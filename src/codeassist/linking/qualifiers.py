"""Compares the qualifiers of a wording with those of a title: acute or chronic, benign or malignant, of a newborn.

Words that share little weight decide between neighbours: "acute ethmoiditis" has more in common with chronic ethmoidal
sinusitis than a coder sees. ``qualifiers.tsv`` groups the words that exclude each other, or that a wording states if it
means them at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import WordNormalizer

_TABLE = Path(__file__).with_name("qualifiers.tsv")
_COLUMNS = ("group", "value", "word")
Stated = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """This is in how many groups a title contradicts a wording, and in how many it states what the wording does not."""

    opposite: int
    unasked: int


class Qualifiers:
    """This reads the qualifiers of wordings and titles.

    Parameters
    ----------
    senses
        The group and the value that each normal form states.
    """

    def __init__(self, senses: Mapping[str, tuple[str, str]]) -> None:
        self._senses = senses

    @classmethod
    def load(cls, normalizer: WordNormalizer) -> Qualifiers:
        """Read ``qualifiers.tsv``; a word counts by its normal form."""
        rows = [(normalizer.split(row["word"]), row["group"], row["value"]) for row in read_table(_TABLE, _COLUMNS)]
        return cls({words[0]: (group, value) for words, group, value in rows if len(words) == 1})

    def read(self, words: Iterable[str]) -> Stated:
        """Return the values that words state, by group.

        Examples
        --------
        >>> qualifiers = Qualifiers({"acute": ("acuity", "acute"), "chronic": ("acuity", "chronic")})
        >>> qualifiers.read(["chronic", "cough"])
        {'acuity': frozenset({'chronic'})}
        """
        stated: dict[str, set[str]] = defaultdict(set)
        for group, value in filter(None, map(self._senses.get, words)):
            stated[group].add(value)
        return {group: frozenset(values) for group, values in stated.items()}


def compare(asked: Stated, answer: Stated) -> Difference:
    """Return how a title differs from a wording in what both state.

    Examples
    --------
    >>> compare({"acuity": frozenset({"acute"})}, {"acuity": frozenset({"chronic"}), "sex": frozenset({"male"})})
    Difference(opposite=1, unasked=1)
    """
    opposite = sum(1 for group in answer.keys() & asked.keys() if asked[group].isdisjoint(answer[group]))
    return Difference(opposite, len(answer.keys() - asked.keys()))
