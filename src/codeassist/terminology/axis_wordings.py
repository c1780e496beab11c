"""Reads axis values in running words: the wordings of ``axis_values.tsv``, found in titles and in notes.

First link of the axis tables: titles are cut with it (axis_titles) and a note's words are brought with it to the
tokens under which rows are selected (axis_select).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from codeassist.assets import find_asset
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import LEXICON_FOLDER, WordNormalizer

COLUMNS = ("axis", "value", "wording", "provenance")
TABULAR = "tabular_list"
_SIDES = frozenset({"right", "left"})
_SIDE_VALUES = frozenset({"right", "left", "bilateral"})
# After one of these the words that follow are denied, until the clause turns.
_DENIERS = frozenset({"without", "no", "not", "denie", "deny", "denied", "absent", "nor"})
_TURNS = frozenset({"with", "but", "however", "due", "now", "although", "except", "still", "then"})
_DENIED_REACH = 3


DENIED = "\u00ac"
"""Stands before a word that the note denies: ``\u00acexacerbation``."""


@dataclass(frozen=True, slots=True)
class AxisWording:
    """This is one wording of one axis value, as normal forms.

    ``gained`` is what a note that holds it states; ``is_own`` says that the wording is the value's own words.
    """

    axis: str
    value: str
    words: tuple[str, ...]
    is_tabular: bool
    gained: frozenset[str]
    is_own: bool = False


class AxisWordings:
    """This is the reader of axis values.

    Parameters
    ----------
    wordings
        Rows of ``axis_values.tsv`` in normal form.
    """

    def __init__(self, wordings: Iterable[AxisWording]) -> None:
        rows = sorted(wordings, key=lambda row: (-len(row.words), row.axis, row.value, row.words))
        self.rows = tuple(rows)
        counts = Counter(word for row in rows for word in row.words)
        self._by_first: dict[str, list[AxisWording]] = {}
        self._by_rarest: dict[str, list[AxisWording]] = {}
        self._names = [row for row in rows if row.is_own and len(row.words) > 1 and not _SIDES & set(row.words)]
        for row in rows:
            self._by_first.setdefault(row.words[0], []).append(row)
            # "Right coronary artery" is no side of anything: such names count in their order only.
            if len(row.words) == 1 or row.value in _SIDE_VALUES or not _SIDES & set(row.words):
                rarest = min(row.words, key=lambda word: (counts[word], word))
                self._by_rarest.setdefault(rarest, []).append(row)
        self._expand = lru_cache(maxsize=4096)(self._expand_uncached)

    @classmethod
    def load(cls, normalizer: WordNormalizer, *, weak: frozenset[str]) -> AxisWordings:
        """Read ``axis_values.tsv``; a value's own words without the ``weak`` ones are a wording of it, too."""
        wordings: dict[tuple[str, str, tuple[str, ...]], AxisWording] = {}
        for row in read_table(find_asset(f"{LEXICON_FOLDER}/axis_values.tsv"), COLUMNS):
            axis, value = row["axis"], row["value"]
            own = tuple(word for word in normalizer.split(value) if word not in weak) or normalizer.split(value)
            gained = frozenset({value, *own}) if len(own) == 1 or _SIDES & set(own) else frozenset({value})
            for words, is_tabular in ((own, False), (normalizer.split(row["wording"]), row["provenance"] == TABULAR)):
                known = wordings.get((axis, value, words))
                if words and (known is None or is_tabular):
                    wordings[axis, value, words] = AxisWording(axis, value, words, is_tabular, gained, words == own)
        return cls(wordings.values())

    @classmethod
    def unpack(cls, text: bytes) -> AxisWordings:
        """Make a reader from what ``pack`` wrote: no wording has to be taken to pieces again."""
        return cls(
            AxisWording(axis, value, tuple(words), is_tabular, frozenset(gained), is_own)
            for axis, value, words, is_tabular, gained, is_own in json.loads(text)
        )

    def pack(self) -> bytes:
        """Return the wordings as JSON."""
        rows = [(r.axis, r.value, r.words, r.is_tabular, sorted(r.gained), r.is_own) for r in self.rows]
        return json.dumps(rows, separators=(",", ":")).encode()

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
        """Return what ordered words of a note state: words, canonical values, and denied words marked as such.

        Examples
        --------
        >>> wordings = AxisWordings([AxisWording("laterality", "right", ("rt",), False, frozenset({"right"}))])
        >>> sorted(wordings.read(("pain", "rt", "knee", "without", "effusion")))
        ['knee', 'pain', 'right', 'rt', 'without', '¬effusion']
        """
        stated, denied = _part_denied(words)
        named = (row.gained for _, _, row in self.find(stated))
        return frozenset(stated).union(denied, *named)

    def expand(self, words: frozenset[str]) -> frozenset[str]:
        """Return a set of words together with the canonical values whose wordings it holds."""
        return self._expand(words)

    def compose(self, words: frozenset[str]) -> frozenset[str]:
        """Return the words with those of a many-word value replaced by the value, so that any wording of it counts."""
        for row in self._names:
            if words.issuperset(row.words):
                words = words.difference(row.words) | {row.value}
        return words

    def _expand_uncached(self, words: frozenset[str]) -> frozenset[str]:
        added = set(words)
        for word in words:
            for row in self._by_rarest.get(word, ()):
                if words.issuperset(row.words):
                    added |= row.gained
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


def _part_denied(words: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the words that stand, and the denied ones with their mark."""
    kept: list[str] = []
    denied: list[str] = []
    reach = 0
    for word in words:
        if word in _DENIERS:
            kept.append(word)
            reach = _DENIED_REACH
        elif reach and word not in _TURNS:
            denied.append(DENIED + word)
            reach -= 1
        else:
            kept.append(word)
            reach = 0
    return tuple(kept), tuple(denied)
