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
from itertools import pairwise

from codeassist.assets import find_asset
from codeassist.terminology.lexicon import read_table
from codeassist.terminology.words import LEXICON_FOLDER, WordNormalizer

COLUMNS = ("axis", "value", "wording", "provenance")
TABULAR = "tabular_list"
_SIDES = frozenset({"right", "left"})
BILATERAL = "bilateral"
_SIDE_VALUES = frozenset({"right", "left", BILATERAL})
# After one of these the words that follow are denied, until the clause turns.
_DENIERS = frozenset({"without", "no", "not", "denie", "deny", "denied", "absent", "nor"})
_TURNS = frozenset({"with", "but", "however", "due", "now", "although", "except", "still", "then"})
_DENIED_REACH = 3
# Between the two sides of one finding: "right greater than left", "right as well as left".
_JOINING = frozenset(
    {"great", "greater", "more", "less", "worse", "than", "as", "well", "also", "both", "then", "side"}
)
# The value of wordings that look like a side and are none: "r/o", "2 L oxygen".
_NO_SIDE = "no side"
_Hit = tuple[int, int, "AxisWording"]
_Sided = tuple[int, int, str]

COMMA = ","
"""Stands among a note's words for a comma, at which a denial ends."""

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
        # "Without fracture, subsequent encounter": no note denies its own visit.
        self._undeniable = frozenset(row.words[0] for row in rows if row.is_own and row.axis == "encounter")
        self._names = [row for row in rows if row.is_own and len(row.words) > 1 and not _SIDES & set(row.words)]
        for row in rows:
            self._by_first.setdefault(row.words[0], []).append(row)
            # "Right coronary artery" is no side of anything: such names count in their order only.
            if row.value == _NO_SIDE:
                continue
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
            written = normalizer.split(row["wording"])
            if value == _NO_SIDE:
                wordings[axis, value, written] = AxisWording(axis, value, written, is_tabular=False, gained=frozenset())
                continue
            for words, is_tabular in ((own, False), (written, row["provenance"] == TABULAR)):
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

    def find(self, words: Sequence[str], *, tabular_only: bool = False) -> tuple[_Hit, ...]:
        """Return the wordings found in ordered words as (start, end, wording), longest first from left to right."""
        found: list[_Hit] = []
        start = 0
        while start < len(words):
            match = self._match_at(words, start, tabular_only=tabular_only)
            if match is None:
                start += 1
            else:
                found.append((start, start + len(match.words), match))
                start += len(match.words)
        return tuple(found)

    def read(self, words: Sequence[str], own: tuple[int, int] | None = None) -> frozenset[str]:
        """Return what ordered words of a note state: words, canonical values, and denied words marked as such.

        Parameters
        ----------
        words
            Normal forms, and a comma where the note has one.
        own
            First and last place, exclusive, of the words that name the condition. Of a right and a left that do not
            belong together only the side nearest to them is stated.

        Returns
        -------
        frozenset[str]
            What is stated.

        Examples
        --------
        >>> wordings = AxisWordings([AxisWording("laterality", "right", ("rt",), False, frozenset({"right"}))])
        >>> sorted(wordings.read(("pain", "rt", "knee", "without", "effusion")))
        ['knee', 'pain', 'right', 'rt', 'without', '¬effusion']
        """
        stated, denied, own = self._part_denied(words, own)
        hits = self.find(stated)
        dropped = {place for start, end, row in hits if row.value == _NO_SIDE for place in range(start, end)}
        added: frozenset[str] = frozenset()
        sided = [(start, end, side) for start, end, row in hits if (side := _side_of(row))]
        if own is not None and len({side for _, _, side in sided}) > 1:
            side = _nearest_side(_join_sides(sided, stated), own)
            lost = {start for start, _, other in sided if other != side}
            added = frozenset({side}) if side == BILATERAL else added
            dropped |= {place for start, end, _ in hits if start in lost for place in _side_places(stated, start, end)}
            hits = tuple(hit for hit in hits if hit[0] not in lost)
        kept = stated if not dropped else [word for place, word in enumerate(stated) if place not in dropped]
        return frozenset(kept).union(denied, added, *(row.gained for _, _, row in hits))

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
            added.add(BILATERAL)
        return frozenset(added)

    def _match_at(self, words: Sequence[str], start: int, *, tabular_only: bool) -> AxisWording | None:
        for row in self._by_first.get(words[start], ()):
            if tabular_only and not row.is_tabular:
                continue
            if tuple(words[start : start + len(row.words)]) == row.words:
                return row
        return None

    def _part_denied(
        self, words: Sequence[str], own: tuple[int, int] | None
    ) -> tuple[tuple[str, ...], tuple[str, ...], tuple[int, int] | None]:
        """Return the words that stand, without commas, the denied ones with their mark, and where the own ones are."""
        kept: list[str] = []
        denied: list[str] = []
        places: list[int] = []
        reach = 0
        for word in words:
            places.append(len(kept))
            if word in _DENIERS:
                kept.append(word)
                reach = _DENIED_REACH
            elif word == COMMA:
                reach = 0
            elif reach and word not in _TURNS and word not in self._undeniable:
                denied.append(DENIED + word)
                reach -= 1
            else:
                kept.append(word)
                reach = 0
        places.append(len(kept))
        return tuple(kept), tuple(denied), None if own is None else (places[own[0]], places[own[1]])


def _side_of(row: AxisWording) -> str:
    """Return the side that a wording names, alone or inside a name; "" for none."""
    if row.value.startswith(BILATERAL):
        return BILATERAL
    right = "right" in row.gained or "right" in row.words
    left = "left" in row.gained or "left" in row.words
    return "" if right == left else "right" if right else "left"


def _side_places(words: Sequence[str], start: int, end: int) -> range | list[int]:
    """Return the places of a wording's side; of "right lower lobe" the lobe stays."""
    if end - start == 1:
        return range(start, end)
    return [place for place in range(start, end) if words[place] in _SIDE_VALUES]


def _join_sides(sided: Sequence[_Sided], words: Sequence[str]) -> list[_Sided]:
    """Make one of a right and a left that belong together: "right and left", "right knee and left knee"."""
    joined = [sided[0]]
    for (_, before, side), (start, end, other) in pairwise(sided):
        between = words[before:start]
        is_pair = {side, other} == _SIDES and (
            _JOINING.issuperset(between) or list(between) == list(words[end : end + len(between)])
        )
        joined.append((joined.pop()[0], end, BILATERAL) if is_pair else (start, end, other))
    return joined


def _nearest_side(sided: Sequence[_Sided], own: tuple[int, int]) -> str:
    """Return the side nearest to the words of a condition; between equals the one before them."""
    return min(sided, key=lambda hit: (max(own[0] - hit[1], hit[0] - own[1], -1), hit[0]))[2]
