"""Compiles the tables of every category into one text each, and reads them back as ``CompiledTable``.

A row's requirement is a bit mask over the words of its category, so that selecting a row is a handful of comparisons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from codeassist.terminology.axis_build import OTHER_WORD, StemRow, Stems, cut_title
from codeassist.terminology.axis_columns import Column, lay_out
from codeassist.terminology.axis_facets import ASSUMED, OTHER, STATED, UNSPECIFIED, Facet
from codeassist.terminology.axis_titles import TitleReader
from codeassist.terminology.axis_wordings import DENIED
from codeassist.terminology.codeset import CodeSet

# A wording is (mask, facet numbers); a facet is (axis, value, mask, weight).
Wording = tuple[int, tuple[int, ...]]
CompiledFacet = tuple[str, str, int, int]
# "for fracture" repeats what the row is.
_SEVENTH_HEAD = frozenset({"fracture", "encounter"})
_OTHER_BIT = 1
_HEALED = frozenset({"delayed healing", "nonunion", "malunion"})


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """This is one row: its code, its wordings, what would confirm its assumed values, how much it leaves to silence."""

    code: str
    wordings: tuple[Wording, ...]
    confirming: tuple[int, ...]
    openness: int
    seventh: int


@dataclass(frozen=True, slots=True)
class CompiledNode:
    """This is one code of a category as an anchor: its rows, the words it implies, and its scope's rows."""

    first: int
    stop: int
    implied: int
    scope_first: int
    scope_stop: int
    kin: int


@dataclass(frozen=True, slots=True)
class CompiledTable:
    """This is everything that showing and selecting from one category needs."""

    category: str
    head: str
    bits: Mapping[str, int]
    facets: tuple[CompiledFacet, ...]
    rows: tuple[CompiledRow, ...]
    columns: tuple[Column, ...]
    nodes: Mapping[str, CompiledNode]
    sevenths: tuple[tuple[tuple[str, tuple[Facet, ...]], ...], ...]
    is_sided: bool


