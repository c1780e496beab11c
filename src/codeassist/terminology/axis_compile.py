"""Compiles the tables of every category into one text each, and reads them back as ``CompiledTable``.

A row's requirement is a bit mask over the words of its category, so that selecting a row is a handful of comparisons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from codeassist.terminology.axis_build import OTHER_WORD, StemRow, Stems, cut_title
from codeassist.terminology.axis_columns import Column, lay_out
from codeassist.terminology.axis_titles import ASSUMED, OTHER, STATED, Facet, TitleReader
from codeassist.terminology.codeset import CodeSet

# A wording is (mask, facet numbers); a facet is (axis, value, mask, weight).
Wording = tuple[int, tuple[int, ...]]
CompiledFacet = tuple[str, str, int, int]
_HEALED = frozenset({"delayed healing", "nonunion", "malunion"})


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """This is one row: its code, its wordings, and how much it leaves to silence."""

    code: str
    wordings: tuple[Wording, ...]
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
        rows.append([row.code, [draft.add_wording(wording) for wording in row.wordings], _openness(row), number])
    nodes = _compile_nodes(codeset, stems, draft=draft, reader=reader)
    columns = [[c.axis, c.label, c.cells, sorted(c.defaults)] for c in lay_out(stems.rows)]
    record = {
        "category": stems.category,
        "head": codeset.title(stems.category),
        "words": list(draft.bits),
        "facets": list(draft.facets),
        "rows": rows,
        "columns": columns,
        "nodes": nodes,
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
        tuple(CompiledRow(code, tuple((m, tuple(f)) for m, f in words), open_, seventh) for code, words, open_, seventh in record["rows"]),
        tuple(Column(axis, label, tuple(cells), frozenset(defaults)) for axis, label, cells, defaults in record["columns"]),
        {code: CompiledNode(*numbers) for code, numbers in record["nodes"].items()},
        tuple(
            tuple((key, tuple(Facet(a, v, frozenset(w), k) for a, v, w, k in facets)) for key, facets in meanings)
            for meanings in record["sevenths"]
        ),
        record["is_sided"],
    )


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
        total = 0
        for facet in wording:
            total |= self._facet_mask(facet)
        return [total, numbers]

    def known(self, words: Iterable[str]) -> int:
        return sum(self.bits[word] for word in words if word in self.bits)

    def _facet_mask(self, facet: Facet) -> int:
        return self.mask(facet.words) | (1 if facet.kind == OTHER else 0)

    def _add_facet(self, facet: Facet) -> int:
        weight = len(facet.value.split()) if facet.words == {facet.value} else len(facet.words)
        weight += facet.value == "bilateral"
        return self.facets.setdefault((facet.axis, facet.value, self._facet_mask(facet), weight), len(self.facets))


def _openness(row: StemRow) -> int:
    """Count what a row leaves open; among equals the row that asserts least is chosen."""
    return 2 * row.openness - sum(facet.kind == ASSUMED for facet in row.facets)


def _compile_nodes(codeset: CodeSet, stems: Stems, *, draft: _Draft, reader: TitleReader) -> dict[str, tuple[int, ...]]:
    place_by_code = {row.code: place for place, row in enumerate(stems.rows)}
    spans = _find_spans(codeset, stems.category, place_by_code)
    implied = {code: _implied(codeset, code, stems, draft, reader) for code in spans}
    nodes = {}
    for code, (first, stop) in spans.items():
        scope = _find_scope(codeset, code, stems, implied=implied, draft=draft, spans=spans, place_by_code=place_by_code)
        nodes[code] = (first, stop, implied[code], *spans[scope], _kin(code, stems, draft, place_by_code))
    return nodes


def _find_spans(codeset: CodeSet, category: str, place_by_code: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    spans: dict[str, tuple[int, int]] = {}
    for code in (category, *codeset.descendants(category)):
        if code in place_by_code:
            place = place_by_code[code]
            spans[code] = (place, place + 1)
            above: str | None = codeset.parent(code)
            while above is not None:
                first, _ = spans.get(above, (place, place))
                spans[above] = (first, place + 1)
                above = codeset.parent(above)
    return spans


def _implied(codeset: CodeSet, code: str, stems: Stems, draft: _Draft, reader: TitleReader) -> int:
    title = codeset.title(code)
    mask = draft.known(reader.words(title))
    for facet in cut_title(title, reader, head=stems.head, plain=stems.plain):
        if facet.kind == STATED:
            mask |= draft.known(facet.words)
        mask |= facet.kind == OTHER
    return mask


def _find_scope(codeset: CodeSet, code: str, stems: Stems, *, implied: Mapping[str, int], draft: _Draft, spans: Mapping[str, tuple[int, int]], place_by_code: Mapping[str, int]) -> str:
    """Return the largest code above of which ``code`` is the row that states nothing more."""
    if code not in place_by_code:
        return code
    row = stems.rows[place_by_code[code]]
    masks = [draft.add_wording(wording)[0] for wording in row.wordings]
    scope = code
    for above in codeset.ancestors(code):
        if not row.is_default or not any(mask & ~implied[above] == 0 for mask in masks):
            break
        scope = above
    return scope


def _kin(code: str, stems: Stems, draft: _Draft, place_by_code: Mapping[str, int]) -> int:
    """Return what a row elsewhere in the category must say to count as a closer name of an unspecified row."""
    if code not in place_by_code or not stems.rows[place_by_code[code]].openness:
        return 0
    stated = [facet for facet in stems.rows[place_by_code[code]].facets if facet.kind == STATED]
    return draft.add_wording(stated)[0]


def _seventh_meanings(codeset: CodeSet, code: str) -> Iterator[tuple[str, str]]:
    for below in codeset.children(code):
        key = below[7]
        yield key, codeset.seventh_characters(code)[key]


def _pack_seventh(text: str, reader: TitleReader) -> list[list[object]]:
    facets = reader.read(text)
    facets = tuple(replace(f, words=frozenset({"open"})) if f.value == "open type I or II" else f for f in facets)
    if _HEALED & {facet.value for facet in facets}:
        facets = tuple(facet for facet in facets if facet.value != "subsequent")
    return [[facet.axis, facet.value, sorted(facet.words), facet.kind] for facet in facets]
