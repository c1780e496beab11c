"""Selects the row that a note's words state: the operation that linking, merging and gaps share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from codeassist.errors import UnknownCodeError
from codeassist.terminology.axis_columns import NOT_DIVIDED, NOT_SPECIFIED, Column
from codeassist.terminology.axis_compile import CompiledNode, CompiledRow, CompiledTable
from codeassist.terminology.axis_facets import ASSUMED, STATED

LATERALITY = "laterality"
BILATERAL, RIGHT, LEFT = "bilateral", "right", "left"
_OTHER_BIT = 1
# Notes state the same few words of a category again and again; beyond this many answers all are forgotten.
_MOST_ANSWERS = 2000
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
class NearestRow:
    """This is the billable row that says least beyond an anchor, and the values it says though nothing states them."""

    code: str
    unstated: Values


@dataclass(frozen=True, slots=True)
class _Choice:
    place: int
    numbers: tuple[int, ...]
    rank: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _View:
    """This is what is known when a row is chosen: the note's words, the anchor's, and those beyond a given scope."""

    have: int
    implied: int
    specific: int


@dataclass(slots=True)
class RowSelector:
    """This is the selector of one category; it remembers its answers."""

    table: CompiledTable
    _open: dict[tuple[int, int, int], OpenAxes] = field(default_factory=dict)
    _nearest: dict[str, NearestRow] = field(default_factory=dict)
    _answers: dict[tuple[str, str | None, frozenset[str]], Selection] = field(default_factory=dict)
    _words: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        facets = (facet for meanings in self.table.sevenths for _, facets in meanings for facet in facets)
        self._words = frozenset(self.table.bits).union([BILATERAL], *(facet.words for facet in facets))

    def select(self, code: str, stated: frozenset[str], *, scope: str | None) -> Selection:
        """Return the best row for an anchor, given the expanded words of the note."""
        key = (code, scope, stated & self._words)
        known = self._answers.get(key)
        if known is None:
            if len(self._answers) >= _MOST_ANSWERS:
                self._answers.clear()
            known = self._answers[key] = self._select(*key)
        return known

    def _select(self, code: str, scope: str | None, stated: frozenset[str]) -> Selection:
        table = self.table
        stem, seventh = (code, "") if code in table.nodes else split_seventh(code)
        if scope is None and BILATERAL in stated:
            stem = self._unside(stem)
        node = self._node(stem)
        if scope is None:
            span, specific = (node.scope_first, node.scope_stop), 0
        else:
            top = self._node(scope)
            span, specific = (top.first, top.stop), node.implied & ~top.implied
        bits = table.bits
        have = 0
        for word in stated:
            bit = bits.get(word)
            if bit is not None:
                have |= bit
        view = _View(have, node.implied, specific)
        choice = self._choose_row(node, view, span)
        if choice is None:
            return Selection(code, (), self._left_open(node.first, span))
        return self._answer(choice, view, stated, span=span, kin=node.kin, seventh=seventh)

    def find_nearest(self, stem: str) -> NearestRow:
        """Return the row under an anchor that says least beyond it: fewest unstated values, then the most open."""
        known = self._nearest.get(stem)
        if known is None:
            known = self._nearest[stem] = self._find_nearest(stem)
        return known

    def _find_nearest(self, stem: str) -> NearestRow:
        node, facets = self._node(stem), self.table.facets
        best: tuple[tuple[int, int, int], Values] | None = None
        for place in range(node.first, node.stop):
            row = self.table.rows[place]
            for _, numbers in row.wordings:
                unstated = tuple(facets[number][:2] for number in numbers if facets[number][2] & ~node.implied)
                rank = (len(unstated), -row.openness, place)
                if best is None or rank < best[0]:
                    best = rank, unstated
        if best is None:
            return NearestRow(stem, ())
        row = self.table.rows[best[0][2]]
        character, added = self._find_quiet_seventh(row)
        return NearestRow(join_seventh(row.code, character), best[1] + added)

    def _find_quiet_seventh(self, row: CompiledRow) -> tuple[str, Values]:
        """Return the seventh character that silence means, or else the one that names no complication."""
        character, _ = self._choose_seventh(row, frozenset(), "")
        if character or row.seventh < 0:
            return character, ()
        ranked = sorted(
            (sum(facet.axis == "complication" for facet in facets), place, key, facets)
            for place, (key, facets) in enumerate(self.table.sevenths[row.seventh])
        )
        _, _, key, facets = ranked[0]
        return key, tuple((facet.axis, facet.value) for facet in facets if facet.kind == STATED)

    def _answer(
        self, choice: _Choice, view: _View, stated: frozenset[str], *, span: tuple[int, int], kin: int, seventh: str
    ) -> Selection:
        table = self.table
        also: tuple[str, ...] = ()
        if BILATERAL in stated and table.is_sided and not self._says(choice, BILATERAL):
            choice, also = self._take_both(choice, view, span, kin)
        row = table.rows[choice.place]
        told = (table.facets[number] for number in choice.numbers)
        matched = tuple((facet[0], facet[1]) for facet in told if facet[2] & ~view.implied)
        character, more = self._choose_seventh(row, stated, seventh)
        also = tuple(join_seventh(left, character) for left in also)
        return Selection(join_seventh(row.code, character), matched + more, self._left_open(choice.place, span), also)

    def _unside(self, stem: str) -> str:
        """Return the header of a row for one side, so that "left knee pain, right worse than left" is of both knees."""
        bits = self.table.bits
        sides = bits.get(RIGHT, 0) | bits.get(LEFT, 0)
        above = self.table.nodes.get(stem[:-1].rstrip("."))
        node = self._node(stem)
        if above is None or not self.table.is_sided or not node.implied & sides or above.implied & sides:
            return stem
        one_sided = bits.get("unilateral", 0)
        is_unilateral = any(mask & one_sided for mask in self.table.rows[node.first].confirming)
        return stem if is_unilateral else stem[:-1].rstrip(".")

    def _choose_row(self, node: CompiledNode, view: _View, span: tuple[int, int]) -> _Choice | None:
        choice = self._choose(view, span)
        if choice is not None and node.stop - node.first == 1 and not self._gains(choice, view.implied):
            choice = self._choose(view, (node.first, node.stop))
        if node.kin and span != (0, len(self.table.rows)) and span == (node.scope_first, node.scope_stop):
            choice = self._choose_kin(choice, view, node.kin)
        return choice

    def _node(self, code: str) -> CompiledNode:
        node = self.table.nodes.get(code)
        if node is None:
            msg = f"code {code[:20]!r} is not in category {self.table.category}; check it, or the edition"
            raise UnknownCodeError(msg)
        return node

    def _choose(self, view: _View, span: tuple[int, int], kin: int = 0) -> _Choice | None:
        """Return the row with most values; with ``kin``, only among rows that say all of it."""
        found: _Choice | None = None
        known = view.have | view.implied
        rows = self.table.rows
        for place in range(*span):
            row = rows[place]
            for mask, numbers in row.wordings:
                missing = mask & ~known
                if missing & ~_OTHER_BIT or kin & ~mask:
                    continue
                if found is None or -missing >= found.rank[0]:
                    counts = self._count(numbers, mask, view)
                    rank = (-missing, *counts, _confirm(row, view.have), row.openness, -place)
                    if found is None or rank > found.rank:
                        found = _Choice(place, numbers, rank)
        return found

    def _count(self, numbers: tuple[int, ...], mask: int, view: _View) -> tuple[int, int, int, int]:
        """Return how many values of a wording count, how many are no sides, and how many words state them."""
        counted = clinical = weight = 0
        have, implied, specific = view.have, view.implied, view.specific
        facets = self.table.facets
        for number in numbers:
            axis, _, needed, size = facets[number]
            if needed & ~implied or needed & specific or not needed & ~have:
                counted += 1
                clinical += axis != LATERALITY
                weight += size
        return counted, clinical, (mask & have).bit_count(), weight

    def _choose_kin(self, choice: _Choice | None, view: _View, kin: int) -> _Choice | None:
        """Return a row elsewhere in the category that says what an unspecified anchor says, and more that is stated."""
        other = self._choose(view, (0, len(self.table.rows)), kin)
        if other is None or not self._gains(other, view.implied) or (choice is not None and other.rank <= choice.rank):
            return choice
        return other

    def _gains(self, choice: _Choice, implied: int) -> bool:
        """Tell whether a row says anything that the anchor does not."""
        return any(self.table.facets[number][2] & ~implied for number in choice.numbers)

    def _says(self, choice: _Choice, value: str) -> bool:
        return any(self.table.facets[number][1] == value for number in choice.numbers)

    def _take_both(
        self, choice: _Choice, view: _View, span: tuple[int, int], kin: int
    ) -> tuple[_Choice, tuple[str, ...]]:
        """Return the right row and the left row where the table has them but no bilateral one.

        They may stand beside an unspecified anchor instead of below it: "pain in both legs".
        """
        bits = self.table.bits
        right, left = bits.get(RIGHT, 0), bits.get(LEFT, 0)
        sides = ~(right | left)
        implied, specific = view.implied & sides, view.specific & sides
        views = [_View(view.have & sides | side, implied, specific) for side in (right, left)]
        one, other = (self._choose(each, span) for each in views)
        if kin and not (one is not None and self._says(one, RIGHT)):
            one, other = (self._choose_kin(None, _View(side, implied, specific), kin) for side in (right, left))
        if one is None or other is None or not (self._says(one, RIGHT) and self._says(other, LEFT)):
            return choice, ()
        return one, (self.table.rows[other.place].code,)

    def _choose_seventh(self, row: CompiledRow, stated: frozenset[str], given: str) -> tuple[str, Values]:
        """Return the seventh character that the words state, and the values it adds; the anchor's own needs none."""
        best: tuple[int, ...] | None = None
        chosen: str = given
        matched: Values = ()
        meanings = self.table.sevenths[row.seventh] if row.seventh >= 0 else ()
        for place, (key, facets) in enumerate(meanings):
            needed = [facet for facet in facets if facet.kind == STATED]
            told = [facet for facet in needed if facet.words <= stated]
            if len(told) < len(needed) and key != given:
                continue
            confirmed = sum(facet.kind == ASSUMED and facet.words <= stated for facet in facets)
            rank = (len(needed) + (key == given), confirmed, sum(len(facet.value) for facet in needed), -place)
            if best is None or rank > best:
                best, chosen = rank, key
                matched = tuple((facet.axis, facet.value) for facet in told)
        return (chosen if meanings else ""), matched

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


def _confirm(row: CompiledRow, have: int) -> int:
    return sum(1 for mask in row.confirming if mask and not mask & ~have)


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