def compile_table(codeset: CodeSet, stems: Stems, *, reader: TitleReader) -> str:
    """Return the table of one category as JSON text."""
    draft = _Draft()
    sevenths: dict[tuple[tuple[str, str], ...], int] = {}
    rows = []
    for row in stems.rows:
        meanings = tuple(_seventh_meanings(codeset, row.code))
        number = sevenths.setdefault(meanings, len(sevenths)) if meanings else -1
        wordings = [draft.add_wording(wording) for wording in row.wordings]
        confirming = [draft.mask(_confirming(facet)) for facet in row.facets if facet.kind == ASSUMED]
        rows.append([row.code, wordings, confirming, _openness(row), number])
    columns = [[c.axis, c.label, c.cells, sorted(c.defaults)] for c in lay_out(stems.rows)]
    record = {
        "category": stems.category,
        "head": codeset.title(stems.category),
        "nodes": _Nodes(codeset, stems, draft=draft, reader=reader).make(),
        "words": list(draft.bits),
        "facets": list(draft.facets),
        "rows": rows,
        "columns": columns,
        "sevenths": [[[key, _pack_seventh(text, reader)] for key, text in meanings] for meanings in sevenths],
        "is_sided": not stems.plain,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def read_table_text(text: str) -> CompiledTable:
    """Read what ``compile_table`` wrote."""
    record = json.loads(text)
    return CompiledTable(
        record["category"],
        record["head"],
        {word: 1 << place for place, word in enumerate(record["words"])},
        tuple((axis, value, mask, weight) for axis, value, mask, weight in record["facets"]),
        tuple(_read_row(*fields) for fields in record["rows"]),
        tuple(Column(axis, label, tuple(cells), frozenset(named)) for axis, label, cells, named in record["columns"]),
        {code: CompiledNode(*numbers) for code, numbers in record["nodes"].items()},
        tuple(tuple(_read_seventh(*meaning) for meaning in meanings) for meanings in record["sevenths"]),
        record["is_sided"],
    )


def _read_row(
    code: str, wordings: list[tuple[int, list[int]]], confirming: list[int], openness: int, seventh: int
) -> CompiledRow:
    packed = tuple((mask, tuple(numbers)) for mask, numbers in wordings)
    return CompiledRow(code, packed, tuple(confirming), openness, seventh)


def _read_seventh(character: str, facets: list[tuple[str, str, list[str], int]]) -> tuple[str, tuple[Facet, ...]]:
    return character, tuple(Facet(axis, value, frozenset(words), kind) for axis, value, words, kind in facets)


class _Draft:
    """This is the growing list of words and facets of one category."""

    def __init__(self) -> None:
        self.bits: dict[str, int] = {OTHER_WORD: 1}
        self.facets: dict[CompiledFacet, int] = {}

    def mask(self, words: Iterable[str]) -> int:
        total = 0
        for word in sorted(words):
            total |= self.bits.setdefault(word, 1 << len(self.bits))
        return total

    def add_wording(self, wording: Sequence[Facet]) -> list[object]:
        numbers = [self._add_facet(facet) for facet in wording]
        return [self.mask_of(wording), numbers]

    def mask_of(self, wording: Sequence[Facet]) -> int:
        total = 0
        for facet in wording:
            total |= self._facet_mask(facet)
        return total

    def known(self, words: Iterable[str]) -> int:
        return sum(self.bits[word] for word in words if word in self.bits)

    def _facet_mask(self, facet: Facet) -> int:
        return self.mask(facet.words) | (1 if facet.kind == OTHER else 0)

    def _add_facet(self, facet: Facet) -> int:
        weight = sum(len(word.split()) for word in facet.words) + (facet.value == "bilateral")
        return self.facets.setdefault((facet.axis, facet.value, self._facet_mask(facet), weight), len(self.facets))


def _confirming(facet: Facet) -> frozenset[str]:
    """Return the words that confirm an assumed value: its own, or what "without ..." denies, marked as denied."""
    if facet.value.startswith("without "):
        return frozenset(DENIED + word for word in facet.words)
    return facet.words


def _openness(row: StemRow) -> int:
    """Count what a row leaves open; among equals the row that asserts least is chosen."""
    return 2 * row.openness - sum(facet.kind == ASSUMED for facet in row.facets)


class _Nodes:
    """This is the maker of a category's anchors: for each code its rows, the words it implies, and its scope."""

    def __init__(self, codeset: CodeSet, stems: Stems, *, draft: _Draft, reader: TitleReader) -> None:
        self._codeset = codeset
        self._stems = stems
        self._draft = draft
        self._reader = reader
        self._rows = {row.code: row for row in stems.rows}
        self._spans = _find_spans(codeset, stems)
        self._titled = [draft.mask_of(row.wordings[0]) for row in stems.rows]
        self._said = {code: self._find_said(code) for code in self._spans}
        self._implied = {code: said & ~self._find_listed(code, said) for code, said in self._said.items()}

    def make(self) -> dict[str, tuple[int, ...]]:
        """Return the fields of ``CompiledNode`` by code."""
        nodes: dict[str, tuple[int, ...]] = {}
        for code, span in self._spans.items():
            scope = self._find_scope(code)
            nodes[code] = (*span, self._implied[code], *self._spans[scope], self._find_kin(code))
        return nodes

    def _find_said(self, code: str) -> int:
        """Return what a code says: its title, its category, and what every row under it says but one for both sides.

        "Olecranon bursitis" implies the elbow of "olecranon bursitis, unspecified elbow".
        """
        title = self._codeset.title(code)
        mask = self._draft.known(self._reader.words(title) | self._stems.head)
        for facet in cut_title(title, self._reader, head=self._stems.head, plain=self._stems.plain):
            if facet.kind == STATED:
                mask |= self._draft.known(facet.words)
            # A category is "other" than other categories; its rows are not.
            elif facet.kind == OTHER and code != self._stems.category:
                mask |= _OTHER_BIT
        first, stop = self._spans[code]
        both = self._draft.known({"bilateral"})
        titled = [told for told in self._titled[first:stop] if not told & both] or self._titled[first:stop]
        return mask | reduce(and_, titled) & ~_OTHER_BIT

    def _find_listed(self, code: str, mask: int) -> int:
        """Return the words by which a header's title lists values of its rows: it implies none of them.

        "Thoracic, thoracolumbar and lumbosacral disc degeneration" stands above a row for each region.
        """
        first, stop = self._spans[code]
        common = reduce(and_, self._titled[first:stop])
        by_axis: dict[str, set[frozenset[int]]] = {}
        for row in self._stems.rows[first:stop]:
            told: dict[str, set[int]] = {}
            for facet in row.facets:
                if facet.kind == STATED:
                    told.setdefault(facet.axis, set()).add(self._draft.known(facet.words))
            for axis, words in told.items():
                if axis != "laterality" and all(each and not each & ~mask for each in words):
                    by_axis.setdefault(axis, set()).add(frozenset(words))
        listed = 0
        for rows in by_axis.values():
            values = [reduce(or_, words) for words in rows]
            if len(values) > 1:
                shared, said = reduce(and_, values), reduce(or_, values)
                # One value that says all of them is no list: "acute and chronic" beside "acute".
                listed |= 0 if said in values else said & ~shared
        return listed & ~common

    def _find_scope(self, code: str) -> str:
        """Return the largest code above of which ``code`` is the row that states nothing more."""
        row = self._rows.get(code)
        if row is None or not row.is_default:
            return code
        masks = [self._draft.mask_of(wording) for wording in row.wordings]
        scope = code
        for above in self._codeset.ancestors(code):
            if not any(mask & ~self._said[above] == 0 for mask in masks):
                break
            scope = above
        return scope

    def _find_kin(self, code: str) -> int:
        """Return what a row elsewhere must say to count as a closer name of an unspecified row; 0 for none.

        A header counts where its own title leaves an axis open: "burn of unspecified degree of forearm".
        """
        row = self._rows.get(code)
        if row is None:
            facets = cut_title(self._codeset.title(code), self._reader, head=self._stems.head, plain=self._stems.plain)
            is_open = any(facet.kind == UNSPECIFIED for facet in facets)
        else:
            facets, is_open = row.facets, row.openness > 0
        return self._draft.mask_of([facet for facet in facets if facet.kind == STATED]) if is_open else 0


def _find_spans(codeset: CodeSet, stems: Stems) -> dict[str, tuple[int, int]]:
    """Return the first and the last row, exclusive, of every code of the category."""
    spans: dict[str, tuple[int, int]] = {}
    for place, row in enumerate(stems.rows):
        for code in (row.code, *codeset.ancestors(row.code)):
            first, _ = spans.get(code, (place, place))
            spans[code] = (first, place + 1)
    return spans


def _seventh_meanings(codeset: CodeSet, code: str) -> Iterator[tuple[str, str]]:
    for below in codeset.children(code):
        key = below[7]
        yield key, codeset.seventh_characters(code)[key]


def _pack_seventh(text: str, reader: TitleReader) -> list[list[object]]:
    facets = reader.read(f", {text}", head=_SEVENTH_HEAD)
    facets = tuple(replace(f, words=frozenset({"open"})) if f.value == "open type I or II" else f for f in facets)
    if _HEALED & {facet.value for facet in facets}:
        facets = tuple(replace(f, kind=ASSUMED) if f.value == "subsequent" else f for f in facets)
    return [[facet.axis, facet.value, sorted(facet.words), facet.kind] for facet in facets if _says(facet)]


def _says(facet: Facet) -> bool:
    return bool(facet.words) or facet.kind == UNSPECIFIED
