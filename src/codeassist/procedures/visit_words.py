"""The wordings that the visit level is read by: cues, tests and drugs, found by their first word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from codeassist.terminology.lexicon import read_table

FOLDER = Path(__file__).parent
WORD = re.compile(r"[a-z0-9]+")


_Meanings = tuple[tuple[str, str], ...]
_Wording = tuple[int, list[str], _Meanings]


class Hit(NamedTuple):
    """This is one wording found in a clause: first and last word, and what it stands for."""

    first: int
    last: int
    kind: str
    value: str


class WordTable:
    """This finds the wordings of a table in the words of a clause, the longest at each place.

    Parameters
    ----------
    entries
        Wordings with what each one stands for; a wording may stand for several things.
    """

    def __init__(self, entries: Iterable[tuple[str, str, str]]) -> None:
        meanings: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for wording, kind, value in entries:
            meanings[tuple(WORD.findall(wording.lower()))].append((kind, value))
        longer: dict[tuple[str, str], list[_Wording]] = defaultdict(list)
        single: dict[str, _Meanings] = {}
        for words in sorted(meanings, key=lambda words: (-len(words), words)):
            if len(words) == 1:
                single[words[0]] = tuple(meanings[words])
            else:
                longer[words[0], words[1]].append((len(words), list(words), tuple(meanings[words])))
        self._pairs = dict(longer)
        self._single = single

    @classmethod
    def load(cls, medications: Iterable[str] = ()) -> WordTable:
        """Read the tables of this folder; ``medications`` adds names of drugs, taken as prescription drugs."""
        return cls(_read_entries(medications))

    def __call__(self, words: list[str], ends: Sequence[int] = ()) -> list[Hit]:
        """Return what the words name, in order; of a kind, nothing inside what a longer wording of it covers.

        Parameters
        ----------
        words
            The words of one clause, or of several one after the other.
        ends
            Where the clauses end, ascending: no wording reaches over an end.
        """
        single, pairs = self._single, self._pairs
        places = {place for place, word in enumerate(words) if word in single}
        places.update(place for place, pair in enumerate(pairwise(words)) if pair in pairs)
        hits: list[Hit] = []
        free: dict[str, int] = {}
        at, bounds = 0, [*ends, len(words)]
        for place in sorted(places):
            while bounds[at] <= place:
                at += 1
            size, meanings = self._find_longest(words, place, bounds[at])
            for kind, value in [each for each in meanings if free.get(each[0], 0) <= place]:
                hits.append(Hit(place, place + size - 1, kind, value))
                free[kind] = place + size
        return hits

    def _find_longest(self, words: list[str], place: int, end: int) -> tuple[int, _Meanings]:
        if place + 1 < end:
            for size, wording, meanings in self._pairs.get((words[place], words[place + 1]), ()):
                if place + size <= end and (size == 2 or words[place : place + size] == wording):
                    return size, meanings
        return 1, self._single.get(words[place], ())


def _read_entries(medications: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    listed = set()
    for row in read_table(FOLDER / "visit_drugs.tsv", ("wording", "kind")):
        listed.add(row["wording"])
        yield row["wording"], "drug", row["kind"]
    for name in sorted({" ".join(WORD.findall(name.lower())) for name in medications} - listed - {""}):
        yield name, "drug", "prescription"
    for row in read_table(FOLDER / "visit_tests.tsv", ("test", "wording", "kind")):
        yield row["wording"], "test", f"{row['kind']}:{row['test']}"
    for row in read_table(FOLDER / "visit_cues.tsv", ("kind", "value", "wording")):
        yield row["wording"], row["kind"], row["value"]


@lru_cache(maxsize=1)
def read_natures() -> Mapping[str, str]:
    """Return the nature of a problem by the prefix of its code, longest prefixes to be asked first."""
    return {
        row["code_prefix"]: row["nature"] for row in read_table(FOLDER / "visit_natures.tsv", ("code_prefix", "nature"))
    }


def find_nature(code: str) -> str:
    """Return the nature of the problem that a diagnosis code stands for.

    Examples
    --------
    >>> find_nature("E11.9"), find_nature("S93.401A"), find_nature("I21.4")
    ('chronic', 'acute_uncomplicated', 'threat')
    """
    natures = read_natures()
    for length in range(len(code), 0, -1):
        nature = natures.get(code[:length])
        if nature is not None:
            return nature
    return "acute_uncomplicated"
