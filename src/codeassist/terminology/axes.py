"""The axis tables: every ICD-10-CM category as the small table a coder would draw.

The rows of a category differ along a few axes (type, acuity, laterality, stage, encounter, ...). The tables are derived
from the tabular list, corrected by hand-reviewed overrides, compiled once an edition, and read by four stages: linking
selects the row that a note's words state, selection merges values of one condition, cdi reads the axes left open.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from codeassist.assets import find_asset
from codeassist.errors import UnknownCodeError
from codeassist.terminology import (
    axis_build,
    axis_columns,
    axis_compile,
    axis_facets,
    axis_overrides,
    axis_titles,
    axis_wordings,
)
from codeassist.terminology import words as word_forms
from codeassist.terminology.axis_build import read_stems
from codeassist.terminology.axis_compile import compile_table, read_table_text
from codeassist.terminology.axis_facets import AXES_FOLDER
from codeassist.terminology.axis_overrides import AxisOverrides
from codeassist.terminology.axis_records import (
    Axis,
    AxisRow,
    AxisTable,
    fold_axis_table,
    format_axis_table,
    to_axis_table,
)
from codeassist.terminology.axis_select import NearestRow, RowSelector, Selection
from codeassist.terminology.axis_titles import TitleReader
from codeassist.terminology.axis_wordings import AxisWordings
from codeassist.terminology.codeset import CodeSet
from codeassist.terminology.lexicon import LEXICON_FOLDER
from codeassist.terminology.store import (
    Arrays,
    CompiledStore,
    Progress,
    TextTable,
    hash_file,
    load_or_build,
    pack_texts,
)
from codeassist.terminology.words import WordNormalizer

__all__ = [
    "Axis",
    "AxisRow",
    "AxisTable",
    "AxisTables",
    "NearestRow",
    "Selection",
    "derive_axis_table",
    "fold_axis_table",
    "format_axis_table",
]

_COMPILERS = (
    axis_build,
    axis_columns,
    axis_compile,
    axis_facets,
    axis_overrides,
    axis_titles,
    axis_wordings,
    word_forms,
)
# Categories between two reports of progress: some ten a second.
_TOLD_EVERY = 20
_SOURCES = (
    f"{LEXICON_FOLDER}/axis_values.tsv",
    f"{LEXICON_FOLDER}/word_equivalences.tsv",
    f"{AXES_FOLDER}/assumed_values.tsv",
    f"{AXES_FOLDER}/overrides.tsv",
    f"{AXES_FOLDER}/title_words.tsv",
)


class AxisTables:
    """This is the axis tables of one edition; categories are read from the compiled file when first asked for.

    Parameters
    ----------
    store
        The compiled file.
    wordings
        Brings a note's words to the tokens under which rows are selected.
    """

    def __init__(self, store: CompiledStore, wordings: AxisWordings) -> None:
        self.wordings = wordings
        self.fingerprint: str = store.key
        self._texts: TextTable = store.texts("table")
        self._place_by_category: Mapping[str, int] = {c: i for i, c in enumerate(store.texts("category"))}
        self._selectors: dict[str, RowSelector] = {}

    @classmethod
    def load(cls, codeset: CodeSet, *, progress: Progress | None = None) -> AxisTables:
        """Open the tables of an edition, compiling them first if their sources changed.

        Parameters
        ----------
        codeset
            The edition.
        progress
            Called with what is being done and the share done, only if the tables must be compiled first.
        """
        store = load_or_build(
            f"axes-{codeset.edition}",
            key=_hash_sources(codeset),
            build=lambda: (_compile_tables(codeset, progress), {}),
        )
        return cls(store, AxisWordings.unpack(store.get_bytes("wordings")))

    def categories(self) -> Iterator[str]:
        """Yield every category, in tabular order."""
        return iter(self._place_by_category)

    def get(self, code: str) -> AxisTable:
        """Return the table of a category, or the part of it under a code.

        Raises
        ------
        UnknownCodeError
            If no category of the edition holds the code.
        """
        return to_axis_table(self._selector(code).table, code)

    def select(self, code: str, words: frozenset[str], *, scope: str | None = None) -> Selection:
        """Return the most specific row that the words around a mention state.

        Parameters
        ----------
        code
            The anchor: the code that the mention's wording names, header or billable.
        words
            Normal forms of the words around the mention, and canonical axis values.
        scope
            Code whose rows may be chosen; by default the largest code above the anchor of which the anchor is the
            unspecified row, and for a header the header itself.

        Returns
        -------
        Selection
            A row all of whose values the words state, the anchor implies, or silence means by a guideline's default.
            Its code is the anchor itself where no row qualifies.

        Raises
        ------
        UnknownCodeError
            If no category of the edition holds the code.

        Notes
        -----
        Guideline I.B.13 (both sides), I.C.19.c (a fracture not said to be open or nondisplaced is closed, displaced)
        and I.C.19.a (initial encounter by default) are part of the tables. Among rows that qualify the one with most
        values wins, then the one that leaves most open, then the first code.
        """
        return self._selector(code).select(code, self.wordings.expand(words), scope=scope)

    def find_nearest(self, code: str) -> NearestRow:
        """Return the billable row at or under a code that says least beyond it.

        Parameters
        ----------
        code
            Header or billable code.

        Returns
        -------
        NearestRow
            The row, with the values it states that the code does not: a header without an unspecified row
            ("intervertebral disc displacement", by region only) leaves a choice that the record must settle.

        Raises
        ------
        UnknownCodeError
            If no category of the edition holds the code.

        Notes
        -----
        Guidelines I.B.2 and I.B.18: a code is as specific as the record, and an unspecified one is right where the
        record says no more.
        """
        return self._selector(code).find_nearest(code)

    def _selector(self, code: str) -> RowSelector:
        category = code[:3]
        selector = self._selectors.get(category)
        if selector is None:
            place = self._place_by_category.get(category)
            if place is None:
                msg = f"code {code[:20]!r} belongs to no category of this edition; check it, or the edition"
                raise UnknownCodeError(msg)
            selector = self._selectors[category] = RowSelector(read_table_text(self._texts[place]))
        return selector


def derive_axis_table(codeset: CodeSet, category: str) -> AxisTable:
    """Derive the table of one category from its titles; what ``AxisTables`` keeps compiled."""
    reader, overrides = TitleReader.load(), AxisOverrides.load(WordNormalizer.load())
    stems = read_stems(codeset, category, reader=reader, overrides=overrides)
    return to_axis_table(read_table_text(compile_table(codeset, stems, reader=reader)), category)


def _hash_sources(codeset: CodeSet) -> str:
    digest = sha256(codeset.fingerprint.encode())
    compilers = [Path(__file__), *(Path(str(module.__file__)) for module in _COMPILERS)]
    for path in [*map(find_asset, _SOURCES), *compilers]:
        digest.update(f"{path.name}:{hash_file(path)}".encode())
    return digest.hexdigest()


def _compile_tables(codeset: CodeSet, progress: Progress | None) -> Arrays:
    reader, overrides = TitleReader.load(), AxisOverrides.load(WordNormalizer.load())
    categories = [code for code in codeset.codes() if len(code) == 3]
    tables = (
        compile_table(codeset, read_stems(codeset, category, reader=reader, overrides=overrides), reader=reader)
        for category in _tell_each(categories, f"axis tables of edition {codeset.edition}", progress)
    )
    texts = {**pack_texts("category", categories), **pack_texts("table", tables)}
    return {**texts, "wordings": reader.wordings.pack()}


def _tell_each(categories: Sequence[str], doing: str, progress: Progress | None) -> Iterator[str]:
    for place, category in enumerate(categories):
        if progress is not None and place % _TOLD_EVERY == 0:
            progress(doing, place / len(categories))
        yield category
    if progress is not None:
        progress(doing, 1.0)
