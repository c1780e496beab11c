"""Joins the right and the left of one condition where the edition has a code for both sides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from codeassist.selection.conditions import Condition
from codeassist.selection.guidelines.parse import name_guideline
from codeassist.terminology.axes import AxisTables
from codeassist.terminology.codeset import CodeSet

BILATERAL = "GL-031"
_LATERALITY, _SIDES, _BOTH = "laterality", ("right", "left"), "bilateral"
_Values = tuple[tuple[str, str], ...]


class SideJoiner:
    """This makes one code of a right-sided and a left-sided one (Guidelines I.B.13).

    Parameters
    ----------
    codeset, tables
        The edition and its axis tables.
    """

    def __init__(self, codeset: CodeSet, tables: AxisTables) -> None:
        self._codeset = codeset
        self._tables = tables
        self._read_rows = lru_cache(maxsize=256)(self._read_rows_uncached)

    def __call__(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        """Return the conditions, two sides of which there is a bilateral code joined under it."""
        by_category: dict[str, list[Condition]] = defaultdict(list)
        for each in conditions:
            if each.kind == "current":
                by_category[each.code[:3]].append(each)
        joined = [pair for found in by_category.values() if len(found) > 1 for pair in self._find_pairs(found)]
        if not joined:
            return tuple(conditions)
        gone = {id(each) for _, pair in joined for each in pair}
        kept = [each for each in conditions if id(each) not in gone]
        return tuple(sorted((*kept, *(self._join(code, pair) for code, pair in joined)), key=lambda each: each.code))

    def _find_pairs(self, found: Sequence[Condition]) -> Iterable[tuple[str, tuple[Condition, Condition]]]:
        rows = self._read_rows(found[0].code[:3])
        present = {rows[each.code]: each for each in found if each.code in rows}
        code_by_row = {row: code for code, row in rows.items()}
        for (rest, side), right in present.items():
            left, both = present.get((rest, _SIDES[1])), code_by_row.get((rest, _BOTH))
            if side == _SIDES[0] and left is not None and both is not None:
                yield both, (right, left)

    def _join(self, code: str, pair: tuple[Condition, Condition]) -> Condition:
        right, left = pair
        applied = name_guideline(BILATERAL, f"{right.code} + {left.code} -> {code}")
        return replace(
            right,
            code=code,
            display=self._codeset.title(code),
            support=tuple(dict.fromkeys((*right.support, *left.support))),
            others=tuple(dict.fromkeys((*right.others, *left.others))),
            rules=(*right.rules, *left.rules, applied),
        )

    def _read_rows_uncached(self, category: str) -> Mapping[str, tuple[_Values, str]]:
        """Return for each code its values but the side, and the side."""
        rows = {}
        for row in self._tables.get(category).rows:
            side = next((value for axis, value in row.values if axis == _LATERALITY), "")
            plain = next((each for each in (*_SIDES, _BOTH) if side.startswith(each)), "")
            if plain:
                rows[row.code] = (tuple(pair for pair in row.values if pair[0] != _LATERALITY), plain)
        return rows
