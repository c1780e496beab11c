"""Lays the facets of a category out as columns: which axis each column is, and the value of every row in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codeassist.terminology.axis_build import StemRow
from codeassist.terminology.axis_facets import ASSUMED, NO_WORDS, OTHER, UNSPECIFIED, Facet

NOT_SPECIFIED = "unspecified"
NOT_DIVIDED = "-"
Key = tuple[str, str]

# Share of a table's rows that must be with or without a complication before it has a column of its own.
_SHARE = 0.3
_ALL = frozenset({"complication"})
# Values that have a column of their own beside the general column of their axis.
_LABELS: Mapping[str, str] = {
    "displaced": "displacement", "nondisplaced": "displacement",
    "closed": "open or closed", "open": "open or closed", "open type I or II": "open or closed",
    "open type IIIA, IIIB, or IIIC": "open or closed",
    "male": "sex", "female": "sex", "complete": "extent", "partial": "extent",
    "accidental": "intent", "intentional self-harm": "intent", "assault": "intent", "undetermined intent": "intent",
    "adverse effect": "intent", "underdosing": "intent",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """This is one column: its axis of the JSON contract, the heading a coder would write, and its values by row."""

    axis: str
    label: str
    cells: tuple[str, ...]
    defaults: frozenset[str]


def lay_out(rows: Sequence[StemRow]) -> tuple[Column, ...]:
    """Return the columns of a table; a column in which all rows agree is left out."""
    pairs = _find_pairs(rows)
    labelled = [_label_row(row, pairs) for row in rows]
    labels = dict.fromkeys(key for cells in labelled for key in cells)
    drafts = []
    for axis, label in labels:
        cells = tuple(join_values(cells.get((axis, label), ())) for cells in labelled)
        if len(set(cells)) > 1 and set(cells) - {"", NOT_SPECIFIED}:
            drafts.append((axis, label, cells))
    filled = _fill(drafts, rows)
    defaults = [_find_defaults(labelled, (axis, label)) for axis, label, _ in drafts]
    return tuple(
        Column(axis, label, cells, default)
        for (axis, label, _), cells, default in zip(drafts, filled, defaults, strict=True)
    )


def _label_row(row: StemRow, pairs: Mapping[frozenset[str], str]) -> dict[Key, list[Facet]]:
    cells: dict[Key, list[Facet]] = defaultdict(list)
    for facet in row.facets:
        pair = pairs.get(facet.words) if facet.axis == "complication" else None
        cells[facet.axis, pair or label_of(facet)].append(facet)
    return cells


def label_of(facet: Facet) -> str:
    """Return the heading of the column that a value belongs to."""
    if facet.is_detail and facet.axis in {"type", "diagnosis"}:
        return "detail"
    return _LABELS.get(facet.value, facet.axis)


def _find_pairs(rows: Sequence[StemRow]) -> dict[frozenset[str], str]:
    """Return the complications that many rows are with or without: each is a column of its own."""
    seen: dict[frozenset[str], set[int]] = defaultdict(set)
    names: dict[frozenset[str], str] = {}
    counts: Counter[frozenset[str]] = Counter()
    for row in rows:
        for facet in row.facets:
            if facet.axis == "complication" and facet.words not in (NO_WORDS, _ALL) and facet.kind != OTHER:
                seen[facet.words].add(facet.kind)
                counts[facet.words] += 1
                if facet.kind == ASSUMED and facet.value.startswith("without "):
                    names[facet.words] = facet.value.removeprefix("without ")
    divided = {words for words, kinds in seen.items() if len(kinds) > 1}
    return {words: name for words, name in names.items() if words in divided and counts[words] >= _SHARE * len(rows)}


def join_values(facets: Sequence[Facet]) -> str:
    """Return the value of one cell, from the facets of one row that belong to it."""
    stated = [facet.value for facet in facets if facet.kind != UNSPECIFIED]
    if len(stated) > 1 and facets[0].axis == "laterality":
        stated = [value for value in stated if value != "unilateral"]
    if stated:
        # Adjectives and noun of one name; elsewhere two values side by side.
        return (" " if facets[0].axis in {"type", "diagnosis"} else ", ").join(stated)
    return NOT_SPECIFIED if facets else ""


def _fill(drafts: Sequence[tuple[str, str, tuple[str, ...]]], rows: Sequence[StemRow]) -> list[tuple[str, ...]]:
    """Give every empty cell its meaning: the row leaves the axis open, or the axis does not divide it."""
    said = [["" if cell == NOT_SPECIFIED else cell for cell in cells] for _, _, cells in drafts]
    by_row = list(zip(*said, strict=True))
    filled = []
    for place, (_, _, cells) in enumerate(drafts):
        others = [row[:place] + row[place + 1 :] for row in by_row]
        divided = {rest for rest, cell in zip(others, said[place], strict=True) if cell}
        filled.append(
            tuple(
                cell or (NOT_SPECIFIED if rest in divided or _is_bare(row, rest) else NOT_DIVIDED)
                for cell, rest, row in zip(cells, others, rows, strict=True)
            )
        )
    return filled


def _is_bare(row: StemRow, rest: Sequence[str]) -> bool:
    """Tell whether a row states nothing at all: the default of its category."""
    return row.openness > 0 and not any(rest)


def _find_defaults(labelled: Sequence[Mapping[Key, Sequence[Facet]]], key: Key) -> frozenset[str]:
    found = {NOT_SPECIFIED}
    for cells in labelled:
        facets = cells.get(key, ())
        if facets and all(facet.kind in (ASSUMED, UNSPECIFIED) for facet in facets):
            found.add(join_values(facets))
    return frozenset(found)
