"""Compares the titles of one category and makes its table: columns, rows, and what a note must say for each row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from codeassist.core.codes import Term
from codeassist.terminology.axis_facets import ASSUMED, OTHER, STATED, Facet
from codeassist.terminology.axis_overrides import AxisOverrides
from codeassist.terminology.axis_titles import TitleReader, find_abbreviations
from codeassist.terminology.codeset import CodeSet

OTHER_WORD = "\0other"
_MAX_WORDINGS = 60
_SIDE = re.compile(r"\b(right|left)\b", re.IGNORECASE)
_SWAP = {"right": "left", "left": "right", "Right": "Left", "Left": "Right"}
_NOS = re.compile(r"\bNOS\b|\bunspecified\b", re.VERBOSE | re.IGNORECASE)
_TWO_HEADS = re.compile(r"\b(?:and|or)\b", re.VERBOSE | re.IGNORECASE)
_UNSIDED = re.compile(
    r"""
    \bspecified\b .* \bwith\ unspecified\ laterality\b    # "of specified finger with unspecified laterality"
    """,
    re.VERBOSE,
)
_COMMON_SHARE = 0.9
_NEVER_HEAD = frozenset({"other", "specified", "unspecified"})


@dataclass(frozen=True, slots=True)
class StemRow:
    """This is one row before its seventh character: its facets, and every set of facets that states it."""

    code: str
    facets: tuple[Facet, ...]
    wordings: tuple[tuple[Facet, ...], ...]
    openness: int

    @property
    def is_default(self) -> bool:
        """Whether the row leaves something to silence: its title or a term of it says unspecified, NOS, without."""
        return self.openness > 0 or any(facet.kind == ASSUMED for facet in self.facets)


@dataclass(frozen=True, slots=True)
class Stems:
    """This is one category cut into facets: the words every row shares, and its rows."""

    category: str
    head: frozenset[str]
    plain: frozenset[str]
    rows: tuple[StemRow, ...] = field(repr=False)


def find_stems(codeset: CodeSet, category: str) -> tuple[str, ...]:
    """Return the codes of a category whose titles differ: billable, or directly above the seventh characters."""
    found: list[str] = []
    for code in (category, *codeset.descendants(category)):
        is_expanded = _is_expanded(codeset, code)
        if is_expanded or not (codeset.children(code) or (found and found[-1] == codeset.parent(code))):
            found.append(code)
    return tuple(found)


def read_stems(codeset: CodeSet, category: str, *, reader: TitleReader, overrides: AxisOverrides) -> Stems:
    """Cut every title and inclusion term of a category into facets."""
    codes = find_stems(codeset, category)
    titles = {code: codeset.title(code) for code in codes}
    plain = _find_plain(titles.values())
    head = _find_head(codeset.title(category), titles.values(), reader)
    cut = _Cutter(codeset, reader, head=head, plain=plain, overrides=overrides)
    rows = _allow_unsided(codeset, tuple(cut.row(code) for code in codes))
    rows = _allow_either(rows)
    if not _shares_name(codeset.title(category), titles.values(), reader):
        rows = tuple(_name_diagnoses(row) for row in rows)
    return Stems(category, head, plain, rows)


def cut_title(title: str, reader: TitleReader, *, head: frozenset[str], plain: frozenset[str]) -> tuple[Facet, ...]:
    """Cut a title of a category; a side that is part of a name ("right heart failure") is no word of its own."""
    facets = reader.read(title, head=head, plain=plain)
    if not plain:
        return facets
    return tuple(replace(f, words=frozenset({f"={f.value}"})) if f.words and f.words <= plain else f for f in facets)


class _Cutter:
    def __init__(
        self,
        codeset: CodeSet,
        reader: TitleReader,
        *,
        head: frozenset[str],
        plain: frozenset[str],
        overrides: AxisOverrides,
    ) -> None:
        self._codeset = codeset
        self._reader = reader
        self._head = head
        self._plain = plain
        self._overrides = overrides
        self._facets: dict[str, tuple[Facet, ...]] = {}

    def row(self, code: str) -> StemRow:
        facets = self.cut(self._codeset.title(code))
        own = self._overrides.restate(code, facets)
        wordings = dict.fromkeys([_needed(own)])
        for above in (code, *self._codeset.ancestors(code)[:-1]):
            self._add_terms(above, own, wordings)
        for words in self._overrides.alternatives(code, own):
            wordings.setdefault(_needed(words))
        openness = max(len(_NOS.findall(term.text)) for term in _read_terms(self._codeset, code))
        return StemRow(code, own, _keep_weakest(tuple(wordings)[:_MAX_WORDINGS]), openness)

    def cut(self, title: str) -> tuple[Facet, ...]:
        known = self._facets.get(title)
        if known is None:
            known = cut_title(title, self._reader, head=self._head, plain=self._plain)
            self._facets[title] = known
        return known

    def _add_terms(self, above: str, own: Sequence[Facet], wordings: dict[tuple[Facet, ...], None]) -> None:
        """Replace what the title above says by what each of its other wordings says."""
        title = self._codeset.title(above)
        stated = set(_needed(self.cut(title)))
        if not stated <= set(own):
            return
        rest = tuple(facet for facet in own if facet not in stated)
        texts = [term.text for term in _read_terms(self._codeset, above)[1:] if not _UNSIDED.search(term.text)]
        texts += [short for text in (title, *texts) for short in find_abbreviations(text)]
        for text in texts:
            wordings.setdefault(_needed((*rest, *self.cut(text))))


def _read_terms(codeset: CodeSet, code: str) -> list[Term]:
    """Return the wordings of the tabular list: the tables are of its rows, whether or not an index was added."""
    return [term for term in codeset.terms(code) if term.status != "index_entry"]


def _allow_unsided(codeset: CodeSet, rows: Sequence[StemRow]) -> tuple[StemRow, ...]:
    """Let "other finger" be stated by a finger named without its side, as the inclusion terms of chapter 19 say."""
    sided: dict[str | None, list[tuple[Facet, ...]]] = {}
    for row in rows:
        if any(facet.axis == "laterality" and facet.kind == STATED for facet in row.facets):
            rest = _needed(facet for facet in row.facets if facet.axis != "laterality")
            sided.setdefault(codeset.parent(row.code), []).append(rest)
    return tuple(
        replace(row, wordings=tuple(dict.fromkeys([*row.wordings, *sided.get(codeset.parent(row.code), ())])))
        if any(_UNSIDED.search(term.text) for term in _read_terms(codeset, row.code))
        else row
        for row in rows
    )


def _allow_either(rows: Sequence[StemRow]) -> tuple[StemRow, ...]:
    """Let one side of an "and" state a facet, unless another row is about that side alone.

    Guideline I.A.14: "and" in a title means "and" or "or".
    """
    alone = {facet.words for row in rows for facet in row.facets}
    made = []
    for row in rows:
        wordings = list(row.wordings)
        for wording in row.wordings:
            for facet in wording:
                if facet.either and not alone.intersection(facet.either):
                    wordings += [
                        tuple(replace(f, words=side, either=()) if f is facet else f for f in wording)
                        for side in facet.either
                    ]
        made.append(replace(row, wordings=_keep_weakest(wordings[:_MAX_WORDINGS])))
    return tuple(made)


def _needed(facets: Iterable[Facet]) -> tuple[Facet, ...]:
    """Return the facets that words must state; one that only repeats words of another is left out."""
    kept = tuple(dict.fromkeys(facet for facet in facets if facet.kind in (STATED, OTHER)))
    return tuple(f for f in kept if f.kind == OTHER or not any(f.words < other.words for other in kept))


def _keep_weakest(wordings: Sequence[tuple[Facet, ...]]) -> tuple[tuple[Facet, ...], ...]:
    """Drop a wording that says all that another one says and more, except the title's own, the first."""
    sizes = [(frozenset().union(*(_words_of(facet) for facet in wording)), wording) for wording in wordings]
    kept: list[tuple[Facet, ...]] = []
    for place, (words, wording) in enumerate(sizes):
        if not place or not any(
            other < words or (other == words and at < place) for at, (other, _) in enumerate(sizes)
        ):
            kept.append(wording)
    return tuple(kept)


