"""The wordings that the visit level is read by: cues, tests and drugs, found by their first word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from codeassist.terminology.lexicon import read_table

FOLDER = Path(__file__).parent
WORD = re.compile(r"[a-z0-9]+")


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
        by_first: dict[str, list[tuple[tuple[str, ...], tuple[tuple[str, str], ...]]]] = defaultdict(list)
        for words in sorted(meanings, key=lambda words: (-len(words), words)):
            by_first[words[0]].append((words, tuple(meanings[words])))
        self._by_first = dict(by_first)

    @classmethod
    def load(cls, medications: Iterable[str] = ()) -> WordTable:
        """Read the tables of this folder; ``medications`` adds names of drugs, taken as prescription drugs."""
        return cls(_read_entries(medications))

    def __call__(self, words: list[str]) -> list[Hit]:
        """Return what the words name, in order; of the same kind, a shorter wording inside a longer one is no hit."""
        hits: list[Hit] = []
        by_first = self._by_first
        free: dict[str, int] = {}
        for place, word in enumerate(words):
            found = by_first.get(word)
            if found is not None:
                _collect(hits, free, words, place, found)
        return hits


def _collect(
    hits: list[Hit],
    free: dict[str, int],
    words: list[str],
    place: int,
    found: Iterable[tuple[tuple[str, ...], tuple[tuple[str, str], ...]]],
) -> None:
    for wording, meanings in found:
        size = len(wording)
        if size > 1 and tuple(words[place : place + size]) != wording:
            continue
        for kind, value in meanings:
            if free.get(kind, 0) <= place:
                hits.append(Hit(place, place + size - 1, kind, value))
        for kind, _ in meanings:
            free[kind] = max(free.get(kind, 0), place + size)


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
        row["code_prefix"]: row["nature"]
        for row in read_table(FOLDER / "visit_natures.tsv", ("code_prefix", "nature"))
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
