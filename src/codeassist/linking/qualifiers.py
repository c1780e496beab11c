"""Compares the qualifiers of a wording with those of a title: acute or chronic, benign or malignant, of a newborn.

Words that weigh little decide between neighbours: "acute ethmoiditis" has more in common with chronic ethmoidal
sinusitis than a coder sees. ``qualifiers.tsv`` groups the words that exclude each other, or that a wording states if it
means them; a value is assumed where silence may mean it (Guidelines I.C.19.c: a fracture is closed unless said to be
open).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import WordNormalizer

_TABLE = Path(__file__).with_name("qualifiers.tsv")
_COLUMNS = ("group", "value", "word", "silence")
_ASSUMED = "assumed"
Stated = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """This is in how many groups a title contradicts a wording, and in how many it states what the wording does not."""

    opposite: int
    unasked: int


class Qualifiers:
    """This reads the qualifiers of wordings and titles, and compares them.

    Parameters
    ----------
    senses
        The group and the value that each normal form states.
    assumed
        The values that silence may mean.
    """

    def __init__(self, senses: Mapping[str, tuple[str, str]], assumed: frozenset[str]) -> None:
        self._senses = senses
        self._assumed = assumed

    @classmethod
    def load(cls, normalizer: WordNormalizer) -> Qualifiers:
        """Read ``qualifiers.tsv``; a word counts by its normal form."""
        rows = tuple(read_table(_TABLE, _COLUMNS))
        senses = {form: (row["group"], row["value"]) for row in rows for form in normalizer.split(row["word"])}
        return cls(senses, frozenset(row["value"] for row in rows if row["silence"] == _ASSUMED))

    def read(self, words: Iterable[str]) -> Stated:
        """Return the values that words state, by group.

        Examples
        --------
        >>> qualifiers = Qualifiers({"acute": ("acuity", "acute"), "chronic": ("acuity", "chronic")}, frozenset())
        >>> qualifiers.read(["chronic", "cough"])
        {'acuity': frozenset({'chronic'})}
        """
        stated: dict[str, set[str]] = defaultdict(set)
        for group, value in filter(None, map(self._senses.get, words)):
            stated[group].add(value)
        return {group: frozenset(values) for group, values in stated.items()}

    def compare(self, asked: Stated, answer: Stated) -> Difference:
        """Return how a title differs from a wording, by what each states.

        Examples
        --------
        >>> qualifiers = Qualifiers({}, frozenset({"closed"}))
        >>> closed, open_ = {"openness": frozenset({"closed"})}, {"openness": frozenset({"open"})}
        >>> qualifiers.compare(closed, open_)
        Difference(opposite=1, unasked=0)
        >>> qualifiers.compare({}, open_).unasked, qualifiers.compare({}, closed).unasked
        (1, 0)
        """
        shared = answer.keys() & asked.keys()
        opposite = sum(1 for group in shared if asked[group].isdisjoint(answer[group]))
        unasked = sum(1 for group, values in answer.items() if group not in asked and values - self._assumed)
        return Difference(opposite, unasked)
