"""Reads axis values in running words: the wordings of ``axis_values.tsv``, found in titles and in notes.

First link of the axis tables: titles are cut with it (axis_titles) and a note's words are brought with it to the
tokens under which rows are selected (axis_select).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import LEXICON_FOLDER, WordNormalizer

COLUMNS = ("axis", "value", "wording", "provenance")
TABULAR = "tabular_list"
_SIDES = frozenset({"right", "left"})
# After one of these the words that follow are denied, until the clause turns.
_DENIERS = frozenset({"without", "no", "not", "denie", "deny", "denied", "negative", "absent", "nor"})
_TURNS = frozenset({"with", "but", "however", "due", "now", "although", "except", "still", "then"})
_DENIED_REACH = 6


@dataclass(frozen=True, slots=True)
class AxisWording:
    """This is one wording of one axis value, as normal forms; ``gained`` are the value and its words."""

    axis: str
    value: str
    words: tuple[str, ...]
    is_tabular: bool
    gained: frozenset[str]


class AxisWordings:
    """This is the reader of axis values.

    Parameters
    ----------
    wordings
        Rows of ``axis_values.tsv`` in normal form.
    """

    def __init__(self, wordings: Iterable[AxisWording]) -> None:
        self._by_first: dict[str, list[AxisWording]] = {}
        self._by_rarest: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
        rows = sorted(wordings, key=lambda row: (-len(row.words), row.axis, row.value, row.words))
        counts: dict[str, int] = {}
        for row in rows:
            self._by_first.setdefault(row.words[0], []).append(row)
            for word in row.words:
                counts[word] = counts.get(word, 0) + 1
        for row in rows:
            key = min(row.words, key=lambda word: (counts[word], word))
            if len(row.words) == 1 or not _SIDES & set(row.words) or row.value in {"right", "left", "bilateral"}:
                self._by_rarest.setdefault(key, []).append((frozenset(row.words), row.gained))
        self._expand = lru_cache(maxsize=4096)(self._expand_uncached)

    @classmethod
    def load(cls, normalizer: WordNormalizer, path: Path | None = None) -> AxisWordings:
        """Read ``axis_values.tsv`` of the lexicon."""
        path = path or find_asset(f"{LEXICON_FOLDER}/axis_values.tsv")
        rows = read_table(path, COLUMNS)
        return cls(
            AxisWording(
                row["axis"],
                row["value"],
                words,
                row["provenance"] == TABULAR,
                frozenset({row["value"], *normalizer.split(row["value"])}),
            )
            for row in rows
            if (words := normalizer.split(row["wording"]))
        )

    def find(self, words: Sequence[str], *, tabular_only: bool = False) -> tuple[tuple[int, int, AxisWording], ...]:
        """Return the wordings found in ordered words as (start, end, wording), longest first from left to right."""
        found: list[tuple[int, int, AxisWording]] = []
        start = 0
        while start < len(words):
            match = self._match_at(words, start, tabular_only=tabular_only)
            if match is None:
                start += 1
            else:
                found.append((start, start + len(match.words), match))
                start += len(match.words)
        return tuple(found)

    def read(self, words: Sequence[str]) -> frozenset[str]:
        """Return what ordered words of a note state: the words and the canonical values, denied words left out.

        Examples
        --------
        >>> wordings = AxisWordings([AxisWording("laterality", "right", ("rt",), False, frozenset({"right"}))])
        >>> sorted(wordings.read(("pain", "rt", "knee", "without", "effusion")))
        ['knee', 'pain', 'right', 'rt', 'without']
        """
        stated = _drop_denied(words)
        return frozenset(stated).union(*(row.gained for _, _, row in self.find(stated)))

    def expand(self, words: frozenset[str]) -> frozenset[str]:
        """Return a set of words together with the canonical values whose wordings it holds."""
        return self._expand(words)

    def _expand_uncached(self, words: frozenset[str]) -> frozenset[str]:
        added: set[str] = set(words)
        by_rarest = self._by_rarest
        for word in words:
            for needed, gained in by_rarest.get(word, ()):
                if needed <= words:
                    added |= gained
        if added >= _SIDES:
            added.add("bilateral")
        return frozenset(added)

    def _match_at(self, words: Sequence[str], start: int, *, tabular_only: bool) -> AxisWording | None:
        for row in self._by_first.get(words[start], ()):
            if tabular_only and not row.is_tabular:
                continue
            if tuple(words[start : start + len(row.words)]) == row.words:
                return row
        return None


def _drop_denied(words: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    reach = 0
    for word in words:
        if word in _DENIERS:
            kept.append(word)
            reach = _DENIED_REACH
        elif reach and word not in _TURNS:
            reach -= 1
        else:
            kept.append(word)
            reach = 0
    return tuple(kept)