def _words_of(facet: Facet) -> frozenset[str]:
    return facet.words | {OTHER_WORD} if facet.kind == OTHER else facet.words


def _is_expanded(codeset: CodeSet, code: str) -> bool:
    """Tell whether the codes below differ in a seventh character only; C44.1021 is a code of its own."""
    below = codeset.children(code)
    return bool(below) and len(below[0]) == 8 and bool(codeset.seventh_characters(code))


def _find_plain(titles: Iterable[str]) -> frozenset[str]:
    """Return the sides if they are part of names here: no title exists with the other side instead."""
    texts = set(titles)
    sided = [text for text in texts if _SIDE.search(text)]
    paired = [text for text in sided if _SIDE.sub(lambda found: _SWAP.get(found[0], found[0]), text) in texts]
    return frozenset({"right", "left"}) if len(paired) * 2 < len(sided) else frozenset()


def _find_head(title: str, titles: Iterable[str], reader: TitleReader) -> frozenset[str]:
    """Return the words that say nothing inside the category: those of its title, and those that all rows share."""
    rows = [frozenset().union(*(facet.words for facet in reader.read(text) if facet.kind == STATED)) for text in titles]
    counts = Counter(word for words in rows for word in words)
    everywhere = {word for word, count in counts.items() if count == len(rows)} if len(rows) > 1 else set()
    own = reader.words(title)
    if _TWO_HEADS.search(title):
        own = frozenset(word for word in own if counts[word] >= _COMMON_SHARE * len(rows))
    return frozenset(own | everywhere) - _NEVER_HEAD


def _shares_name(title: str, titles: Collection[str], reader: TitleReader) -> bool:
    """Tell whether at least half of the rows go by the category's name; otherwise they are conditions of their own."""
    name = reader.strong_words(title)
    return sum(not name.isdisjoint(reader.words(text)) for text in titles) * 2 >= len(titles)


def _name_diagnoses(row: StemRow) -> StemRow:
    wordings = tuple(tuple(map(_to_diagnosis, wording)) for wording in row.wordings)
    return replace(row, facets=tuple(map(_to_diagnosis, row.facets)), wordings=wordings)


def _to_diagnosis(facet: Facet) -> Facet:
    is_name = facet.axis == "type" and facet.words != {facet.value}
    return replace(facet, axis="diagnosis") if is_name else facet
