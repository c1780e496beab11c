"""Selects the row that a note's words state: the operation that linking, merging and gaps share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codeassist.errors import UnknownCodeError
from codeassist.terminology.axis_columns import NOT_DIVIDED, NOT_SPECIFIED, Column
from codeassist.terminology.axis_compile import CompiledNode, CompiledRow, CompiledTable
from codeassist.terminology.axis_facets import STATED

LATERALITY = "laterality"
BILATERAL, RIGHT, LEFT = "bilateral", "right", "left"
_OTHER_BIT = 1
Values = tuple[tuple[str, str], ...]
OpenAxes = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """This is the row that words state.

    ``matched`` are the axis values that words stated or the anchor implied, ``open_axes`` the axes on which rows still
    differ and nothing was stated, each with the values left. ``also`` is the left row where both sides are stated and
    no bilateral row exists (guideline I.B.13).
    """

    code: str
    matched: Values
    open_axes: OpenAxes
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Choice:
    place: int
    numbers: tuple[int, ...]
    rank: tuple[int, ...]


@dataclass(slots=True)
class RowSelector:
    """This is the selector of one category; it remembers what its answers leave open."""

    table: CompiledTable
    _open: dict[tuple[int, int, int], OpenAxes] = field(default_factory=dict)

    def select(self, code: str, stated: frozenset[str], *, scope: str | None) -> Selection:
        """Return the best row for an anchor, given the expanded words of the note."""
        table = self.table
        stem, seventh = (code, "") if code in table.nodes else split_seventh(code)
        node = self._node(stem)
        span = (node.scope_first, node.scope_stop) if scope is None else self._span(scope)
        bits = table.bits
        have = 0
        for word in stated:
            bit = bits.get(word)
            if bit is not None:
                have |= bit
        return self._resolve(node, have, stated, code=code, seventh=seventh, span=span)

    def _node(self, code: str) -> CompiledNode:
        node = self.table.nodes.get(code)
        if node is None:
            msg = f"code {code[:20]!r} is not in category {self.table.category}; check it, or the edition"
            raise UnknownCodeError(msg)
        return node

    def _span(self, scope: str) -> tuple[int, int]:
        node = self._node(scope)
        return node.first, node.stop

    def _resolve(
        self, node: CompiledNode, have: int, stated: frozenset[str], *, code: str, seventh: str, span: tuple[int, int]
    ) -> Selection:
        table = self.table
        choice = self._choose(have, node.implied, span)
        if node.kin and span != (0, len(table.rows)) and span == (node.scope_first, node.scope_stop):
            choice = self._choose_kin(choice, have, node)
        if choice is None:
            return Selection(code, (), self._left_open(node.first, span))
        also: tuple[str, ...] = ()
        if BILATERAL in stated and table.is_sided and not self._says(choice, BILATERAL):
            choice, also = self._take_both(choice, have, node.implied, span)
        row = table.rows[choice.place]
        told = (table.facets[number] for number in choice.numbers)
        matched = tuple((facet[0], facet[1]) for facet in told if facet[2] & ~node.implied)
        value, more = self._choose_seventh(row, stated, seventh)
        also = tuple(join_seventh(left, value) for left in also)
        return Selection(join_seventh(row.code, value), matched + more, self._left_open(choice.place, span), also)

    def _choose(self, have: int, implied: int, span: tuple[int, int], kin: int = 0) -> _Choice | None:
        """Return the row with most values; with ``kin``, only among rows that say all of it."""
        best: tuple[int, ...] | None = None
        found: _Choice | None = None
        known = have | implied
        lacking = ~known
        rows, facets = self.table.rows, self.table.facets
        for place in range(*span):
            row = rows[place]
            for mask, numbers in row.wordings:
                missing = mask & lacking
                if missing & ~_OTHER_BIT or kin & ~mask:
                    continue
                if best is not None and (-missing, len(numbers)) < best[:2]:
                    continue
                told = clinical = weight = 0
                for number in numbers:
                    axis, _, needed, size = facets[number]
                    weight += size
                    if needed & ~implied:
                        told += 1
                        clinical += axis != LATERALITY
                rank = (-missing, len(numbers), clinical, told, weight, row.openness, -place)
                if best is None or rank > best:
                    best, found = rank, _Choice(place, numbers, rank)
        return found

    def _choose_kin(self, choice: _Choice | None, have: int, node: CompiledNode) -> _Choice | None:
        """Return a row elsewhere in the category that says what an unspecified anchor says, and more that is stated."""
        other = self._choose(have, node.implied, (0, len(self.table.rows)), node.kin)
        if other is None or (choice is not None and other.rank <= choice.rank):
            return choice
        return other

    def _says(self, choice: _Choice, value: str) -> bool:
        return any(self.table.facets[number][1] == value for number in choice.numbers)

    def _take_both(
        self, choice: _Choice, have: int, implied: int, span: tuple[int, int]
    ) -> tuple[_Choice, tuple[str, ...]]:
        """Return the right row and the left row where the table has them but no bilateral one."""
        bits = self.table.bits
        right, left = bits.get(RIGHT, 0), bits.get(LEFT, 0)
        sides = ~(right | left)
        one = self._choose(have & sides | right, implied & sides, span)
        other = self._choose(have & sides | left, implied & sides, span)
        if one is None or other is None or not (self._says(one, RIGHT) and self._says(other, LEFT)):
            return choice, ()
        return one, (self.table.rows[other.place].code,)

    def _choose_seventh(self, row: CompiledRow, stated: frozenset[str], given: str) -> tuple[str, Values]:
        if row.seventh < 0:
            return "", ()
        best: tuple[int, int] | None = None
        chosen, matched = "", ()
        for place, (key, facets) in enumerate(self.table.sevenths[row.seventh]):
            needed = [facet for facet in facets if facet.kind == STATED and facet.words]
            if not all(facet.words <= stated for facet in needed):
                continue
            rank = (2 * len(needed) + (key == given), -place)
            if best is None or rank > best:
                best, chosen, matched = rank, key, tuple((facet.axis, facet.value) for facet in needed)
        return chosen or given, matched

    def _left_open(self, place: int, span: tuple[int, int]) -> OpenAxes:
        key = (place, *span)
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = tuple(self._find_open(place, span))
        return known

    def _find_open(self, place: int, span: tuple[int, int]) -> list[tuple[str, tuple[str, ...]]]:
        columns = self.table.columns
        found = []
        for column in columns:
            if column.cells[place] != NOT_SPECIFIED:
                continue
            rows = [row for row in range(*span) if _agrees(row, place, columns)]
            values = tuple(dict.fromkeys(cell for row in rows if _is_option(cell := column.cells[row])))
            if values:
                found.append((column.axis, values))
        return found


def _agrees(row: int, place: int, columns: Sequence[Column]) -> bool:
    """Tell whether a row contradicts nothing that the row at ``place`` says."""
    return all(
        column.cells[place] in {NOT_SPECIFIED, NOT_DIVIDED, column.cells[row]} or column.cells[place] in column.defaults
        for column in columns
    )


def _is_option(cell: str) -> bool:
    return cell not in {NOT_SPECIFIED, NOT_DIVIDED} and not cell.startswith("other")


def join_seventh(stem: str, character: str) -> str:
    """Return the code with its seventh character, placeholders filled in.

    Examples
    --------
    >>> join_seventh("T07", "A"), join_seventh("T81.4", "A"), join_seventh("I10", "")
    ('T07.XXXA', 'T81.4XXA', 'I10')
    """
    if not character:
        return stem
    return (stem if "." in stem else f"{stem}.").ljust(7, "X") + character


def split_seventh(code: str) -> tuple[str, str]:
    """Return a code without its seventh character and placeholders, and the character.

    Examples
    --------
    >>> split_seventh("T07.XXXA"), split_seventh("I10")
    (('T07', 'A'), ('I10', ''))
    """
    return (code[:7].rstrip("X").rstrip("."), code[7]) if len(code) == 8 else (code, "")
